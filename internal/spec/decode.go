package spec

import (
	"reflect"
	"strings"
)

// mode is what a decoder looks for.
type mode int

const (
	// shape judges one document by itself: its keys and types. What holds a
	// variable is not known yet, and what is missing may still be merged in.
	shape mode = iota
	// resolve replaces variables and wants everything that is required.
	// Unknown keys are none of its business: shape has reported them.
	resolve
)

// decoder sets values of the file types from nodes and collects every problem
// on the way.
type decoder struct {
	mode     mode
	lookup   func(name string) (string, bool)
	inList   bool // lists are never merged: what an entry lacks, it lacks
	problems Problems
}

func (d *decoder) fail(n *node, f *fault) bool {
	d.problems = append(d.problems, n.problem(f))
	return false
}

// decode sets v from n by the rules in tag and says whether it could.
func (d *decoder) decode(n *node, v reflect.Value, tag reflect.StructTag) bool {
	if n.kind == kindText && hasVariable(n.text) {
		if d.mode == shape {
			return false
		}
		if f := n.expand(d.lookup); f != nil {
			return d.fail(n, f)
		}
	}
	switch {
	case v.Kind() == reflect.Pointer:
		return d.pointer(n, v, tag)
	case isScalar(v.Type()):
		return d.scalar(n, v, tag)
	case v.Kind() == reflect.Struct:
		return d.object(n, v, tag)
	case v.Kind() == reflect.Map:
		return d.entries(n, v, tag)
	case v.Kind() == reflect.Slice:
		return d.list(n, v, tag)
	case v.Kind() == reflect.Interface:
		return d.anything(n, v)
	}
	return d.scalar(n, v, tag)
}

func (d *decoder) pointer(n *node, v reflect.Value, tag reflect.StructTag) bool {
	target := reflect.New(v.Type().Elem())
	if !d.decode(n, target.Elem(), tag) {
		return false
	}
	v.Set(target)
	return true
}

// scalar leaves v as it was when the value breaks a rule, so that no later check
// trips over it again.
func (d *decoder) scalar(n *node, v reflect.Value, tag reflect.StructTag) bool {
	value := reflect.New(v.Type()).Elem()
	f := readScalar(n, value)
	if f == nil {
		f = checkTags(n, value, tag)
	} else if f.hint == "" && strings.HasPrefix(f.message, "expects") && !strings.Contains(f.message, "such as") {
		f.hint = exampleOf(tag)
	}
	if f != nil {
		return d.fail(n, f)
	}
	v.Set(value)
	if d.mode == resolve {
		n.settle(value.Kind())
	}
	return true
}

func (d *decoder) object(n *node, v reflect.Value, tag reflect.StructTag) bool {
	if n.kind != kindObject {
		return d.fail(n, n.expects("an object", exampleOf(tag)))
	}
	for _, m := range n.members {
		if free(m.key) {
			continue
		}
		k, known := keyOf(v.Type(), m.key)
		switch {
		case known && m.value.kind != kindNull:
			d.decode(m.value, v.FieldByIndex(k.index), k.tag)
		case !known && d.mode == shape:
			d.problems = append(d.problems, unknownKey(n, m, v.Type()))
		}
	}
	if d.mode == resolve || d.inList {
		d.required(n, v.Type())
	}
	return true
}

func (d *decoder) required(n *node, t reflect.Type) {
	for _, k := range keysOf(t) {
		if k.tag.Get("required") == "" {
			continue
		}
		if value := n.get(k.name); value == nil || value.kind == kindNull {
			d.problems = append(d.problems, n.missing(k.name, exampleOf(k.tag)))
		}
	}
}

// entries decodes an object whose keys are the author's.
func (d *decoder) entries(n *node, v reflect.Value, tag reflect.StructTag) bool {
	if n.kind != kindObject {
		return d.fail(n, n.expects("an object", exampleOf(tag)))
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, m := range n.members {
		if free(m.key) || m.value.kind == kindNull {
			continue
		}
		if f := syntaxes[tag.Get("keys")].checkKey(m.key); f != nil {
			d.problems = append(d.problems, m.problem(n, f))
		}
		value := reflect.New(v.Type().Elem()).Elem()
		if d.decode(m.value, value, "") {
			v.SetMapIndex(reflect.ValueOf(m.key), value)
		}
	}
	return true
}

func (d *decoder) list(n *node, v reflect.Value, tag reflect.StructTag) bool {
	if n.kind != kindList {
		return d.fail(n, n.expects(listText(v.Type()), listHint(n, v.Type(), tag)))
	}
	if f := checkItems(len(n.items), tag.Get("items")); f != nil {
		d.fail(n, f)
	}
	if len(n.items) == 0 {
		return true
	}
	outer := d.inList
	d.inList = true
	values := reflect.MakeSlice(v.Type(), len(n.items), len(n.items))
	for i, item := range n.items {
		d.decode(item, values.Index(i), itemRules(tag))
	}
	d.inList = outer
	v.Set(values)
	return true
}

// itemRules are the rules of a list that each of its entries keeps.
func itemRules(tag reflect.StructTag) reflect.StructTag {
	return reflect.StructTag(`syntax:"` + tag.Get("syntax") + `"`)
}

func listText(t reflect.Type) string {
	if t.Elem().Kind() == reflect.String {
		return "a list of strings"
	}
	return "a list of objects"
}

// listHint writes the list that was meant. A command that was written for a
// shell needs to be told apart from one word.
func listHint(n *node, t reflect.Type, tag reflect.StructTag) string {
	if n.kind != kindText || t.Elem().Kind() != reflect.String {
		return exampleOf(tag)
	}
	words := strings.Fields(n.text)
	for i, word := range words {
		words[i] = quoted(word)
	}
	return "write [" + strings.Join(words, ", ") + "]"
}

// anything takes any JSON.
func (d *decoder) anything(n *node, v reflect.Value) bool {
	ok := true
	n.each(func(inner *node) {
		if d.mode == resolve && inner != n && inner.kind == kindText {
			if f := inner.expand(d.lookup); f != nil {
				ok = d.fail(inner, f)
			}
		}
	})
	if value := n.value(); value != nil {
		v.Set(reflect.ValueOf(value))
	}
	return ok
}
