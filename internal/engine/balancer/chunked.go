package balancer

import (
	"io"
	"strconv"
)

const maxChunkLine = 4 << 10 // a chunk's size with its extensions, or a trailer line

// copyChunked decodes a chunked body into dst. The trailer is nil when the
// body has none.
func copyChunked(dst io.Writer, src source) (*head, error) {
	for {
		size, err := src.chunkSize()
		if err != nil {
			return nil, err
		}
		if size == 0 {
			return src.trailer()
		}
		if err := copyLength(dst, src, size); err != nil {
			return nil, err
		}
		if line, err := src.line(); err != nil || !isBlank(line) {
			return nil, errMalformed
		}
	}
}

// line reads one line with its end; it is valid until the next read.
func (s source) line() ([]byte, error) {
	if _, err := s.more(); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	line, err := s.reader.ReadSlice('\n')
	if err == io.EOF {
		return nil, io.ErrUnexpectedEOF
	}
	if err != nil || len(line) > maxChunkLine {
		return nil, errMalformed
	}
	return line, nil
}

// chunkSize reads the line before a chunk; extensions are dropped.
func (s source) chunkSize() (int64, error) {
	line, err := s.line()
	if err != nil {
		return 0, err
	}
	digits := 0
	for digits < len(line) && isHex(line[digits]) {
		digits++
	}
	if digits == 0 || digits > 15 {
		return 0, errMalformed
	}
	switch line[digits] {
	case ';', '\r', '\n', ' ', '\t':
		return strconv.ParseInt(string(line[:digits]), 16, 64)
	}
	return 0, errMalformed
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// trailer reads the lines after the last chunk.
func (s source) trailer() (*head, error) {
	var h head
	for {
		line, err := s.line()
		if err != nil {
			return nil, err
		}
		if len(h.buf)+len(line) > maxHead {
			return nil, errHeadTooLarge
		}
		h.buf = append(h.buf, line...)
		if isBlank(line) {
			break
		}
	}
	if len(h.buf) <= 2 {
		return nil, nil
	}
	return &h, h.parseFields(h.buf)
}
