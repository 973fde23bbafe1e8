package spec

import (
	"encoding/json"
	"slices"
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
	merged := overlay(base, over)
	merged.strip()
	return merged
}

// overlay is merge for what will itself be laid over something: a null stays,
// for it has yet to delete.
func overlay(base, over *node) *node {
	if over.kind != kindObject || base == nil || base.kind != kindObject {
		return over.clone()
	}
	merged := base.clone()
	for _, m := range over.members {
		merged.put(member{m.key, m.place, overlay(merged.get(m.key), m.value)})
	}
	return merged
}

// strip takes away the keys that are null.
func (n *node) strip() {
	n.members = slices.DeleteFunc(n.members, func(m member) bool { return m.value.kind == kindNull })
	for _, m := range n.members {
		m.value.strip()
	}
}

// pick copies an object with only the keys that keep wants, and no nulls.
func (n *node) pick(keep func(key string) bool) *node {
	picked := *n
	picked.members = nil
	for _, m := range n.members {
		if keep(m.key) {
			picked.members = append(picked.members, m)
		}
	}
	return merge(nil, &picked)
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
	at := place{file: layerSet}
	for i := len(keys) - 1; i >= 0; i-- {
		field := strings.Join(keys[:i], ".")
		n = &node{kind: kindObject, field: field, members: []member{{keys[i], at, n}}}
	}
	n.each(func(n *node) { n.place, n.layer = at, layerSet })
	return n, nil
}

// parseValue reads a value that stands outside a file: JSON, or else a string.
func parseValue(value, field string) *node {
	if !json.Valid([]byte(value)) {
		return &node{kind: kindText, text: value, field: field}
	}
	d := &document{source: []byte(value)}
	n := d.parseJSON()
	n.each(func(n *node) { n.place, n.field = place{}, join(field, n.field) })
	return n
}
