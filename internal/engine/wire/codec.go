package wire

import (
	"net/http"
	"net/url"
	"reflect"
	"strconv"
)

// codec is one protocol: how a request becomes an input struct, and how an
// output struct or a failure becomes a response.
type codec interface {
	decode(r *request, into reflect.Value) error
	result(r *request, out reflect.Value) message
	failure(r *request, f *failure) message
}

// unknownMemberCode is what each protocol calls a member that it does not know.
var unknownMemberCode = map[codec]string{
	jsonCodec{}:  "SerializationException",
	cborCodec{}:  "SerializationException",
	queryCodec{}: "ValidationError",
	ec2Codec{}:   "UnknownParameter",
}

// request is a call that has been understood as far as its service, protocol
// and operation.
type request struct {
	call        Call
	model       *model
	codec       codec
	contentType string
	body        []byte
	form        url.Values // of the query protocols
}

// message is a response that is ready to be written.
type message struct {
	status int
	header http.Header
	body   []byte
}

func (m message) write(w http.ResponseWriter, requestID string) {
	for name, values := range m.header {
		w.Header()[name] = values
	}
	w.Header().Set("X-Amzn-Requestid", requestID)
	w.Header().Set("Content-Length", strconv.Itoa(len(m.body)))
	w.WriteHeader(m.status)
	// A client that has gone away is not the engine's error.
	_, _ = w.Write(m.body)
}
