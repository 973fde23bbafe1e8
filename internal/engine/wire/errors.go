package wire

import (
	"errors"
	"net/http"
	"reflect"

	"github.com/aws/smithy-go"
)

// failure is an error as the protocols write it.
type failure struct {
	code    string
	message string
	status  int
	detail  reflect.Value // the SDK's typed error; the zero Value when there is none
}

// failureOf reads the wire's view of a handler's error. The code comes from
// ErrorCode and never from the Go type, whose name often differs. An error
// without a code is the engine's own: its text stays in the log.
func failureOf(service string, err error) *failure {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return &failure{
			code:    "InternalFailure",
			message: "The request processing has failed because of an internal error of the engine.",
			status:  http.StatusInternalServerError,
		}
	}
	f := &failure{code: api.ErrorCode(), message: api.ErrorMessage()}
	f.status = statusOf(service, f.code, api.ErrorFault())
	if _, generic := api.(*smithy.GenericAPIError); !generic {
		f.detail = structIn(api)
	}
	return f
}

// structIn is the struct that a typed error points to.
func structIn(api smithy.APIError) reflect.Value {
	v := reflect.ValueOf(api)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return v.Elem()
}

func statusOf(service, code string, side smithy.ErrorFault) int {
	if status, ok := statuses[service][code]; ok {
		return status
	}
	if status, ok := statuses[""][code]; ok {
		return status
	}
	if side == smithy.FaultServer {
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// side is who is to blame, in the words of the query protocol.
func (f *failure) side() string {
	if f.status >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

// queryCode is the code that clients of the query protocol know.
func (f *failure) queryCode(m *model) string {
	if code, ok := m.queryCode[f.code]; ok {
		return code
	}
	return f.code
}

// queryError tells clients that came from the query protocol its code.
func (f *failure) queryError(m *model, header http.Header) {
	if m.queryCode != nil {
		header.Set("X-Amzn-Query-Error", f.queryCode(m)+";"+f.side())
	}
}

// object is the failure for JSON and CBOR, with the modelled members of a
// typed error. Services with capital members model "Message" for some errors
// and "message" for others; clients match the case, so both are written.
func (f *failure) object(names *naming) object {
	out := object{{"__type", f.code}, {"message", f.message}}
	if key := names.regular("Message"); key != "message" {
		out = append(out, member{key, f.message})
	}
	if !f.detail.IsValid() {
		return out
	}
	for _, m := range names.object(f.detail) {
		if m.name != "message" && m.name != "Message" {
			out = append(out, m)
		}
	}
	return out
}

// details writes the modelled members of a typed error as XML.
func (f *failure) details(w *xmlWriter) {
	if !f.detail.IsValid() {
		return
	}
	for _, field := range w.names.plan(f.detail.Type()).fields {
		if value := f.detail.Field(field.index); field.name != "Message" && !absent(value) {
			w.element(field.name, value)
		}
	}
}
