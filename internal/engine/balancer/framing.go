package balancer

import (
	"bytes"
	"strconv"
)

// framing says how a message's body is delimited and what its connection
// headers ask for.
type framing struct {
	length   int64 // -1 when unknown
	chunked  bool
	close    bool // "Connection: close"
	alive    bool // "Connection: keep-alive"
	upgrade  bool // "Connection: upgrade" with a protocol
	hosts    int
	host     []byte
	protocol []byte   // of the upgrade
	tokens   [][]byte // further names in Connection: not to be forwarded
}

// frame reads the framing out of a head. Two lengths, a length beside a
// transfer coding, or a coding other than chunked are malformed: they are how
// requests are smuggled (RFC 9112 §6.3).
func (f *framing) frame(h *head) error {
	*f = framing{length: -1, tokens: f.tokens[:0]}
	var named bool
	for i := range h.fields {
		value := h.fields[i].value
		switch classify(h.fields[i].name) {
		case fieldLength:
			n, err := parseLength(value)
			if err != nil || f.length >= 0 && f.length != n {
				return errMalformed
			}
			f.length = n
		case fieldTransfer:
			if f.chunked || !equalFold(value, "chunked") {
				return errMalformed
			}
			f.chunked = true
		case fieldConnection:
			named = f.connection(value) || named
		case fieldUpgrade:
			f.protocol = value
		case fieldHost:
			f.hosts++
			f.host = value
		}
	}
	f.upgrade = named && len(f.protocol) > 0
	if f.chunked && f.length >= 0 {
		return errMalformed
	}
	return nil
}

// connection reads one Connection header; it tells whether it names Upgrade.
func (f *framing) connection(value []byte) (upgrade bool) {
	for len(value) > 0 {
		var token []byte
		token, value, _ = bytes.Cut(value, []byte(","))
		token = bytes.Trim(token, " \t")
		switch {
		case equalFold(token, "close"):
			f.close = true
		case equalFold(token, "keep-alive"):
			f.alive = true
		case equalFold(token, "upgrade"):
			upgrade = true
		case len(token) > 0:
			f.tokens = append(f.tokens, token)
		}
	}
	return upgrade
}

func parseLength(value []byte) (int64, error) {
	if len(value) == 0 || len(value) > 18 {
		return 0, errMalformed
	}
	for _, c := range value {
		if c < '0' || c > '9' {
			return 0, errMalformed
		}
	}
	return strconv.ParseInt(string(value), 10, 64)
}

// forwarded tells whether a field goes to the other side as it is.
func (f *framing) forwarded(c fieldClass, name []byte) bool {
	if c != fieldOther {
		return c == fieldCookie
	}
	for _, token := range f.tokens {
		if bytes.EqualFold(token, name) {
			return false
		}
	}
	return true
}

type fieldClass int

const (
	fieldOther fieldClass = iota
	fieldLength
	fieldTransfer
	fieldConnection
	fieldUpgrade
	fieldHost
	fieldCookie
	fieldHop // of this connection alone
	fieldForwardedFor
	fieldForwardedPort
	fieldForwardedProto
	fieldTrace
)

var fieldNames = map[string]fieldClass{
	"content-length": fieldLength, "transfer-encoding": fieldTransfer, "connection": fieldConnection,
	"upgrade": fieldUpgrade, "host": fieldHost, "cookie": fieldCookie,
	"keep-alive": fieldHop, "proxy-connection": fieldHop, "te": fieldHop,
	"x-forwarded-for": fieldForwardedFor, "x-forwarded-port": fieldForwardedPort,
	"x-forwarded-proto": fieldForwardedProto, "x-amzn-trace-id": fieldTrace,
}

const longestName = len("transfer-encoding")

func classify(name []byte) fieldClass {
	if len(name) > longestName {
		return fieldOther
	}
	var lower [longestName]byte
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return fieldNames[string(lower[:len(name)])]
}
