package cloud

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"photon/internal/resource"
)

// documentOf turns an SDK struct into the JSON of the AWS API: members in
// lowerCamel, absent ones left out, keys of maps as they are.
func documentOf(shape any) resource.Document {
	document, _ := plain(reflect.ValueOf(shape)).(map[string]any)
	return document
}

func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case reflect.Struct:
		if when, ok := v.Interface().(time.Time); ok {
			return when.Format(time.RFC3339)
		}
		return plainStruct(v)
	case reflect.Map:
		return plainMap(v)
	case reflect.Slice:
		return plainList(v)
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int32, reflect.Int64:
		return float64(v.Int())
	case reflect.Float32, reflect.Float64:
		return v.Float()
	}
	return nil
}

func plainStruct(v reflect.Value) any {
	members := map[string]any{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		// An enum that is not set is an empty string; an empty string
		// behind a pointer is a value, such as a variable's.
		if field.Type.Kind() == reflect.String && v.Field(i).Len() == 0 {
			continue
		}
		if value := plain(v.Field(i)); value != nil {
			members[lowerFirst(field.Name)] = value
		}
	}
	return members
}

func plainMap(v reflect.Value) any {
	if v.Len() == 0 {
		return nil
	}
	values := map[string]any{}
	for _, key := range v.MapKeys() {
		values[key.String()] = plain(v.MapIndex(key))
	}
	return values
}

func plainList(v reflect.Value) any {
	if v.Len() == 0 {
		return nil
	}
	list := make([]any, v.Len())
	for i := range list {
		list[i] = plain(v.Index(i))
	}
	return list
}

func lowerFirst(name string) string {
	letters := []rune(name)
	letters[0] = unicode.ToLower(letters[0])
	return string(letters)
}

// membersOf keeps the members of a document that the API input T has, tags
// aside: those are not part of documents.
func membersOf[T any](document resource.Document) resource.Document {
	kept := resource.Document{}
	for i := range reflect.TypeFor[T]().NumField() {
		name := lowerFirst(reflect.TypeFor[T]().Field(i).Name)
		if value, ok := document[name]; ok && name != "tags" {
			kept[name] = value
		}
	}
	return kept
}

// inputOf turns a document into an API input. A member that the input does
// not have is an error that names it.
func inputOf[T any](document resource.Document) (*T, error) {
	text, err := json.Marshal(stated(document))
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	input := new(T)
	if err := decoder.Decode(input); err != nil {
		return nil, memberError(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document")
	}
	return input, nil
}

// stated drops members that are null or empty text: AWS takes them as values
// that it refuses. An empty variable stays, and so does an empty list, which
// removes.
func stated(value any) any {
	switch value := value.(type) {
	case []any:
		list := make([]any, len(value))
		for i := range value {
			list[i] = stated(value[i])
		}
		return list
	case map[string]any:
		members := map[string]any{}
		for name, member := range value {
			if member != nil && (member != "" || name == "value") {
				members[name] = stated(member)
			}
		}
		return members
	}
	return value
}

func memberError(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		path := strings.Split(wrong.Field, ".")
		for i := range path {
			path[i] = lowerFirst(path[i])
		}
		return fmt.Errorf("member %s: is a %s, not what AWS takes", strings.Join(path, "."), wrong.Value)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("member %s: AWS has none of this name", strings.Trim(name, `"`))
	}
	return err
}

// changed lists the members in which two documents differ as a plan compares
// them, without their insides, in order.
func changed(want, have resource.Document) []string {
	var names []string
	for _, difference := range resource.Compare(want, have, nil) {
		name, _, _ := strings.Cut(difference.Path, ".")
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
