package wire

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// object is a struct or map on its way out, in the order of its members.
type object []member

type member struct {
	name  string
	value any
}

// tree turns a struct of the SDK into what the JSON and CBOR writers write:
// bool, string, int64, float64, []byte, time.Time, json.RawMessage, []any or
// object. Nil and empty strings are left out; zero numbers and false are not,
// because AWS writes "runningCount": 0.
func (n *naming) tree(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer:
		return n.tree(v.Elem())
	case reflect.Interface:
		return n.open(v)
	case reflect.Struct:
		if v.Type() == timeType {
			return v.Interface().(time.Time)
		}
		return n.object(v)
	case reflect.Slice:
		if isBlob(v.Type()) {
			return v.Bytes()
		}
		return n.list(v)
	case reflect.Map:
		return n.entries(v)
	default:
		return scalar(v)
	}
}

func scalar(v reflect.Value) any {
	switch {
	case v.Kind() == reflect.String:
		return v.String()
	case v.Kind() == reflect.Bool:
		return v.Bool()
	case v.CanInt():
		return v.Int()
	case v.Kind() == reflect.Float32:
		return float32(v.Float())
	case v.CanFloat():
		return v.Float()
	}
	panic(fmt.Sprintf("wire: no protocol carries a %s", v.Type()))
}

func (n *naming) object(v reflect.Value) object {
	p := n.plan(v.Type())
	out := make(object, 0, len(p.fields))
	for _, f := range p.fields {
		if value := v.Field(f.index); !absent(value) {
			out = append(out, member{f.name, n.tree(value)})
		}
	}
	return out
}

func (n *naming) list(v reflect.Value) []any {
	out := make([]any, v.Len())
	for i := range out {
		out[i] = n.tree(v.Index(i))
	}
	return out
}

func (n *naming) entries(v reflect.Value) object {
	out := make(object, 0, v.Len())
	for _, key := range sortedKeys(v) {
		out = append(out, member{key.String(), n.tree(v.MapIndex(key))})
	}
	return out
}

func sortedKeys(m reflect.Value) []reflect.Value {
	keys := m.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	default:
		return false
	}
}
