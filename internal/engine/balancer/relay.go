package balancer

import "io"

// bodyKind says how a response's body ends.
type bodyKind int

const (
	bodyNone bodyKind = iota
	bodyLength
	bodyChunked
	bodyRest // at the end of the connection
)

func (c *client) bodyKind() bodyKind {
	code := string(c.response.start[1])
	switch {
	case string(c.request.start[0]) == "HEAD", code == "204", code == "304":
		return bodyNone
	case c.answer.chunked:
		return bodyChunked
	case c.answer.length == 0:
		return bodyNone
	case c.answer.length > 0:
		return bodyLength
	}
	return bodyRest
}

// relay passes the final response on. It tells whether the client's connection
// and, through reusable, the target's can take another request.
func (x *exchange) relay(reusable *bool) (keep bool, err error) {
	c := x.client
	kind := c.bodyKind()
	settled := x.upload.settled()
	reframed := kind == bodyChunked || kind == bodyRest
	keep = settled && c.lasting() && !(reframed && c.oldProtocol()) && !c.listener.closing.Load()
	out := c.appendResponse(x.appendStatus(c.out[:0]), kind, x.cookie, keep)
	if n := c.answer.length; kind == bodyLength && n <= int64(x.up.reader.Buffered()) {
		body, _ := x.up.reader.Peek(int(n))
		out = append(out, body...)
		x.up.reader.Discard(int(n))
		kind = bodyNone
	}
	c.out = out
	if err := x.toClient(out); err != nil {
		return false, err
	}
	if err := x.relayBody(kind); err != nil {
		return false, err
	}
	*reusable = kind != bodyRest && x.lasting()
	return keep && x.upload.complete(), nil
}

// lasting tells whether the target keeps its connection open.
func (x *exchange) lasting() bool {
	a := &x.client.answer
	if string(x.client.response.start[0]) == "HTTP/1.0" {
		return a.alive && !a.close
	}
	return !a.close
}

// appendResponse writes the rest of a final head.
func (c *client) appendResponse(out []byte, kind bodyKind, cookie []byte, keep bool) []byte {
	out = c.appendResponseFields(out)
	switch {
	case c.answer.length >= 0 && !c.answer.chunked:
		out = appendLength(out, c.answer.length)
	case (kind == bodyChunked || kind == bodyRest) && !c.oldProtocol():
		out = append(out, "Transfer-Encoding: chunked\r\n"...)
	}
	out = append(out, cookie...)
	if !keep || c.oldProtocol() {
		out = c.appendConnection(out, keep)
	}
	return append(out, "\r\n"...)
}

// relayBody passes the body on as it comes. A client of HTTP/1.0 gets a
// chunked body plain, up to the end of the connection.
func (x *exchange) relayBody(kind bodyKind) error {
	c := x.client
	from := source{x.up.conn, x.up.reader, c.table.idle}
	switch {
	case kind == bodyNone:
		return nil
	case kind == bodyLength:
		return copyLength(c, from, c.answer.length)
	case c.oldProtocol():
		return x.relayPlain(from, kind)
	}
	w := &chunkWriter{dst: c}
	if kind == bodyRest {
		if err := copyRest(w, from); err != nil {
			return err
		}
		return w.end(nil)
	}
	trailer, err := copyChunked(w, from)
	if err != nil {
		return err
	}
	return w.end(trailer)
}

func (x *exchange) relayPlain(from source, kind bodyKind) error {
	if kind == bodyRest {
		return copyRest(x.client, from)
	}
	_, err := copyChunked(x.client, from)
	return err
}

// tunnel passes an upgraded connection's bytes both ways until one side ends
// or nothing has moved for the idle timeout.
func (x *exchange) tunnel() error {
	c := x.client
	out := c.appendResponseFields(x.appendStatus(c.out[:0]))
	out = append(out, "Connection: Upgrade\r\n"...)
	out = appendField(out, []byte("Upgrade"), c.answer.protocol)
	out = append(out, x.cookie...)
	out = append(out, "\r\n"...)
	if err := x.toClient(out); err != nil {
		return err
	}
	back := make(chan struct{})
	go func() {
		defer close(back)
		x.pipe(c, source{x.up.conn, x.up.reader, 0})
	}()
	x.pipe(&refresher{conn: x.up.conn, idle: c.table.idle}, source{c.conn, c.reader, 0})
	<-back
	return nil
}

// pipe copies one direction of a tunnel; its end is the end of both.
func (x *exchange) pipe(to io.Writer, from source) {
	defer x.client.conn.Close()
	defer x.up.conn.Close()
	idle := x.client.table.idle
	for {
		data, err := from.more()
		if err != nil {
			return
		}
		x.client.conn.SetReadDeadline(timeIn(idle))
		x.up.conn.SetReadDeadline(timeIn(idle))
		if _, err := to.Write(data); err != nil {
			return
		}
		from.reader.Discard(len(data))
	}
}
