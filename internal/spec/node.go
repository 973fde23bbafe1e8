package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is the type of a node's value.
type kind int

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindText
	kindList
	kindObject
)

// String names the type of a value that is not to be shown.
func (k kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "a list", "an object"}[k]
}

// place is where something is written. Line is 0 for what is not in a file.
type place struct {
	file         string
	line, column int
}

// node is one value of a file, whatever the syntax of the file, and remembers
// where it came from: origins survive merging.
type node struct {
	kind    kind
	text    string   // of a scalar: a string as it reads, anything else as it is written
	items   []*node  // of a list
	members []member // of an object, in the order of writing

	place     place
	field     string   // as written: environments.production.cpu
	layer     string   // what laid it over the rest: "environment production", "--set", "default"
	variables []string // that the text was made from
}

// member is a key of an object and its value.
type member struct {
	key   string
	place place
	value *node
}

// get returns the value of a key of an object; nil when there is none.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, m := range n.members {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

// nearest follows keys as far as they lead, for a problem that has to stand
// somewhere.
func (n *node) nearest(keys ...string) *node {
	for _, key := range keys {
		next := n.get(key)
		if next == nil {
			return n
		}
		n = next
	}
	return n
}

// put sets a key of an object, in its place when it exists.
func (n *node) put(m member) {
	for i := range n.members {
		if n.members[i].key == m.key {
			n.members[i] = m
			return
		}
	}
	n.members = append(n.members, m)
}

// drop removes keys from an object.
func (n *node) drop(keys ...string) {
	n.members = slices.DeleteFunc(n.members, func(m member) bool {
		return slices.Contains(keys, m.key)
	})
}

// child is the field path of a key of n.
func (n *node) child(key string) string { return join(n.field, key) }

func join(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

// objects lists n if it is an object, or the objects in it if it is a list.
func (n *node) objects() []*node {
	switch {
	case n == nil:
		return nil
	case n.kind == kindObject:
		return []*node{n}
	}
	return slices.DeleteFunc(slices.Clone(n.items), func(item *node) bool { return item.kind != kindObject })
}

func (n *node) clone() *node {
	if n == nil {
		return nil
	}
	c := *n
	c.items = slices.Clone(n.items)
	for i, item := range c.items {
		c.items[i] = item.clone()
	}
	c.members = slices.Clone(n.members)
	for i, m := range c.members {
		c.members[i].value = m.value.clone()
	}
	return &c
}

// each visits n and everything in it.
func (n *node) each(visit func(*node)) {
	visit(n)
	for _, item := range n.items {
		item.each(visit)
	}
	for _, m := range n.members {
		m.value.each(visit)
	}
}

// loose says that the value did not choose its type: variables and flags are
// always text.
func (n *node) loose() bool { return len(n.variables) > 0 || n.layer == layerSet }

// problem places a fault at n.
func (n *node) problem(f *fault) Problem {
	message := f.message
	if len(n.variables) > 0 {
		message += " (from " + variablesText(n.variables) + ")"
	}
	return Problem{n.place.file, n.place.line, n.place.column, n.field, message, f.hint}
}

// problem places a fault at a key of n.
func (m member) problem(n *node, f *fault) Problem {
	return Problem{m.place.file, m.place.line, m.place.column, n.child(m.key), f.message, f.hint}
}

// missing is the problem of an object that lacks a key.
func (n *node) missing(key, hint string) Problem {
	return Problem{n.place.file, n.place.line, n.place.column, n.child(key), "is missing", hint}
}

// says describes the value to its author, shortened.
func (n *node) says() string {
	switch n.kind {
	case kindNull:
		return "null"
	case kindList:
		return "a list"
	case kindObject:
		return "an object"
	case kindText:
		return strconv.Quote(shorten(n.text))
	}
	return n.text
}

func shorten(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// value returns n as encoding/json would have decoded it.
func (n *node) value() any {
	switch n.kind {
	case kindBool:
		return n.text == "true"
	case kindNumber:
		f, err := strconv.ParseFloat(n.text, 64)
		if err != nil {
			return n.text
		}
		return f
	case kindText:
		return n.text
	case kindList:
		values := make([]any, len(n.items))
		for i, item := range n.items {
			values[i] = item.value()
		}
		return values
	case kindObject:
		values := make(map[string]any, len(n.members))
		for _, m := range n.members {
			values[m.key] = m.value.value()
		}
		return values
	}
	return nil
}

// origin says where the value came from.
func (n *node) origin() string {
	var parts []string
	if n.place.line > 0 {
		parts = append(parts, fmt.Sprintf("%s:%d:%d", n.place.file, n.place.line, n.place.column))
	}
	if n.layer != "" {
		parts = append(parts, n.layer)
	}
	if len(n.variables) > 0 {
		parts = append(parts, variablesText(n.variables))
	}
	return strings.Join(parts, ", ")
}

func variablesText(names []string) string {
	if len(names) == 1 {
		return "variable " + names[0]
	}
	return "variables " + strings.Join(names, ", ")
}

// free says that a key belongs to the author: Photon never looks at it.
func free(key string) bool { return strings.HasPrefix(key, "x-") }
