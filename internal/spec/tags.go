package spec

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
)

// fileKey is a field of a file type, seen as a key of the file.
type fileKey struct {
	name  string
	index []int
	typ   reflect.Type
	tag   reflect.StructTag
}

// keyLists remembers what keysOf found; the file types do not change.
var keyLists sync.Map // of reflect.Type to []fileKey

// keysOf lists the keys of a file type in the order of writing, those of
// embedded types in their place.
func keysOf(t reflect.Type) []fileKey {
	if known, ok := keyLists.Load(t); ok {
		return known.([]fileKey)
	}
	var keys []fileKey
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.Anonymous {
			keys = append(keys, fileKey{f.Tag.Get("json"), []int{i}, f.Type, f.Tag})
			continue
		}
		for _, k := range keysOf(f.Type) {
			k.index = append([]int{i}, k.index...)
			keys = append(keys, k)
		}
	}
	keyLists.Store(t, keys)
	return keys
}

// has says that a file type has a key.
func has(t reflect.Type, name string) bool {
	_, ok := keyOf(t, name)
	return ok
}

func keyOf(t reflect.Type, name string) (fileKey, bool) {
	for _, k := range keysOf(t) {
		if k.name == name {
			return k, true
		}
	}
	return fileKey{}, false
}

// object returns the file type behind a field that holds one, or several.
func (k fileKey) object() (reflect.Type, bool) {
	t := k.typ
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t, t.Kind() == reflect.Struct && !isScalar(t)
}

// checkTags holds a decoded value against the rules of its key.
func checkTags(n *node, v reflect.Value, tag reflect.StructTag) *fault {
	switch v.Kind() {
	case reflect.String:
		if f := checkEnum(n, v.String(), tag.Get("enum")); f != nil {
			return f
		}
		if name := tag.Get("syntax"); name != "" {
			return syntaxes[name].check(v.String(), n.says())
		}
	case reflect.Int, reflect.Int64:
		return checkRange(n, v, tag.Get("range"))
	}
	return nil
}

func checkEnum(n *node, value, enum string) *fault {
	if enum == "" {
		return nil
	}
	allowed := strings.Split(enum, ",")
	for _, a := range allowed {
		if value == a {
			return nil
		}
	}
	hint := ""
	if best := closest(value, allowed, otherValues); best != "" {
		hint = fmt.Sprintf("did you mean %q?", best)
	}
	if len(allowed) == 1 {
		return faultf(hint, "expects %q, the only value for now; got %s", allowed[0], n.says())
	}
	return faultf(hint, "expects one of %s; got %s", strings.Join(allowed, ", "), n.says())
}

func checkRange(n *node, v reflect.Value, bounds string) *fault {
	if bounds == "" {
		return nil
	}
	least, most, _ := strings.Cut(bounds, "..")
	if v.Int() >= bound(v.Type(), least) && v.Int() <= bound(v.Type(), most) {
		return nil
	}
	return faultf("", "must be %s to %s, got %s", least, most, n.says())
}

// bound reads one end of a range as a value of the same type.
func bound(t reflect.Type, text string) int64 {
	v := reflect.New(t)
	if f := readScalar(parseValue(text, ""), v.Elem()); f != nil {
		panic("spec: range of a file type: " + f.message)
	}
	return v.Elem().Int()
}

func checkItems(count int, bounds string) *fault {
	if bounds == "" {
		return nil
	}
	least, most, _ := strings.Cut(bounds, "..")
	switch {
	case least != "" && count < int(bound(reflect.TypeFor[int](), least)):
		return faultf("", "needs at least %s, got %d", entries(least), count)
	case most != "" && count > int(bound(reflect.TypeFor[int](), most)):
		return faultf("", "takes at most %s, got %d", entries(most), count)
	}
	return nil
}

func entries(count string) string {
	if count == "1" {
		return "1 entry"
	}
	return count + " entries"
}
