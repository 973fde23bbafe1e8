package spec

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
)

var update = flag.Bool("update", false, "rewrite what is generated")

func TestSchemaIsGeneratedFromTheFileTypes(t *testing.T) {
	golden(t, "deployment.schema.json", string(generateSchema(t)))
}

// golden compares text with a file, or rewrites the file with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not current: run go test ./internal/spec -update\ngot:\n%s", path, got)
	}
}

func generateSchema(t *testing.T) []byte {
	t.Helper()
	types := map[string]reflect.Type{}
	r := &jsonschema.Reflector{
		Anonymous:      true,
		ExpandedStruct: true,
		Mapper:         scalarSchema,
		Namer: func(typ reflect.Type) string {
			name := schemaName(typ)
			if typ.Kind() == reflect.Struct && name != "" {
				types[name] = typ
			}
			return name
		},
	}
	s := r.ReflectFromType(reflect.TypeFor[file]())
	s.Title = "Photon deployment file"
	refineObject(s, reflect.TypeFor[file](), false)
	for name, definition := range s.Definitions {
		refineObject(definition, types[name], inLists(types[name]))
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(s); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func schemaName(typ reflect.Type) string {
	switch typ {
	case reflect.TypeFor[settings]():
		return "Environment"
	case reflect.TypeFor[process]():
		return "Workload"
	case reflect.TypeFor[file]():
		return "File"
	}
	return strings.TrimPrefix(typ.Name(), "file")
}

// inLists names the types that only stand in lists: those are never merged, so
// that what they require can be required.
func inLists(typ reflect.Type) bool {
	return slices.Contains([]reflect.Type{
		reflect.TypeFor[filePermission](), reflect.TypeFor[filePatch](), reflect.TypeFor[fileLog](),
	}, typ)
}

// variable is what may stand for any scalar.
func variable() *jsonschema.Schema { return &jsonschema.Schema{Type: "string", Pattern: `\$\{`} }

// anyOf accepts what one of several schemas accepts.
func anyOf(schemas ...*jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: schemas}
}

func writtenAs(p pattern) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: "^(?:" + string(p) + `)$|\$\{`}
}

// scalarSchema says how the scalars of the file are written.
func scalarSchema(typ reflect.Type) *jsonschema.Schema {
	switch typ {
	case reflect.TypeFor[duration](), reflect.TypeFor[retention]():
		return writtenAs(durationPattern)
	case reflect.TypeFor[size]():
		return writtenAs(sizePattern)
	case reflect.TypeFor[percent]():
		return anyOf(&jsonschema.Schema{Type: "integer", Minimum: "0"}, writtenAs(percentPattern))
	case reflect.TypeFor[secret]():
		return writtenAs(secretPattern)
	case reflect.TypeFor[codes]():
		return writtenAs(codesPattern)
	case reflect.TypeFor[image]():
		return &jsonschema.Schema{Type: "string"}
	case reflect.TypeFor[literal]():
		return anyOf(&jsonschema.Schema{Type: "string"}, &jsonschema.Schema{Type: "number"}, &jsonschema.Schema{Type: "boolean"})
	case reflect.TypeFor[paths]():
		return anyOf(&jsonschema.Schema{Type: "string"}, &jsonschema.Schema{Type: "array", Items: &jsonschema.Schema{Type: "string"}})
	case reflect.TypeFor[vcpu]():
		sizes := &jsonschema.Schema{Type: "number"}
		for _, row := range taskSizes {
			sizes.Enum = append(sizes.Enum, json.Number(formatCPU(row.cpu)))
		}
		return anyOf(sizes, variable())
	}
	return nil
}

// refineObject adds what the tags of a file type say.
func refineObject(s *jsonschema.Schema, typ reflect.Type, required bool) {
	s.Required = nil
	s.PatternProperties = map[string]*jsonschema.Schema{"^x-": jsonschema.TrueSchema}
	for _, k := range keysOf(typ) {
		property, _ := s.Properties.Get(k.name)
		s.Properties.Set(k.name, refine(property, k))
		if required && k.tag.Get("required") != "" {
			s.Required = append(s.Required, k.name)
		}
	}
}

func refine(property *jsonschema.Schema, k fileKey) *jsonschema.Schema {
	core := refineType(property, k)
	if core.Type == "" && core.Ref == "" && core.AnyOf == nil {
		return &jsonschema.Schema{Description: describe(k)}
	}
	alternatives := core.AnyOf
	if alternatives == nil {
		alternatives = []*jsonschema.Schema{core}
	}
	refined := anyOf(append(alternatives, &jsonschema.Schema{Type: "null"})...)
	refined.Description = describe(k)
	if value := k.tag.Get("default"); value != "" {
		refined.Default = parseValue(value, "").value()
	}
	if value := k.tag.Get("example"); value != "" {
		refined.Examples = []any{parseValue(value, "").value()}
	}
	return refined
}

func describe(k fileKey) string {
	text := k.tag.Get("doc")
	if k.tag.Get("required") != "" {
		text += " Required."
	}
	least, most, ranged := strings.Cut(k.tag.Get("range"), "..")
	if ranged {
		text += " From " + least + " to " + most + "."
	}
	return text
}

func refineType(s *jsonschema.Schema, k fileKey) *jsonschema.Schema {
	switch s.Type {
	case "boolean":
		return anyOf(s, variable())
	case "integer":
		least, most, _ := strings.Cut(k.tag.Get("range"), "..")
		s.Minimum, s.Maximum = json.Number(least), json.Number(most)
		return anyOf(s, variable())
	case "string":
		return refineString(s, k)
	case "array":
		return refineArray(s, k)
	case "object":
		s.PatternProperties = map[string]*jsonschema.Schema{"^x-": jsonschema.TrueSchema}
		s.PropertyNames = &jsonschema.Schema{Pattern: "^(?:" + string(syntaxes[k.tag.Get("keys")].pattern) + ")$|^x-"}
		s.AdditionalProperties = anyOf(s.AdditionalProperties, &jsonschema.Schema{Type: "null"})
	}
	return s
}

func refineString(s *jsonschema.Schema, k fileKey) *jsonschema.Schema {
	if name := k.tag.Get("syntax"); name != "" {
		return writtenAs(syntaxes[name].pattern)
	}
	if enum := k.tag.Get("enum"); enum != "" {
		for _, value := range strings.Split(enum, ",") {
			s.Enum = append(s.Enum, value)
		}
		return anyOf(s, variable())
	}
	return s
}

func refineArray(s *jsonschema.Schema, k fileKey) *jsonschema.Schema {
	if name := k.tag.Get("syntax"); name != "" {
		s.Items = writtenAs(syntaxes[name].pattern)
	}
	least, most, _ := strings.Cut(k.tag.Get("items"), "..")
	s.MinItems, s.MaxItems = count(least), count(most)
	return s
}

func count(text string) *uint64 {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return nil
	}
	return &n
}
