package wire

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// naming turns the fields of the SDK's structs into member names. It keeps
// what it has found out about each struct type.
type naming struct {
	regular   func(field string) string
	irregular map[string]string // "Type.Field", or "Field" of every type
	plans     sync.Map          // reflect.Type → *plan
}

// plan is what the walkers must know about one struct type.
type plan struct {
	name    string // of the Go type, for messages
	fields  []field
	members map[string]bool // their names
}

type field struct {
	index int
	name  string
}

func upperNames(irregular map[string]string) *naming {
	return &naming{regular: strings.Clone, irregular: irregular}
}

func lowerNames(irregular map[string]string) *naming {
	return &naming{regular: lowerFirst, irregular: irregular}
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func (n *naming) name(typ, field string) string {
	if name, ok := n.irregular[typ+"."+field]; ok {
		return name
	}
	if name, ok := n.irregular[field]; ok {
		return name
	}
	return n.regular(field)
}

func (n *naming) plan(t reflect.Type) *plan {
	if known, ok := n.plans.Load(t); ok {
		return known.(*plan)
	}
	known, _ := n.plans.LoadOrStore(t, n.study(t))
	return known.(*plan)
}

func (n *naming) study(t reflect.Type) *plan {
	p := &plan{name: t.Name(), members: map[string]bool{}}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() || ofTheClient[f.Name] {
			continue
		}
		name := n.name(t.Name(), f.Name)
		p.fields = append(p.fields, field{index: i, name: name})
		p.members[name] = true
	}
	return p
}

// stranger is the first of the given members that p does not have.
func stranger[V any](p *plan, given map[string]V) (string, bool) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !p.members[name] {
			return name, true
		}
	}
	return "", false
}

// ofTheClient are struct fields that the SDK's clients fill for their callers
// and that never travel.
var ofTheClient = map[string]bool{"ResultMetadata": true, "ErrorCodeOverride": true}
