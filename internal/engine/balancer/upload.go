package balancer

import (
	"net"
	"time"
)

// uploadGrace is how long a response waits for the end of its request's body
// before the connection is given up for further requests.
const uploadGrace = 10 * time.Millisecond

var past = time.Unix(1, 0)

// upload is a request body on its way to the target. A nil upload is complete.
type upload struct {
	done chan struct{}
	err  error
	lost bool // the body could not be read; otherwise err is the target's
}

// startUpload sends the body. When the client does not deliver it, nobody
// waits for a response any longer.
func startUpload(c *client, up *upstream) *upload {
	u := &upload{done: make(chan struct{})}
	go func() {
		defer close(u.done)
		to := &refresher{conn: up.conn, idle: c.table.idle}
		u.err = c.copyRequestBody(to)
		if u.lost = u.err != nil && to.err == nil; u.lost {
			up.conn.SetReadDeadline(past)
		}
	}()
	return u
}

// refresher puts off the timeout of the response while the request goes on.
type refresher struct {
	conn net.Conn
	idle time.Duration
	err  error
}

func (r *refresher) Write(p []byte) (n int, err error) {
	r.conn.SetDeadline(time.Now().Add(r.idle))
	n, err = r.conn.Write(p)
	r.err = err
	return n, err
}

// settled tells whether the body is through, waiting a moment for it.
func (u *upload) settled() bool {
	if u == nil {
		return true
	}
	timer := time.NewTimer(uploadGrace)
	defer timer.Stop()
	select {
	case <-u.done:
	case <-timer.C:
		return false
	}
	return u.err == nil
}

// complete tells whether the whole body was sent.
func (u *upload) complete() bool {
	if u == nil {
		return true
	}
	select {
	case <-u.done:
		return u.err == nil
	default:
		return false
	}
}

// finishUpload ends an upload that is still going on and waits for it.
func (x *exchange) finishUpload() {
	if x.upload.complete() {
		return
	}
	x.broken = x.broken || x.begun
	x.up.conn.SetWriteDeadline(past)
	x.client.conn.SetReadDeadline(past)
	<-x.upload.done
}
