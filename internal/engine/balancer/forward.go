package balancer

import (
	"errors"
	"io"
	"net"
	"os"
	"time"
)

// errAborted says that the client went away while its request was in flight.
var errAborted = errors.New("client went away")

// exchange is one request on its way through one target.
type exchange struct {
	client *client
	target *target
	up     *upstream
	meter  *meter // of the target group
	cookie []byte // Set-Cookie lines for the response
	upload *upload
	sent   time.Time
	begun  bool // something has been written to the client
	broken bool // the client's connection is of no more use
}

// forward proxies the request to a target of g. A target that cannot be
// connected to costs nothing: the next one is tried.
func (c *client) forward(g *group, m *meter, cookie []byte) bool {
	var room [4]*target
	tried, status := room[:0], statusUnavailable
	replayable := !c.hasBody() && !c.frame.upgrade && isIdempotent(c.request.start[0])
	m.requests.Add(1)
	for {
		t := g.pick(tried)
		if t == nil {
			return c.fail(status)
		}
		up, err := t.connect(replayable)
		if err != nil {
			t.done()
			tried, status = append(tried, t), gatewayStatus(err)
			m.connectErrors.Add(1)
			continue
		}
		x := exchange{client: c, target: t, up: up, meter: m, cookie: cookie}
		keep, err := x.run()
		t.done()
		if err == nil {
			return keep
		}
		if up.reused && replayable && !x.begun && isHangUp(err) {
			continue
		}
		return x.fail(err)
	}
}

// fail answers for a target that did not, as far as that is still possible.
func (x *exchange) fail(err error) bool {
	if x.begun || x.broken {
		return false
	}
	lost := x.upload != nil && x.upload.lost
	switch {
	case lost && errors.Is(x.upload.err, errMalformed):
		return x.client.fail(statusBadRequest)
	case lost, errors.Is(err, errAborted):
		x.client.listener.meter.own(statusBadRequest)
		return false
	}
	return x.client.fail(gatewayStatus(err))
}

func gatewayStatus(err error) int {
	if errors.Is(err, os.ErrDeadlineExceeded) || isTimeout(err) {
		return statusTimeout
	}
	return statusBadGateway
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// isHangUp tells whether the target closed the connection instead of answering.
func isHangUp(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe) || errors.As(err, &op) && !op.Timeout()
}

// isIdempotent lists the methods that may be sent again (RFC 9110 §9.2.2).
func isIdempotent(method []byte) bool {
	switch string(method) {
	case "GET", "HEAD", "OPTIONS", "PUT", "DELETE":
		return true
	}
	return false
}

// run sends the request and passes the response on. It returns the upstream
// connection to the target or closes it; an error means that no complete
// response was passed on.
func (x *exchange) run() (keep bool, err error) {
	reusable := false
	defer func() {
		x.finishUpload()
		if reusable && err == nil && x.upload.complete() {
			x.target.keep(x.up, time.Now())
		} else {
			x.target.discard(x.up)
		}
	}()
	if err := x.send(); err != nil {
		return false, err
	}
	if err := x.receive(); err != nil {
		return false, err
	}
	if string(x.client.response.start[1]) == "101" {
		return false, x.tunnel()
	}
	return x.relay(&reusable)
}

// send writes the head and, when it is already there, the body. A longer body
// is sent by a goroutine of its own: a target may answer before it is complete.
func (x *exchange) send() error {
	c := x.client
	out := c.appendRequest(c.out[:0])
	whole := !c.hasBody()
	if n := c.frame.length; n > 0 && n <= int64(c.reader.Buffered()) {
		body, _ := c.reader.Peek(int(n))
		out = append(out, body...)
		c.reader.Discard(int(n))
		whole = true
	}
	c.out = out
	x.sent = time.Now()
	x.up.conn.SetDeadline(x.sent.Add(c.table.idle))
	if _, err := x.up.conn.Write(out); err != nil {
		// A target may answer and hang up without reading everything.
		if x.up.reused || x.await() != nil {
			return err
		}
	}
	if !whole {
		x.upload = startUpload(c, x.up)
	}
	return nil
}
