package resource

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Difference is one member in which two states of a resource differ. A value
// that is absent, empty or zero is nil.
type Difference struct {
	Path             string // "containerDefinitions.web.image"
	Want, Have, Last any
}

// Compare lists the members in which have differs from want, by path. Last is
// what was wanted when the resource was last written, nil when that is not
// known. A member that neither want nor last states is AWS's to default and
// does not count; the members of variables, labels, options and lists are all
// the author's and do.
func Compare(want, have, last Document) []Difference {
	var found []Difference
	compareObjects("", want, have, last, false, func(d Difference) { found = append(found, d) })
	return found
}

// Same reports whether have needs no change to become want.
func Same(want, have Resource) bool {
	return len(Compare(want.Fields(), have.Fields(), nil)) == 0
}

// authored are the objects whose every member is the author's.
var authored = map[string]bool{"dockerLabels": true, "options": true}

// unordered are the lists in which order says nothing.
var unordered = map[string]bool{
	"subnets": true, "securityGroups": true, "capacityProviders": true, "requiresCompatibilities": true,
}

// ignored are members that are written and never compared.
var ignored = map[string]bool{ReleaseLabel: true}

// elements is a list of named objects, by name.
type elements map[string]any

func compareObjects(path string, want, have, last map[string]any, whole bool, found func(Difference)) {
	names := maps.Clone(want)
	if names == nil {
		names = map[string]any{}
	}
	maps.Copy(names, last)
	if whole {
		maps.Copy(names, have)
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !ignored[name] {
			compareValues(join(path, name), name, want[name], have[name], last[name], found)
		}
	}
}

func compareValues(path, name string, want, have, last any, found func(Difference)) {
	want, have, last = normal(name, want), normal(name, have), normal(name, last)
	if w, ok := want.(elements); ok {
		if h, ok := have.(elements); ok {
			l, _ := last.(elements)
			compareObjects(path, w, h, l, true, found)
			return
		}
	}
	if w, ok := want.(Document); ok {
		if h, ok := have.(Document); ok {
			l, _ := last.(Document)
			compareObjects(path, w, h, l, authored[name], found)
			return
		}
	}
	if !reflect.DeepEqual(want, have) {
		found(Difference{Path: path, Want: want, Have: have, Last: last})
	}
}

// normal brings a value into the form in which it is compared: nil for what is
// empty, sorted where order says nothing, lists of named objects by name.
func normal(name string, value any) any {
	if isEmpty(value) {
		return nil
	}
	list, ok := value.([]any)
	if !ok {
		return value
	}
	if named := byName(list); named != nil {
		return named
	}
	if unordered[name] {
		list = slices.SortedFunc(slices.Values(list), func(a, b any) int {
			return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
		})
	}
	return list
}

func isEmpty(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case []any:
		return len(value) == 0
	case Document:
		return len(value) == 0
	}
	return reflect.ValueOf(value).IsZero()
}

// byName turns a list of objects that have names into an object by name, and
// a list of variables into their values by name; nil for any other list.
func byName(list []any) elements {
	named := elements{}
	for _, element := range list {
		object, ok := element.(Document)
		if !ok {
			return nil
		}
		name := identity(object)
		if name == "" {
			return nil
		}
		named[name] = object
		if value, ok := cmp.Or[any](object["value"], object["valueFrom"]).(string); ok && len(object) == 2 {
			named[name] = value
		}
	}
	return named
}

// identity is what tells an element of a list from the others.
func identity(object Document) string {
	for _, member := range []string{"name", "capacityProvider", "targetGroupArn", "containerPort"} {
		if value, ok := object[member]; ok {
			return fmt.Sprint(value)
		}
	}
	return ""
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
