package wire

import (
	"net/http"
	"reflect"
)

// ec2Codec is EC2's own query protocol.
type ec2Codec struct{}

func (ec2Codec) decode(r *request, into reflect.Value) error {
	return r.model.in.fillForm(into, formTree(r.form), ec2Style)
}

func (ec2Codec) result(r *request, out reflect.Value) message {
	w := &xmlWriter{names: r.model.out, item: "item"}
	w.open(r.call.Operation+"Response", r.model.namespace)
	w.text("requestId", r.call.RequestID)
	w.members(out)
	w.close(r.call.Operation + "Response")
	return xmlMessage(http.StatusOK, w)
}

func (ec2Codec) failure(r *request, f *failure) message {
	w := &xmlWriter{names: r.model.out, item: "item"}
	w.open("Response", "")
	w.open("Errors", "")
	w.open("Error", "")
	w.text("Code", f.code)
	w.text("Message", f.message)
	w.close("Error")
	w.close("Errors")
	w.text("RequestID", r.call.RequestID)
	w.close("Response")
	return xmlMessage(f.status, w)
}
