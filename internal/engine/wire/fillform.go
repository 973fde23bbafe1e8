package wire

import (
	"errors"
	"reflect"
	"strconv"
	"time"
)

// fillForm puts a form's tree into dst.
func (n *naming) fillForm(dst reflect.Value, src *node, s style) error {
	switch dst.Kind() {
	case reflect.Pointer:
		dst.Set(reflect.New(dst.Type().Elem()))
		return n.fillForm(dst.Elem(), src, s)
	case reflect.Struct:
		if dst.Type() != timeType {
			return n.fillFormStruct(dst, src, s)
		}
	case reflect.Slice:
		if !isBlob(dst.Type()) {
			return n.fillFormList(dst, src, s)
		}
	case reflect.Map:
		return n.fillFormMap(dst, src, s)
	case reflect.Interface:
		return n.fillFormUnion(dst, src, s)
	}
	if len(src.children) > 0 {
		return &mismatch{want: "one value", got: "a list or an object"}
	}
	return fillText(dst, src.value)
}

func (n *naming) fillFormStruct(dst reflect.Value, src *node, s style) error {
	p := n.plan(dst.Type())
	if src.value != "" {
		return &mismatch{want: "an object", got: strconv.Quote(src.value)}
	}
	if name, found := stranger(p, src.children); found {
		return &unknownMember{name, p.name}
	}
	for _, f := range p.fields {
		child := src.children[f.name]
		if child == nil {
			continue
		}
		if err := n.fillForm(dst.Field(f.index), child, s); err != nil {
			return under(f.name, err)
		}
	}
	return nil
}

func (n *naming) fillFormList(dst reflect.Value, src *node, s style) error {
	items, err := src.items(s.list)
	if err != nil {
		return err
	}
	list := reflect.MakeSlice(dst.Type(), len(items), len(items))
	for i, item := range items {
		if err := n.fillForm(list.Index(i), item, s); err != nil {
			return under("["+strconv.Itoa(i)+"]", err)
		}
	}
	dst.Set(list)
	return nil
}

func (n *naming) fillFormMap(dst reflect.Value, src *node, s style) error {
	entries, err := src.items(s.maps)
	if err != nil {
		return err
	}
	m := reflect.MakeMapWithSize(dst.Type(), len(entries))
	for _, entry := range entries {
		key, value := entry.children["key"], entry.children["value"]
		if key == nil || value == nil || len(entry.children) > 2 {
			return &mismatch{want: "a key and a value", got: "other names"}
		}
		into := reflect.New(dst.Type().Elem()).Elem()
		if err := n.fillForm(into, value, s); err != nil {
			return under(key.value, err)
		}
		m.SetMapIndex(reflect.ValueOf(key.value).Convert(dst.Type().Key()), into)
	}
	dst.Set(m)
	return nil
}

func (n *naming) fillFormUnion(dst reflect.Value, src *node, s style) error {
	if len(src.children) != 1 {
		return &mismatch{want: "an object with one member", got: "another"}
	}
	for name, child := range src.children {
		fill := func(into reflect.Value) error { return n.fillForm(into, child, s) }
		return n.fillVariant(dst, name, fill)
	}
	return nil
}

func fillText(dst reflect.Value, text string) error {
	switch {
	case dst.Type() == timeType:
		at, err := parseTime(text)
		if err != nil {
			return &mismatch{want: "a timestamp", got: strconv.Quote(text)}
		}
		dst.Set(reflect.ValueOf(at))
		return nil
	case dst.Kind() == reflect.Slice:
		return fillBlob(dst, text)
	default:
		return parseScalar(dst, text)
	}
}

// parseTime reads RFC 3339, also without a zone, as AWS does.
func parseTime(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	var malformed *time.ParseError
	if errors.As(err, &malformed) {
		at, err = time.Parse("2006-01-02T15:04:05", text)
	}
	return at.UTC(), err
}
