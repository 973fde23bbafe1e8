package spec

import (
	"encoding/json"
	"strings"
)

// The layers that a value can come from besides its own file.
const (
	layerSet      = "--set"
	layerInstance = "--instance"
	layerDefault  = "default"
)

// merge lays over onto base by RFC 7396: objects merge, everything else is
// replaced, null deletes. Neither is changed, and the result shares nothing
// with them.
func merge(base, over *node) *node {
	if over.kind != object {
		return over.clone()
	}
	merged := &node{kind: object, place: over.place, field: over.field, layer: over.layer}
	if base != nil && base.kind == object {
		merged = base.clone()
	}
	for _, m := range over.members {
		if m.value.kind == null {
			merged.drop(m.key)
			continue
		}
		merged.put(member{m.key, m.place, merge(merged.get(m.key), m.value)})
	}
	return merged
}

// pick returns the object with only the keys that keep says.
func (n *node) pick(keep func(key string) bool) *node {
	picked := *n
	picked.members = nil
	for _, m := range n.members {
		if keep(m.key) {
			picked.members = append(picked.members, m)
		}
	}
	return &picked
}

// mark says which layer n and everything in it came from.
func (n *node) mark(layer string) {
	n.each(func(n *node) { n.layer = layer })
}

// parseSet reads "path=value" of --set as an object to merge. The value is JSON,
// or else a string.
func parseSet(argument string) (*node, *Problem) {
	path, value, ok := strings.Cut(argument, "=")
	if !ok || path == "" || strings.Contains("."+path+".", "..") {
		return nil, &Problem{File: layerSet, Field: path, Message: "expects path=value", Hint: "such as --set scale=3, --set http.health.path=/ready"}
	}
	keys := strings.Split(path, ".")
	n := parseValue(value, path)
	at := place{file: layerSet + " " + path}
	for i := len(keys) - 1; i >= 0; i-- {
		field := strings.Join(keys[:i], ".")
		n = &node{kind: object, field: field, members: []member{{keys[i], at, n}}}
	}
	n.each(func(n *node) { n.place, n.layer = at, layerSet })
	return n, nil
}

// parseValue reads a value that stands outside a file: JSON, or else a string.
func parseValue(value, field string) *node {
	if !json.Valid([]byte(value)) {
		return &node{kind: text, text: value, field: field}
	}
	d := &document{source: []byte(value)}
	n := d.parseJSON()
	n.each(func(n *node) { n.place, n.field = place{}, join(field, n.field) })
	return n
}
