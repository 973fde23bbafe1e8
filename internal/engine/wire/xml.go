package wire

import (
	"bytes"
	"encoding/xml"
	"reflect"
)

// xmlWriter writes the responses of the query protocols. Both write a list as
// an element of items; they differ in what they call an item.
type xmlWriter struct {
	bytes.Buffer
	names *naming
	item  string
}

func (w *xmlWriter) open(name, namespace string) {
	w.WriteByte('<')
	w.WriteString(name)
	if namespace != "" {
		w.WriteString(` xmlns="` + namespace + `"`)
	}
	w.WriteByte('>')
}

func (w *xmlWriter) close(name string) {
	w.WriteString("</")
	w.WriteString(name)
	w.WriteByte('>')
}

func (w *xmlWriter) text(name, text string) {
	w.open(name, "")
	// Writing to a buffer cannot fail.
	_ = xml.EscapeText(w, []byte(text))
	w.close(name)
}

// members writes the fields of a struct that are set.
func (w *xmlWriter) members(v reflect.Value) {
	for _, f := range w.names.plan(v.Type()).fields {
		if value := v.Field(f.index); !absent(value) {
			w.element(f.name, value)
		}
	}
}

func (w *xmlWriter) element(name string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		w.element(name, v.Elem())
		return
	case reflect.Interface:
		w.union(name, v)
		return
	case reflect.Struct:
		if v.Type() != timeType {
			w.nested(name, func() { w.members(v) })
			return
		}
	case reflect.Slice:
		if !isBlob(v.Type()) {
			w.nested(name, func() { w.list(v) })
			return
		}
	case reflect.Map:
		w.nested(name, func() { w.entries(v) })
		return
	}
	w.text(name, formatScalar(v))
}

func (w *xmlWriter) nested(name string, inner func()) {
	w.open(name, "")
	inner()
	w.close(name)
}

func (w *xmlWriter) list(v reflect.Value) {
	for i := range v.Len() {
		w.element(w.item, v.Index(i))
	}
}

func (w *xmlWriter) entries(v reflect.Value) {
	for _, key := range sortedKeys(v) {
		w.nested("entry", func() {
			w.text("key", key.String())
			w.element("value", v.MapIndex(key))
		})
	}
}

func (w *xmlWriter) union(name string, v reflect.Value) {
	member, value := w.names.variant(v)
	w.nested(name, func() { w.element(member, value) })
}
