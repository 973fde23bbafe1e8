package spec

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func parsed(t interface{ Fatal(...any) }, file string, source []byte) *node {
	d := &document{file: file, source: source}
	n := d.parseJSON()
	if n == nil || len(d.problems) > 0 {
		t.Fatal(string(source), d.problems)
	}
	return n
}

// anyJSON draws a JSON value of limited depth, with keys that meet often.
func anyJSON(depth int) *rapid.Generator[any] {
	scalars := []*rapid.Generator[any]{
		rapid.Just[any](nil),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.IntRange(-9, 9), func(i int) any { return float64(i) }),
		rapid.Map(rapid.StringMatching(`[a-c]{0,2}`), func(s string) any { return s }),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	inner := anyJSON(depth - 1)
	return rapid.OneOf(append(scalars,
		rapid.Map(rapid.SliceOfN(inner, 0, 3), func(l []any) any { return l }),
		rapid.Map(rapid.MapOfN(rapid.StringMatching(`[a-c]`), inner, 0, 3), func(m map[string]any) any { return m }),
	)...)
}

func anyObject() *rapid.Generator[map[string]any] {
	return rapid.MapOfN(rapid.StringMatching(`[a-c]`), anyJSON(3), 0, 3)
}

// mergePatch is the pseudocode of RFC 7396, section 2.
func mergePatch(target, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	t, ok := target.(map[string]any)
	if !ok {
		t = map[string]any{}
	}
	for name, value := range p {
		if value == nil {
			delete(t, name)
		} else {
			t[name] = mergePatch(t[name], value)
		}
	}
	return t
}

func TestMergeIsRFC7396(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, _ := json.Marshal(anyObject().Draw(t, "base"))
		over, _ := json.Marshal(anyObject().Draw(t, "over"))
		baseNode, overNode := parsed(t, "base", base), parsed(t, "over", over)
		got := merge(merge(nil, baseNode), overNode).value()
		want := mergePatch(mergePatch(nil, baseNode.value()), overNode.value())
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\nover %s\ngot  %v\nwant %v", over, base, got, want)
		}
		if !sameJSON(baseNode.value(), base) || !sameJSON(overNode.value(), over) {
			t.Fatal("merging changed what was merged")
		}
	})
}

func sameJSON(value any, source []byte) bool {
	var want any
	return json.Unmarshal(source, &want) == nil && reflect.DeepEqual(value, want)
}

// someFile draws a deployment file without problems.
func someFile(t *rapid.T) map[string]any {
	f := map[string]any{"name": "orders", "image": "orders:1"}
	put := func(key string, values ...any) {
		if i := rapid.IntRange(-1, len(values)-1).Draw(t, key); i >= 0 {
			f[key] = values[i]
		}
	}
	put("cpu", 0.25, 1, 4)
	put("arch", "amd64", "arm64")
	put("spot", true, false)
	put("scale", 0, 1, 7)
	put("storage", "20GB", "21GB", "200GB")
	put("stopTimeout", "2s", "1m", "120s")
	put("user", "1000", "app:app")
	put("env", map[string]any{"A": "$${a}", "B": 1.5, "C": true}, map[string]any{"x-free": []any{1}})
	put("secrets", map[string]any{"S": "ssm:/a/b"}, map[string]any{"S": "secretsmanager:a#k"})
	put("entrypoint", []any{}, []any{"/bin/app", "-v"})
	put("check", map[string]any{"command": []any{"true"}, "start": "5m"})
	put("deploy", map[string]any{"min": 0, "max": "200%"})
	put("logs", map[string]any{"to": []any{map[string]any{"type": "cloudwatch", "retention": "7d", "keep": true}}})
	put("permissions", []any{map[string]any{"actions": []any{"s3:*"}, "resources": []any{"*"}}})
	put("network", map[string]any{"publicIp": false}, map[string]any{"subnets": []any{"subnet-0a1b2c3d", "subnet-4e5f6a7b"}})
	put("raw", map[string]any{"service": []any{map[string]any{"op": "add", "path": "/a~1b", "value": map[string]any{"x": []any{1, "y", false}}}}})
	if rapid.Bool().Draw(t, "several") {
		f["workloads"] = map[string]any{"web": map[string]any{"port": 8080}, "jobs": map[string]any{"command": []any{"work"}}}
	} else {
		put("http", map[string]any{"port": 80, "internal": true}, map[string]any{"port": 1, "health": map[string]any{"interval": "5s"}})
	}
	return f
}

func TestEveryRightFileIsTheSameInYAMLAndSurvivesTheRelease(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source, _ := json.MarshalIndent(someFile(t), "", "  ")
		files := memory{"a.json": string(source), "a.yaml": toYAML(string(source))}
		fromJSON, err := open("a.json", Options{}, files.read)
		if err != nil {
			t.Fatalf("%s\n%v", source, err)
		}
		fromYAML, err := open("a.yaml", Options{}, files.read)
		if err != nil {
			t.Fatalf("%s\n%v", files["a.yaml"], err)
		}
		want := fromJSON.spec()
		if got := fromYAML.spec(); !reflect.DeepEqual(got, want) {
			t.Fatalf("YAML:\n%#v\nJSON:\n%#v", got, want)
		}
		release, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		again := &Spec{}
		if err := json.Unmarshal(release, again); err != nil || !reflect.DeepEqual(again, want) {
			t.Fatalf("after the release: %v\n%#v\n%#v", err, again, want)
		}
	})
}

// toYAML rewrites indented JSON in block style, as far as a line says it all.
func toYAML(source string) string {
	var value any
	if err := json.Unmarshal([]byte(source), &value); err != nil {
		panic(err)
	}
	var out strings.Builder
	writeYAML(&out, value, 0)
	return out.String()
}

func writeYAML(out *strings.Builder, value any, depth int) {
	pad := strings.Repeat("  ", depth)
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			fmt.Fprintf(out, "\n%s%q:", pad, key)
			writeYAML(out, inner, depth+1)
		}
	case []any:
		if len(v) == 0 {
			out.WriteString(" []")
		}
		for _, inner := range v {
			fmt.Fprintf(out, "\n%s-", pad)
			writeYAML(out, inner, depth+1)
		}
	default:
		scalar, _ := json.Marshal(v)
		fmt.Fprintf(out, " %s", scalar)
	}
}

func FuzzProblemsAreInTheFile(f *testing.F) {
	f.Add(`{"name": "orders", "image": "orders:${TAG}", "port": 8080,}`, false)
	f.Add("name: orders\nimage: &a orders:1\nenv: {A: *a, <<: {B: 1}}\n", true)
	f.Add("a: |\n  b\n? c\n: !!x [d, 'e', \"f\", .nan, 0x1, ~]\n---\n", true)
	f.Add(`{"raw": {"service": [{"op": "move", "from": "/a", "path": "/tags/0", "value": null}]}, "workloads": {"a": null, "b": 1}}`, false)
	f.Add(`{"environments": {"production": []}, "extends": "deployment.json"}`, false)
	f.Fuzz(func(t *testing.T, source string, yaml bool) {
		name := map[bool]string{false: "deployment.json", true: "deployment.yaml"}[yaml]
		d, err := open(name, Options{}, memory{name: source}.read)
		if err == nil {
			d.spec()
			_ = d.explain().String()
			return
		}
		lines := strings.Count(source, "\n") + strings.Count(source, "\r") + 1 // YAML ends lines with either
		for _, p := range err.(Problems) {
			if p.File != name || p.Line < 1 || p.Line > lines+1 || p.Column < 1 || p.Message == "" {
				t.Errorf("%#v is not in %q", p, source)
			}
		}
	})
}
