package balancer

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// appendRequest writes the head as the target is to see it.
func (c *client) appendRequest(out []byte) []byte {
	out = append(out, c.request.start[0]...)
	out = append(out, ' ')
	out = append(out, c.request.start[1]...)
	out = append(out, " HTTP/1.1\r\nHost: "...)
	if c.frame.host == nil {
		out = append(out, c.conn.LocalAddr().String()...)
	} else {
		out = append(out, c.frame.host...)
	}
	out = append(out, "\r\n"...)
	var trace []byte
	for _, f := range c.request.fields {
		class := classify(f.name)
		switch {
		case class == fieldTrace:
			trace = f.value
		case c.frame.forwarded(class, f.name):
			out = appendField(out, f.name, f.value)
		}
	}
	out = c.appendForwarded(out)
	out = appendTrace(out, trace)
	out = c.appendFraming(out)
	return append(out, "\r\n"...)
}

// appendFraming writes how the body is delimited and an upgrade, if asked for.
func (c *client) appendFraming(out []byte) []byte {
	if c.frame.chunked {
		out = append(out, "Transfer-Encoding: chunked\r\n"...)
	} else if c.frame.length >= 0 {
		out = appendLength(out, c.frame.length)
	}
	if c.frame.upgrade {
		out = append(out, "Connection: Upgrade\r\n"...)
		out = appendField(out, []byte("Upgrade"), c.frame.protocol)
	}
	return out
}

func appendLength(out []byte, n int64) []byte {
	out = append(out, "Content-Length: "...)
	out = strconv.AppendInt(out, n, 10)
	return append(out, "\r\n"...)
}

// appendForwarded adds the client to X-Forwarded-For and says how it came.
func (c *client) appendForwarded(out []byte) []byte {
	out = append(out, "X-Forwarded-For: "...)
	for _, f := range c.request.fields {
		if classify(f.name) == fieldForwardedFor && len(f.value) > 0 {
			out = append(out, f.value...)
			out = append(out, ", "...)
		}
	}
	out = append(out, c.address...)
	out = append(out, "\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Port: "...)
	out = strconv.AppendInt(out, int64(c.listener.port), 10)
	return append(out, "\r\n"...)
}

// appendTrace starts a trace, or adds itself to the one that the client began.
func appendTrace(out, before []byte) []byte {
	out = append(out, "X-Amzn-Trace-Id: "...)
	if len(before) == 0 {
		out = append(out, "Root=1-"...)
	} else {
		out = append(out, "Self=1-"...)
	}
	out = appendHex(out, uint64(time.Now().Unix()), 8)
	out = append(out, '-')
	out = appendHex(out, rand.Uint64(), 8)
	out = appendHex(out, rand.Uint64(), 16)
	if len(before) > 0 {
		out = append(out, ';')
		out = append(out, before...)
	}
	return append(out, "\r\n"...)
}

// appendHex writes the lowest digits of n.
func appendHex(out []byte, n uint64, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		out = append(out, "0123456789abcdef"[n>>(4*i)&15])
	}
	return out
}
