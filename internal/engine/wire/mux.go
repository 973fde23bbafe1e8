package wire

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"runtime/debug"
)

// Mux answers the AWS protocols for a set of services. It is safe for
// concurrent use once made; services must not get operations after that.
type Mux struct {
	services map[string]*Service
}

// NewMux returns the http.Handler of services. Requests for other services and
// for operations that a service does not have are refused with an AWS error.
func NewMux(services ...*Service) *Mux {
	m := &Mux{services: map[string]*Service{}}
	for _, s := range services {
		m.services[s.id] = s
	}
	return m
}

// ServeHTTP answers one AWS request. A handler's panic becomes a logged
// InternalFailure of that request alone.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	req, err := route(r)
	var answer message
	if err == nil {
		answer, err = m.perform(r.Context(), req)
	}
	if err != nil {
		answer = m.refuse(r.Context(), req, err)
	}
	answer.write(w, req.call.RequestID)
}

// perform runs the operation; whatever panics in it becomes an error.
func (m *Mux) perform(ctx context.Context, req *request) (answer message, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v\n%s", reason, debug.Stack())
		}
	}()
	op, err := m.operation(req)
	if err != nil {
		return message{}, err
	}
	input := op.input()
	if err := req.codec.decode(req, reflect.ValueOf(input).Elem()); err != nil {
		return message{}, req.rejection(reflect.TypeOf(input).Elem().Name(), err)
	}
	output, err := op.invoke(With(ctx, req.call), input)
	if err != nil {
		return message{}, err
	}
	result := reflect.ValueOf(output)
	if result.IsNil() {
		return message{}, errors.New("the handler gave neither an output nor an error")
	}
	return req.codec.result(req, result.Elem()), nil
}

func (m *Mux) operation(req *request) (operation, error) {
	if s := m.services[req.model.id]; s != nil {
		if op, ok := s.ops[req.call.Operation]; ok {
			return op, nil
		}
	}
	code := "UnknownOperationException"
	if req.form != nil {
		code = "InvalidAction"
	}
	return operation{}, Fault(code, "The engine does not have the operation %s of %s.", req.call.Operation, req.call.Service)
}

// rejection is the protocol's error for a request that could not be decoded.
func (r *request) rejection(input string, err error) error {
	var unknown *unknownMember
	if errors.As(err, &unknown) {
		return Fault(unknownMemberCode[r.codec], "%v", err)
	}
	return Fault("SerializationException", "%s: %v", input, err)
}

func (m *Mux) refuse(ctx context.Context, req *request, err error) message {
	f := failureOf(req.model.id, err)
	if f.code == "InternalFailure" && ctx.Err() == nil {
		slog.ErrorContext(ctx, "engine: the request failed", "service", req.model.id,
			"operation", req.call.Operation, "request", req.call.RequestID, "reason", err)
	}
	return req.codec.failure(req, f)
}

// newRequestID makes a random UUID.
func newRequestID() string {
	var b [16]byte
	// crypto/rand.Read never returns an error.
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
