package balancer

import (
	"bytes"
	"errors"
	"os"
	"sync/atomic"
	"time"
)

// patience is how long a response may take before the balancer begins to watch
// whether the client is still there.
const patience = 200 * time.Millisecond

// receive reads response heads up to the final one, passing 1xx on.
func (x *exchange) receive() error {
	c := x.client
	for {
		if err := x.await(); err != nil {
			return err
		}
		if err := c.response.read(x.up.reader); err != nil {
			return err
		}
		if err := c.answer.frame(&c.response); err != nil {
			return err
		}
		if !validStatus(&c.response) {
			return errMalformed
		}
		code := c.response.start[1]
		if string(code) == "101" && !c.frame.upgrade {
			return errMalformed
		}
		if code[0] != '1' || string(code) == "101" {
			x.meter.answered(code[0], time.Since(x.sent))
			c.listener.meter.answered(code[0], time.Since(x.sent))
			return nil
		}
		if err := x.passInterim(); err != nil {
			return err
		}
	}
}

func validStatus(h *head) bool {
	version, code := h.start[0], h.start[1]
	if string(version) != "HTTP/1.1" && string(version) != "HTTP/1.0" || len(code) != 3 {
		return false
	}
	return '1' <= code[0] && code[0] <= '5' && isDigit(code[1]) && isDigit(code[2])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// await waits for the first byte from the target. When that takes long, it
// also watches whether the client hangs up.
func (x *exchange) await() error {
	if x.up.reader.Buffered() > 0 {
		return nil
	}
	idle := x.client.table.idle
	if x.upload == nil && idle > patience {
		x.up.conn.SetReadDeadline(time.Now().Add(patience))
		_, err := x.up.reader.Peek(1)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		return x.awaitWatched(idle - patience)
	}
	_, err := x.up.reader.Peek(1)
	return err
}

func (x *exchange) awaitWatched(rest time.Duration) error {
	x.up.conn.SetReadDeadline(time.Now().Add(rest))
	var gone atomic.Bool
	watched := make(chan struct{})
	x.client.conn.SetReadDeadline(time.Time{})
	go func() {
		defer close(watched)
		_, err := x.client.reader.Peek(1)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			gone.Store(true)
			x.up.conn.SetReadDeadline(past)
		}
	}()
	_, err := x.up.reader.Peek(1)
	x.client.conn.SetReadDeadline(past)
	<-watched
	if gone.Load() && err != nil {
		return errAborted
	}
	return err
}

// passInterim passes a 1xx response on; HTTP/1.0 has none.
func (x *exchange) passInterim() error {
	c := x.client
	if c.oldProtocol() {
		return nil
	}
	out := x.appendStatus(c.out[:0])
	out = append(c.appendResponseFields(out), "\r\n"...)
	c.out = out
	return x.toClient(out)
}

// toClient writes something that cannot be taken back.
func (x *exchange) toClient(data []byte) error {
	x.begun = true
	err := x.client.write(data)
	x.broken = x.broken || err != nil
	return err
}

func (x *exchange) appendStatus(out []byte) []byte {
	h := &x.client.response
	out = append(out, "HTTP/1.1 "...)
	out = append(out, h.start[1]...)
	out = append(out, ' ')
	out = append(out, h.start[2]...)
	return append(out, "\r\n"...)
}

func (c *client) appendResponseFields(out []byte) []byte {
	for _, f := range c.response.fields {
		if class := classify(f.name); c.answer.passed(class, f.name) {
			out = appendField(out, f.name, f.value)
		}
	}
	return out
}

// passed tells whether a field of a response goes to the client as it is.
func (f *framing) passed(c fieldClass, name []byte) bool {
	switch c {
	case fieldLength, fieldTransfer, fieldConnection, fieldUpgrade, fieldHop:
		return false
	}
	for _, token := range f.tokens {
		if bytes.EqualFold(token, name) {
			return false
		}
	}
	return true
}
