package spec

import (
	"reflect"
	"slices"
	"testing"
)

// fileTypes lists the struct types of the file, each once.
func fileTypes(t reflect.Type) []reflect.Type {
	all := []reflect.Type{t}
	for _, k := range keysOf(t) {
		inner, ok := k.object()
		if !ok {
			continue
		}
		for _, found := range fileTypes(inner) {
			if !slices.Contains(all, found) {
				all = append(all, found)
			}
		}
	}
	return all
}

func TestDefaultsAndExamplesKeepTheRulesOfTheirKeys(t *testing.T) {
	for _, typ := range fileTypes(reflect.TypeFor[file]()) {
		for _, k := range keysOf(typ) {
			if k.name == "" || k.tag.Get("doc") == "" {
				t.Errorf("%s %s: without a name or a meaning", typ, k.name)
			}
			for _, tag := range []string{"default", "example"} {
				value, ok := k.tag.Lookup(tag)
				if !ok {
					continue
				}
				d := &decoder{mode: shape}
				d.decode(parseValue(value, k.name), reflect.New(k.typ).Elem(), k.tag)
				if len(d.problems) > 0 {
					t.Errorf("%s of %s %s: %v", tag, typ, k.name, d.problems)
				}
			}
		}
	}
}

func TestOtherNamesLeadToKeysOfTheFile(t *testing.T) {
	known := map[string]bool{}
	for _, typ := range fileTypes(reflect.TypeFor[file]()) {
		for _, k := range keysOf(typ) {
			known[k.name] = true
			for _, path := range elsewhere(k.name, reflect.TypeFor[file](), "") {
				known[path] = true
			}
		}
	}
	for other, path := range otherNames {
		if !known[path] {
			t.Errorf("%s leads to %s", other, path)
		}
		if other != fold(other) {
			t.Errorf("%s is never found: words are looked up as %s", other, fold(other))
		}
	}
}

func TestSyntaxesOfTheTagsExist(t *testing.T) {
	for _, typ := range fileTypes(reflect.TypeFor[file]()) {
		for _, k := range keysOf(typ) {
			for _, tag := range []string{"syntax", "keys"} {
				if name, ok := k.tag.Lookup(tag); ok && syntaxes[name].says == "" {
					t.Errorf("%s %s: no syntax %q", typ, k.name, name)
				}
			}
		}
	}
	for name, s := range syntaxes {
		if s.pattern.match("\x00") {
			t.Errorf("%s matches a control character", name)
		}
	}
}

func TestSyntaxesAcceptTheirLimitsAndNoMore(t *testing.T) {
	long := func(n int) string { return string(slices.Repeat([]byte("a"), n)) }
	cases := []struct {
		name, text string
		want       bool
	}{
		{"name", long(40), true}, {"name", long(41), false}, {"name", "a", true}, {"name", "", false},
		{"name", "a-1", true}, {"name", "a-", false}, {"name", "-a", false}, {"name", "1a", false}, {"name", "a_b", false},
		{"environment", long(24), true}, {"environment", long(25), false},
		{"workload", long(20), true}, {"workload", long(21), false},
		{"instance", long(40), true}, {"instance", long(41), false}, {"instance", "7", true}, {"instance", "", true}, {"instance", "pr-", false},
		{"variable", "_A1.b", true}, {"variable", "1", false}, {"variable", "A-B", false},
		{"region", "ap-south-1", true}, {"region", "us-gov-west-1", true}, {"region", "us-east", false},
		{"account", "012345678901", true}, {"account", "12345678901", false},
		{"subnet", "subnet-0a1b2c3d4e5f6a7b8", true}, {"subnet", "subnet-0a1b2c3", false},
		{"path", "/", true}, {"path", "/a b", false}, {"path", "/é", false},
		{"user", "1000:1000", true}, {"user", "app", true}, {"user", "a:b:c", false},
		{"pointer", "/a/0/b~1c", true}, {"pointer", "a", false}, {"pointer", "/a~", false},
		{"action", "*", true}, {"action", "s3:Get*", true}, {"action", "s3", false},
		{"resource", "arn:aws:s3:::a", true}, {"resource", "a", false},
	}
	for _, c := range cases {
		if got := syntaxes[c.name].pattern.match(c.text); got != c.want {
			t.Errorf("%s %q: %v", c.name, c.text, got)
		}
	}
}

func TestImagesAreTakenApart(t *testing.T) {
	digest := "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for text, want := range map[string]bool{
		"orders": true, "orders:1": true, "team/orders": true, "localhost:5000/orders": true, "localhost:5000/orders:1": true,
		"111111111111.dkr.ecr.eu-west-1.amazonaws.com/orders:1": true, "orders@" + digest: true, "orders:1@" + digest: true,
		"a__b/c--d.e_f:V1.0_x": true, "Registry.example.com/orders": true,
		"orders:": false, "orders@": false, "/orders": false, "orders/": false, "a..b": false, "a//b": false, ":1": false, "orders:1:2": false,
	} {
		var i image
		if f := i.read(&node{kind: kindText, text: text}); (f == nil) != want {
			t.Errorf("%s: %v", text, f)
		}
	}
}
