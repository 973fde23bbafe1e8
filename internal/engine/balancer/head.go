package balancer

import (
	"bufio"
	"bytes"
	"errors"
)

const maxHead = 64 << 10 // AWS's limit for all headers of a request

var (
	errHeadTooLarge = errors.New("message head above 64 KB")
	errMalformed    = errors.New("malformed message")
)

// field is one header line; both parts point into the head's buffer.
type field struct{ name, value []byte }

// head is a start line with header fields. It is reused from message to
// message: nothing of it survives the next read.
type head struct {
	buf    []byte
	start  [3][]byte // the start line's words; the third may contain spaces
	fields []field
}

// read reads one head off the connection and splits it.
func (h *head) read(r *bufio.Reader) error {
	h.buf, h.fields = h.buf[:0], h.fields[:0]
	if err := h.fill(r); err != nil {
		return err
	}
	lines := h.buf
	line, lines := cutLine(lines)
	if !h.split(line) {
		return errMalformed
	}
	return h.parseFields(lines)
}

// fill reads up to and including the empty line. Empty lines before the start
// line are skipped, as RFC 9112 §2.2 asks.
func (h *head) fill(r *bufio.Reader) error {
	begin := 0
	for {
		part, err := r.ReadSlice('\n')
		h.buf = append(h.buf, part...)
		if len(h.buf) > maxHead {
			return errHeadTooLarge
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil {
			return err
		}
		line := h.buf[begin:]
		if !isBlank(line) {
			begin = len(h.buf)
			continue
		}
		if begin > 0 {
			return nil
		}
		h.buf = h.buf[:0]
	}
}

func isBlank(line []byte) bool {
	return len(line) == 1 || len(line) == 2 && line[0] == '\r'
}

// cutLine returns the first line without its end, and the rest.
func cutLine(text []byte) (line, rest []byte) {
	end := bytes.IndexByte(text, '\n')
	if end < 0 {
		return nil, nil
	}
	line, rest = text[:end], text[end+1:]
	if len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return line, rest
}

// split cuts the start line at its first two spaces.
func (h *head) split(line []byte) bool {
	first := bytes.IndexByte(line, ' ')
	if first <= 0 {
		return false
	}
	h.start[0], line = line[:first], line[first+1:]
	second := bytes.IndexByte(line, ' ')
	if second < 0 {
		h.start[1], h.start[2] = line, nil
		return true
	}
	h.start[1], h.start[2] = line[:second], line[second+1:]
	return true
}

// parseFields reads header lines strictly: a folded line, a space before the
// colon or a control character could mean one thing here and another behind.
func (h *head) parseFields(lines []byte) error {
	for {
		var line []byte
		line, lines = cutLine(lines)
		if len(line) == 0 {
			return nil
		}
		colon := bytes.IndexByte(line, ':')
		if colon <= 0 || !isToken(line[:colon]) {
			return errMalformed
		}
		value := bytes.Trim(line[colon+1:], " \t")
		if !isText(value) {
			return errMalformed
		}
		h.fields = append(h.fields, field{line[:colon], value})
	}
}

var tokenBytes = func() (table [256]bool) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		table[c] = true
	}
	return table
}()

func isToken(text []byte) bool {
	for _, c := range text {
		if !tokenBytes[c] {
			return false
		}
	}
	return len(text) > 0
}

func isText(text []byte) bool {
	for _, c := range text {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// equalFold compares ASCII text with a lower-case constant.
func equalFold(text []byte, lower string) bool {
	if len(text) != len(lower) {
		return false
	}
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
