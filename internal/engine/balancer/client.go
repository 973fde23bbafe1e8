package balancer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
)

const defaultIdle = 60 * time.Second

// client is one connection from a client, served by one goroutine.
type client struct {
	listener *listener
	conn     net.Conn
	reader   *bufio.Reader
	address  []byte // of the client, without port
	busy     atomic.Bool

	table   *table
	request head
	frame   framing
	location
	response head
	answer   framing // the response's framing
	out      []byte  // what is being put together to be written
}

// location is what the request target names.
type location struct{ path, query []byte }

func newClient(l *listener, conn net.Conn) *client {
	host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		host = conn.RemoteAddr().String()
	}
	return &client{
		listener: l,
		conn:     conn,
		reader:   bufio.NewReaderSize(conn, readBuffer),
		address:  []byte(host),
	}
}

// serve answers requests until the connection is to be closed.
func (c *client) serve() {
	for {
		c.table = c.listener.table.Load()
		c.conn.SetReadDeadline(time.Now().Add(c.table.idle))
		if _, err := c.reader.Peek(1); err != nil {
			return
		}
		c.busy.Store(true)
		keep := c.one()
		c.busy.Store(false)
		if !keep || c.listener.closing.Load() {
			return
		}
	}
}

// one answers one request; it tells whether the connection can take another.
func (c *client) one() bool {
	if err := c.request.read(c.reader); err != nil {
		return c.refuse(err)
	}
	// Rules may have changed while the connection was idle.
	c.table = c.listener.table.Load()
	c.listener.meter.requests.Add(1)
	if err := c.frame.frame(&c.request); err != nil {
		return c.fail(statusBadRequest)
	}
	if status := c.check(); status != 0 {
		return c.fail(status)
	}
	return c.table.answer(c)
}

// refuse answers a request whose head could not be read, if anybody is there.
func (c *client) refuse(err error) bool {
	switch {
	case errors.Is(err, errMalformed), errors.Is(err, errHeadTooLarge):
		return c.fail(statusBadRequest)
	case errors.Is(err, os.ErrDeadlineExceeded) && len(c.request.buf) > 0:
		return c.fail(statusRequestTimeout)
	}
	return false
}

// check validates the start line and what HTTP/1.1 demands; 0 is fine.
func (c *client) check() int {
	method, target := c.request.start[0], c.request.start[1]
	if !isToken(method) || len(target) == 0 || !isText(target) {
		return statusBadRequest
	}
	switch string(c.request.start[2]) {
	case "HTTP/1.1":
		if c.frame.hosts != 1 {
			return statusBadRequest
		}
	case "HTTP/1.0":
		if c.frame.chunked || c.frame.hosts > 1 {
			return statusBadRequest
		}
	default:
		return statusVersion
	}
	if string(method) == "CONNECT" || string(method) == "TRACE" {
		return statusMethod
	}
	return c.locate(target)
}

// locate splits the request target. The absolute form names the host too.
func (c *client) locate(target []byte) int {
	if target[0] != '/' && string(target) != "*" {
		rest, ok := bytes.CutPrefix(target, []byte("http://"))
		if !ok {
			return statusBadRequest
		}
		slash := bytes.IndexAny(rest, "/?")
		if slash < 0 {
			slash = len(rest)
		}
		c.frame.host, target = rest[:slash], rest[slash:]
		if len(target) == 0 || target[0] != '/' {
			target = append([]byte("/"), target...)
		}
		c.request.start[1] = target
	}
	c.path, c.query, _ = bytes.Cut(target, []byte("?"))
	return 0
}

func (c *client) oldProtocol() bool { return string(c.request.start[2]) == "HTTP/1.0" }

// lasting tells whether the client wants the connection kept.
func (c *client) lasting() bool {
	if c.oldProtocol() {
		return c.frame.alive && !c.frame.close
	}
	return !c.frame.close
}

// hasBody tells whether the request announces a body.
func (c *client) hasBody() bool { return c.frame.chunked || c.frame.length > 0 }

// source is the client as the origin of a request body.
func (c *client) source() source { return source{c.conn, c.reader, c.table.idle} }

// copyRequestBody sends the request's body, in the framing it came in.
func (c *client) copyRequestBody(dst io.Writer) error {
	if !c.frame.chunked {
		return copyLength(dst, c.source(), c.frame.length)
	}
	w := chunkWriter{dst: dst}
	trailer, err := copyChunked(&w, c.source())
	if err != nil {
		return err
	}
	return w.end(trailer)
}
