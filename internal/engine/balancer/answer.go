package balancer

import (
	"strconv"
	"time"
)

const (
	statusBadRequest     = 400
	statusMethod         = 405
	statusRequestTimeout = 408
	statusVersion        = 505
	statusBadGateway     = 502
	statusUnavailable    = 503
	statusTimeout        = 504
)

var reasons = map[int]string{
	200: "OK", 201: "Created", 202: "Accepted", 204: "No Content",
	301: "Moved Permanently", 302: "Found",
	400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
	405: "Method Not Allowed", 408: "Request Timeout", 410: "Gone", 429: "Too Many Requests",
	500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
	504: "Gateway Timeout", 505: "HTTP Version Not Supported",
}

// fail answers with an error of the load balancer's own and counts it. The
// connection goes on only if the whole request has been read.
func (c *client) fail(status int) bool {
	c.listener.meter.own(status)
	title := strconv.Itoa(status) + " " + reasons[status]
	body := "<html>\n<head><title>" + title + "</title></head>\n<body><h1>" + title + "</h1></body>\n</html>\n"
	keep := status >= statusBadGateway && status != statusVersion && !c.hasBody()
	return c.reply(status, "text/html", body, "", keep)
}

// reply writes a whole response that no target had a part in.
func (c *client) reply(status int, contentType, body, location string, keep bool) bool {
	keep = keep && !c.hasBody() && c.lasting() && !c.listener.closing.Load()
	out := c.startLine(c.out[:0], status, reasons[status])
	out = append(out, "Server: awselb/2.0\r\nDate: "...)
	out = time.Now().UTC().AppendFormat(out, "Mon, 02 Jan 2006 15:04:05 GMT")
	out = append(out, "\r\n"...)
	if contentType != "" {
		out = appendField(out, []byte("Content-Type"), []byte(contentType))
	}
	if location != "" {
		out = appendField(out, []byte("Location"), []byte(location))
	}
	out = append(out, "Content-Length: "...)
	out = strconv.AppendInt(out, int64(len(body)), 10)
	out = append(out, "\r\n"...)
	out = c.appendConnection(out, keep)
	out = append(out, "\r\n"...)
	if string(c.request.start[0]) != "HEAD" {
		out = append(out, body...)
	}
	c.out = out
	return c.write(out) == nil && keep
}

func (c *client) startLine(out []byte, status int, reason string) []byte {
	out = append(out, "HTTP/1.1 "...)
	out = strconv.AppendInt(out, int64(status), 10)
	out = append(out, ' ')
	out = append(out, reason...)
	return append(out, "\r\n"...)
}

func (c *client) appendConnection(out []byte, keep bool) []byte {
	if keep {
		return append(out, "Connection: keep-alive\r\n"...)
	}
	return append(out, "Connection: close\r\n"...)
}

// write gives a client that takes nothing the idle timeout.
func (c *client) write(data []byte) error {
	c.conn.SetWriteDeadline(time.Now().Add(c.table.idle))
	_, err := c.conn.Write(data)
	return err
}

// Write makes the client the destination of a response body.
func (c *client) Write(data []byte) (int, error) { return len(data), c.write(data) }

func appendField(out, name, value []byte) []byte {
	out = append(out, name...)
	out = append(out, ": "...)
	out = append(out, value...)
	return append(out, "\r\n"...)
}
