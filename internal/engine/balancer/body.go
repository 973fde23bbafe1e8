package balancer

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"time"
)

// source is a connection that bytes are read from; every read gets the idle
// timeout anew.
type source struct {
	conn   net.Conn
	reader *bufio.Reader
	idle   time.Duration
}

// more returns what is buffered, reading only when nothing is.
func (s source) more() ([]byte, error) {
	if s.reader.Buffered() == 0 {
		if s.idle > 0 {
			s.conn.SetReadDeadline(time.Now().Add(s.idle))
		}
		if _, err := s.reader.Peek(1); err != nil {
			return nil, err
		}
	}
	return s.reader.Peek(s.reader.Buffered())
}

// copyLength moves exactly n bytes.
func copyLength(dst io.Writer, src source, n int64) error {
	for n > 0 {
		data, err := src.more()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		data = data[:min(int64(len(data)), n)]
		if _, err := dst.Write(data); err != nil {
			return err
		}
		src.reader.Discard(len(data))
		n -= int64(len(data))
	}
	return nil
}

// copyRest moves everything up to the end of the connection.
func copyRest(dst io.Writer, src source) error {
	for {
		data, err := src.more()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := dst.Write(data); err != nil {
			return err
		}
		src.reader.Discard(len(data))
	}
}

// chunkWriter writes each piece as one chunk.
type chunkWriter struct {
	dst io.Writer
	buf []byte
}

func (w *chunkWriter) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	w.buf = strconv.AppendInt(w.buf[:0], int64(len(p)), 16)
	w.buf = append(w.buf, "\r\n"...)
	w.buf = append(w.buf, p...)
	w.buf = append(w.buf, "\r\n"...)
	_, err := w.dst.Write(w.buf)
	return len(p), err
}

// end writes the last chunk and the trailer fields that may be passed on.
func (w *chunkWriter) end(trailer *head) error {
	w.buf = append(w.buf[:0], "0\r\n"...)
	if trailer != nil {
		for _, f := range trailer.fields {
			if classify(f.name) == fieldOther {
				w.buf = appendField(w.buf, f.name, f.value)
			}
		}
	}
	w.buf = append(w.buf, "\r\n"...)
	_, err := w.dst.Write(w.buf)
	return err
}
