package resource_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"photon/internal/resource"
)

type doc = resource.Document

func TestCompare(t *testing.T) {
	variable := func(name, value string) doc { return doc{"name": name, "value": value} }
	cases := []struct {
		name             string
		want, have, last doc
		differences      string
	}{
		{"equal", doc{"cpu": "256"}, doc{"cpu": "256"}, nil, ""},
		{"a member that differs", doc{"cpu": "256"}, doc{"cpu": "512"}, nil, "cpu: 512 → 256"},
		{"a member that nobody stated is AWS's", doc{}, doc{"pidMode": "task"}, nil, ""},
		{"a member that the last release stated is ours", doc{}, doc{"pidMode": "task"}, doc{"pidMode": "task"}, "pidMode: task → <nil>"},
		{"empty, zero and absent are the same", doc{"a": "", "b": 0.0, "c": []any{}, "d": nil, "e": false}, doc{}, nil, ""},
		{"an empty member is stated", doc{"user": ""}, doc{"user": "root"}, nil, "user: root → <nil>"},
		{"order of subnets says nothing", doc{"subnets": []any{"a", "b"}}, doc{"subnets": []any{"b", "a"}}, nil, ""},
		{"order of a command does", doc{"command": []any{"a", "b"}}, doc{"command": []any{"b", "a"}}, nil, "command: [b a] → [a b]"},
		{"order of variables says nothing",
			doc{"environment": []any{variable("A", "1"), variable("B", "2")}},
			doc{"environment": []any{variable("B", "2"), variable("A", "1")}}, nil, ""},
		{"a variable too many",
			doc{"environment": []any{variable("A", "1")}},
			doc{"environment": []any{variable("A", "1"), variable("B", "2")}}, nil, "environment.B: 2 → <nil>"},
		{"a member of a container that nobody stated",
			doc{"containerDefinitions": []any{doc{"name": "web", "cpu": 1.0}}},
			doc{"containerDefinitions": []any{doc{"name": "web", "cpu": 2.0, "systemControls": "x"}}}, nil,
			"containerDefinitions.web.cpu: 2 → 1"},
		{"a container too many",
			doc{"containerDefinitions": []any{doc{"name": "web"}}},
			doc{"containerDefinitions": []any{doc{"name": "web"}, doc{"name": "spy", "image": "i"}}}, nil,
			"containerDefinitions.spy: map[image:i name:spy] → <nil>"},
		{"every label is the author's", doc{"dockerLabels": doc{"a": "1"}}, doc{"dockerLabels": doc{"a": "1", "b": "2"}}, nil,
			"dockerLabels.b: 2 → <nil>"},
		{"the release is never compared",
			doc{"dockerLabels": doc{resource.ReleaseLabel: "new"}}, doc{"dockerLabels": doc{resource.ReleaseLabel: "old"}}, nil, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var lines []string
			for _, d := range resource.Compare(c.want, c.have, c.last) {
				lines = append(lines, fmt.Sprintf("%s: %v → %v", d.Path, d.Have, d.Want))
			}
			if got := strings.Join(lines, "\n"); got != c.differences {
				t.Errorf("got %q, want %q", got, c.differences)
			}
		})
	}
}

func TestNothingDiffersFromItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document := documents(3).Draw(t, "document")
		if found := resource.Compare(document, document, document); len(found) > 0 {
			t.Errorf("differs from itself: %v", found)
		}
	})
}

// documents generates JSON objects of limited depth.
func documents(depth int) *rapid.Generator[doc] {
	names := rapid.SampledFrom([]string{"name", "value", "image", "options", "subnets", "environment", "cpu"})
	return rapid.Custom(func(t *rapid.T) doc {
		document := doc{}
		for range rapid.IntRange(0, 4).Draw(t, "members") {
			document[names.Draw(t, "name")] = value(t, depth)
		}
		return document
	})
}

func value(t *rapid.T, depth int) any {
	kinds := []string{"text", "number", "bool"}
	if depth > 0 {
		kinds = append(kinds, "object", "list")
	}
	switch rapid.SampledFrom(kinds).Draw(t, "kind") {
	case "number":
		return float64(rapid.IntRange(0, 3).Draw(t, "number"))
	case "bool":
		return rapid.Bool().Draw(t, "bool")
	case "object":
		return documents(depth-1).Draw(t, "object")
	case "list":
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			list = append(list, value(t, depth-1))
		}
		return list
	}
	return rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "text")
}

func TestReferencesSurviveBeingWritten(t *testing.T) {
	key := resource.Key{Kind: resource.KindLogGroup, Name: "/photon/staging/orders"}
	if got, ok := resource.ParseRef(key.Ref()); !ok || got != key {
		t.Errorf("got %v, %v", got, ok)
	}
	if _, ok := resource.ParseRef("arn:aws:iam::1:role/x"); ok {
		t.Error("an ARN was taken for a reference")
	}
	r := resource.Resource{Attributes: doc{"a": []any{doc{"b": key.Ref()}}}}
	if !slices.Equal(r.Refs(), []resource.Key{key}) {
		t.Errorf("got %v", r.Refs())
	}
}
