package wire

import (
	"net/http"
	"reflect"
)

// queryCodec is AWS's query protocol: forms in, XML out.
type queryCodec struct{}

func (queryCodec) decode(r *request, into reflect.Value) error {
	return r.model.in.fillForm(into, formTree(r.form), queryStyle)
}

func (queryCodec) result(r *request, out reflect.Value) message {
	w := &xmlWriter{names: r.model.out, item: "member"}
	w.open(r.call.Operation+"Response", r.model.namespace)
	w.open(r.call.Operation+"Result", "")
	w.members(out)
	w.close(r.call.Operation + "Result")
	w.open("ResponseMetadata", "")
	w.text("RequestId", r.call.RequestID)
	w.close("ResponseMetadata")
	w.close(r.call.Operation + "Response")
	return xmlMessage(http.StatusOK, w)
}

func (queryCodec) failure(r *request, f *failure) message {
	w := &xmlWriter{names: r.model.out, item: "member"}
	w.open("ErrorResponse", r.model.namespace)
	w.open("Error", "")
	w.text("Type", f.side())
	w.text("Code", f.queryCode(r.model))
	w.text("Message", f.message)
	f.details(w)
	w.close("Error")
	w.text("RequestId", r.call.RequestID)
	w.close("ErrorResponse")
	return xmlMessage(f.status, w)
}

func xmlMessage(status int, w *xmlWriter) message {
	return message{status: status, header: http.Header{"Content-Type": {"text/xml"}}, body: w.Bytes()}
}
