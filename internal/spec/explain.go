package spec

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// Explanation is the merged file, value by value, in the order of the reference.
type Explanation []Setting

// Setting is one value and where it came from: "file:line:column", "default",
// "environment production", "--set", "variable NAME", or several of these.
type Setting struct {
	Field  string          `json:"field"` // workloads.web.http.port
	Value  json.RawMessage `json:"value"` // on one line
	Origin string          `json:"origin"`
}

// Explain resolves a file as Load does and says where each value came from. The
// error is the same.
func Explain(path string, options Options) (Explanation, error) {
	d, err := open(path, options, os.ReadFile)
	if err != nil {
		return nil, err
	}
	return d.explain(), nil
}

func (d *draft) explain() Explanation {
	var e Explanation
	arrange(d.root, reflect.TypeFor[head]())
	e.add(d.root, "")
	for _, w := range d.workloads {
		arrange(w.root, reflect.TypeFor[process]())
		field := "workloads." + w.name
		if d.flat {
			field = ""
		}
		e.add(w.root, field)
	}
	return e
}

// arrange sorts the keys of an object, and of the objects inside it, as their
// file type has them: merging has left them in the order of the layers.
func arrange(n *node, t reflect.Type) {
	keys := keysOf(t)
	rank := func(m member) int {
		return slices.IndexFunc(keys, func(k fileKey) bool { return k.name == m.key })
	}
	slices.SortStableFunc(n.members, func(a, b member) int { return rank(a) - rank(b) })
	for _, k := range keys {
		if inner, ok := k.object(); ok {
			for _, o := range n.get(k.name).objects() {
				arrange(o, inner)
			}
		}
	}
}

// add explains what is in n. Objects are opened, and lists of objects too.
func (e *Explanation) add(n *node, field string) {
	switch {
	case n.kind == kindObject:
		for _, m := range n.members {
			if !free(m.key) {
				e.add(m.value, join(field, m.key))
			}
		}
	case n.kind == kindList && len(n.items) > 0 && n.items[0].kind == kindObject:
		for i, item := range n.items {
			e.add(item, index(field, i))
		}
	default:
		n.variables = n.allVariables()
		*e = append(*e, Setting{field, json.RawMessage(valueText(n)), n.origin()})
	}
}

// allVariables lists the variables of n and of everything in it.
func (n *node) allVariables() []string {
	var names []string
	n.each(func(inner *node) {
		for _, name := range inner.variables {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	})
	return names
}

// valueText writes a value in JSON. Numbers stay as the author wrote them.
func valueText(n *node) string {
	if n.kind == kindNumber {
		return n.text
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(n.value()); err != nil {
		return n.says()
	}
	return strings.TrimSpace(out.String())
}

// String writes a table of three columns.
func (e Explanation) String() string {
	var fields, values int
	for _, s := range e {
		fields = max(fields, utf8.RuneCountInString(s.Field))
		values = max(values, min(utf8.RuneCount(s.Value), 60))
	}
	var out strings.Builder
	for _, s := range e {
		fmt.Fprintf(&out, "%-*s  %-*s  %s\n", fields, s.Field, values, s.Value, s.Origin)
	}
	return out.String()
}
