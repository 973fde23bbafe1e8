package wire

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// nameless stands for the service when a request names none that is known.
var nameless = &model{in: upperNames(nil), out: upperNames(nil), query: queryCodec{}}

// route finds out which service, protocol and operation a request is for. The
// request that it returns can always carry a failure.
func route(r *http.Request) (*request, error) {
	body, err := readBody(r)
	req := &request{call: Call{RequestID: newRequestID()}, model: nameless, body: body}
	switch target := r.Header.Get("X-Amz-Target"); {
	case target != "":
		req.json(target, r.Header.Get("Content-Type"))
	case strings.HasPrefix(r.URL.Path, "/service/"):
		req.cbor(r.URL.Path)
	default:
		err = errors.Join(err, req.query(r))
	}
	if err != nil {
		return req, err
	}
	signed, err := scopeOf(r)
	if err != nil {
		return req, err
	}
	return req, req.identify(signed)
}

func (r *request) json(target, contentType string) {
	r.codec = jsonCodec{}
	r.contentType = "application/x-amz-json-1.1"
	if strings.HasPrefix(contentType, "application/x-amz-json-1.0") {
		r.contentType = "application/x-amz-json-1.0"
	}
	prefix, operation, _ := strings.Cut(target, ".")
	r.aim(prefix, operation)
}

func (r *request) cbor(path string) {
	r.codec = cborCodec{}
	steps := strings.Split(path, "/") // "", service, X, operation, Op
	if len(steps) == 5 && steps[3] == "operation" {
		r.aim(steps[2], steps[4])
	}
}

func (r *request) aim(target, operation string) {
	r.call.Service, r.call.Operation = target, operation
	if m := byTarget[target]; m != nil {
		r.model, r.call.Service = m, m.id
	}
}

// query reads the parameters of a form. Before the signature is read, only the
// version says how a failure must be written.
func (r *request) query(from *http.Request) error {
	r.form = from.URL.Query()
	form, err := url.ParseQuery(string(r.body))
	maps.Copy(r.form, form)
	r.codec = queryCodec{}
	for _, m := range catalog {
		if m.query != nil && m.version == r.form.Get("Version") {
			r.model, r.codec = m, m.query
		}
	}
	r.call.Service, r.call.Operation = r.model.id, r.form.Get("Action")
	if err != nil {
		return Fault("MalformedQueryString", "the body is not a form: %v", err)
	}
	return nil
}

// identify completes the call with what its signature says.
func (r *request) identify(s scope) error {
	r.call.Region, r.call.AccessKey, r.call.Account = s.region, s.accessKey, account(s.accessKey)
	switch {
	case r.form == nil:
		return nil
	case r.form.Get("Action") == "":
		return Fault("MissingAction", "The request must contain the parameter Action.")
	case r.model == nameless || s.service != r.model.id:
		return Fault("InvalidAction", "The engine does not have version %q of service %s (action %s).",
			r.form.Get("Version"), s.service, r.call.Operation)
	}
	return nil
}
