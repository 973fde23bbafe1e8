package spec

import (
	"encoding/json"
	"reflect"
	"strconv"
)

// scalar is a value that is written in a form of its own.
type scalar interface {
	// read sets the value from a node. What it says about a wrong one
	// completes the line "file:line:column: field: …".
	read(n *node) *fault
}

func isScalar(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[scalar]())
}

// expects is the fault of a value of the wrong type or form.
func (n *node) expects(wants, hint string) *fault {
	return faultf(hint, "expects %s, got %s", wants, n.says())
}

// readScalar sets v, a scalar or one of Go's own, from n.
func readScalar(n *node, v reflect.Value) *fault {
	if s, ok := v.Addr().Interface().(scalar); ok {
		return s.read(n)
	}
	switch v.Kind() {
	case reflect.String:
		return readString(n, v)
	case reflect.Bool:
		return readBool(n, v)
	}
	return readInt(n, v)
}

func readString(n *node, v reflect.Value) *fault {
	switch {
	case n.kind == kindText, n.loose() && (n.kind == kindNumber || n.kind == kindBool):
		v.SetString(n.text)
		return nil
	case n.kind == kindNumber, n.kind == kindBool:
		return n.expects("a string", "write "+strconv.Quote(n.text)+", in quotes")
	}
	return n.expects("a string", "")
}

func readBool(n *node, v reflect.Value) *fault {
	value, err := strconv.ParseBool(n.text)
	switch {
	case n.kind == kindBool, n.kind == kindText && n.loose() && err == nil:
		v.SetBool(value)
		return nil
	case n.kind == kindText && err == nil:
		return n.expects("true or false", "write "+strconv.FormatBool(value)+", without quotes")
	}
	return n.expects("true or false", "")
}

func readInt(n *node, v reflect.Value) *fault {
	value, err := strconv.ParseInt(n.text, 10, 32)
	switch {
	case err == nil && (n.kind == kindNumber || n.kind == kindText && n.loose()):
		v.SetInt(value)
		return nil
	case err == nil && n.kind == kindText:
		return n.expects("a whole number", "write "+n.text+", without quotes")
	}
	return n.expects("a whole number", "")
}

// settle gives a scalar that was read the type it was read as: variables and
// flags are text at first, and numbers in env become text.
func (n *node) settle(read reflect.Kind) {
	switch {
	case read == reflect.String:
		n.kind = kindText
	case n.kind == kindText && n.loose():
		n.kind = parseValue(n.text, "").kind
	}
}

// literal is a value of env: a string, or what becomes one as it is written.
type literal string

func (l *literal) read(n *node) *fault {
	switch n.kind {
	case kindText, kindNumber, kindBool:
		*l = literal(n.text)
		return nil
	}
	return n.expects("a string, a number or a boolean", "")
}

// paths is one file or several.
type paths []string

func (p *paths) read(n *node) *fault {
	named := []*node{n}
	if n.kind == kindList {
		named = n.items
	}
	for _, item := range named {
		if item.kind != kindText {
			return n.expects("a file, or a list of files", `such as "../base.json"`)
		}
		*p = append(*p, item.text)
	}
	return nil
}

// exampleOf writes the example of a key for a hint: compact, as in the file.
func exampleOf(tag reflect.StructTag) string {
	example := tag.Get("example")
	if example == "" || !json.Valid([]byte(example)) {
		return ""
	}
	return "such as " + example
}
