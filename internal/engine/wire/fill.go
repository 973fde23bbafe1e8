package wire

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strconv"
	"time"
)

var timeType = reflect.TypeFor[time.Time]()

// fill puts a tree, which JSON and CBOR requests become, into dst. A tree is
// nil, bool, string, json.Number, []byte, []any or map[string]any.
func (n *naming) fill(dst reflect.Value, src any) error {
	switch dst.Kind() {
	case reflect.Pointer:
		dst.Set(reflect.New(dst.Type().Elem()))
		return n.fill(dst.Elem(), src)
	case reflect.Struct:
		if dst.Type() == timeType {
			return fillTime(dst, src)
		}
		return n.fillStruct(dst, src)
	case reflect.Slice:
		if isBlob(dst.Type()) {
			return fillBlob(dst, src)
		}
		return n.fillList(dst, src)
	case reflect.Map:
		return n.fillMap(dst, src)
	case reflect.Interface:
		return n.fillOpen(dst, src)
	default:
		return fillScalar(dst, src)
	}
}

func (n *naming) fillStruct(dst reflect.Value, src any) error {
	members, ok := src.(map[string]any)
	if !ok {
		return &mismatch{want: "an object", got: describe(src)}
	}
	p := n.plan(dst.Type())
	if name, found := stranger(p, members); found {
		return &unknownMember{name, p.name}
	}
	for _, f := range p.fields {
		value := members[f.name]
		if value == nil {
			continue
		}
		if err := n.fill(dst.Field(f.index), value); err != nil {
			return under(f.name, err)
		}
	}
	return nil
}

func (n *naming) fillList(dst reflect.Value, src any) error {
	items, ok := src.([]any)
	if !ok {
		return &mismatch{want: "a list", got: describe(src)}
	}
	list := reflect.MakeSlice(dst.Type(), len(items), len(items))
	for i, item := range items {
		if err := n.fill(list.Index(i), item); err != nil {
			return under("["+strconv.Itoa(i)+"]", err)
		}
	}
	dst.Set(list)
	return nil
}

func (n *naming) fillMap(dst reflect.Value, src any) error {
	entries, ok := src.(map[string]any)
	if !ok {
		return &mismatch{want: "an object", got: describe(src)}
	}
	m := reflect.MakeMapWithSize(dst.Type(), len(entries))
	for key, entry := range entries {
		value := reflect.New(dst.Type().Elem()).Elem()
		if err := n.fill(value, entry); err != nil {
			return under(key, err)
		}
		m.SetMapIndex(reflect.ValueOf(key).Convert(dst.Type().Key()), value)
	}
	dst.Set(m)
	return nil
}

func fillTime(dst reflect.Value, src any) error {
	number, ok := src.(json.Number)
	if !ok {
		return &mismatch{want: "a timestamp", got: describe(src)}
	}
	seconds, err := number.Float64()
	if err != nil {
		return &mismatch{want: "a timestamp", got: describe(src)}
	}
	dst.Set(reflect.ValueOf(epoch(seconds)))
	return nil
}

func fillBlob(dst reflect.Value, src any) error {
	switch blob := src.(type) {
	case []byte:
		dst.SetBytes(blob)
		return nil
	case string:
		decoded, err := base64.StdEncoding.DecodeString(blob)
		if err != nil {
			return &mismatch{want: "base64", got: "a string"}
		}
		dst.SetBytes(decoded)
		return nil
	default:
		return &mismatch{want: "bytes", got: describe(src)}
	}
}

func fillScalar(dst reflect.Value, src any) error {
	switch value := src.(type) {
	case bool:
		if dst.Kind() == reflect.Bool {
			dst.SetBool(value)
			return nil
		}
	case json.Number:
		if dst.Kind() != reflect.String && dst.Kind() != reflect.Bool {
			return parseScalar(dst, value.String())
		}
	case string:
		if dst.Kind() == reflect.String || dst.CanFloat() && notFinite[value] {
			return parseScalar(dst, value)
		}
	}
	return &mismatch{want: wanted(dst), got: describe(src)}
}

// notFinite are the floats that JSON has no number for.
var notFinite = map[string]bool{"NaN": true, "Infinity": true, "-Infinity": true}
