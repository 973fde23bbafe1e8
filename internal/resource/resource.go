// Package resource says what Photon owns in AWS: one file per kind, and
// Desired, which turns a Spec into the Set that should exist. It never asks
// AWS anything: what it must know of the account is handed to it as Facts.
package resource

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Key names one resource: its kind and its name, which is deterministic. A
// part of another resource is named after it: "orders-a1b2c3d4:80".
type Key struct {
	Kind Kind
	Name string
}

const refPrefix = "ref:"

// String writes the key as "kind/name".
func (k Key) String() string { return string(k.Kind) + "/" + k.Name }

// Ref is how attributes mention another resource, whose id may not exist yet:
// "ref:kind/name". Only package cloud turns it into an id, and back.
func (k Key) Ref() string { return refPrefix + k.String() }

// ParseRef reads what Ref wrote; false when text is anything else.
func ParseRef(text string) (Key, bool) {
	rest, ok := strings.CutPrefix(text, refPrefix)
	if !ok {
		return Key{}, false
	}
	kind, name, ok := strings.Cut(rest, "/")
	return Key{Kind: Kind(kind), Name: name}, ok
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// Resource is one thing that exists in AWS or should. Desired and live state
// share this type.
type Resource struct {
	Key    Key
	Owner  string // value of the tag photon:owner; empty on a live one that is not Photon's
	ID     string // live only: the ARN or id by which AWS knows it
	Parent Key    // the resource that this is a part of; zero when it stands alone
	// Failed is live only: why the last rollout of a service failed, when
	// there was nothing to go back to. It must be tried again as it is.
	Failed string
	After  []Key // must be done before this one, besides what the attributes refer to
	// Attributes is what is compared: a struct of this package, or a Document.
	Attributes any
}

// Document is an API input in JSON, with AWS's member names. Task definitions
// and services are documents, because "raw" may patch any member of them.
type Document = map[string]any

// Refs lists the resources that r's attributes refer to, its parent and what
// it comes after, without repetition, in order.
func (r Resource) Refs() []Key {
	found := map[Key]bool{}
	for _, key := range r.After {
		found[key] = true
	}
	if r.Parent != (Key{}) {
		found[r.Parent] = true
	}
	walkStrings(r.Fields(), func(text string) {
		if key, ok := ParseRef(text); ok {
			found[key] = true
		}
	})
	return slices.SortedFunc(maps.Keys(found), compareKeys)
}

// Fields returns the attributes as plain JSON values: what is compared, shown
// and searched.
func (r Resource) Fields() Document {
	return toDocument(r.Attributes)
}

// Shared reports whether r belongs to its environment and not to one service.
func (r Resource) Shared() bool { return r.Owner != "" && !strings.Contains(r.Owner, "/") }

// Set is a state of the world: resources by key.
type Set map[Key]Resource

// Add puts r into the set. Adding the same key twice is a bug of the caller.
func (s Set) Add(r Resource) {
	if _, taken := s[r.Key]; taken {
		panic(fmt.Sprintf("resource: %s is in the set already", r.Key))
	}
	s[r.Key] = r
}

// Sorted lists the resources in the order of their keys.
func (s Set) Sorted() []Resource {
	return slices.SortedFunc(maps.Values(s), func(a, b Resource) int { return compareKeys(a.Key, b.Key) })
}

// Of lists the resources of one kind in the order of their names.
func (s Set) Of(kind Kind) []Resource {
	return slices.DeleteFunc(s.Sorted(), func(r Resource) bool { return r.Key.Kind != kind })
}

func toDocument(attributes any) Document {
	text, err := json.Marshal(attributes)
	if err != nil {
		panic(fmt.Sprintf("resource: attributes %T: %v", attributes, err))
	}
	document := Document{}
	if err := json.Unmarshal(text, &document); err != nil {
		panic(fmt.Sprintf("resource: attributes %T: %v", attributes, err))
	}
	return document
}

func walkStrings(value any, visit func(string)) {
	switch value := value.(type) {
	case string:
		visit(value)
	case []any:
		for _, element := range value {
			walkStrings(element, visit)
		}
	case map[string]any:
		for _, element := range value {
			walkStrings(element, visit)
		}
	}
}
