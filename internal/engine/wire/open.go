package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	ecsdocument "github.com/aws/aws-sdk-go-v2/service/ecs/document"
	"github.com/aws/smithy-go/document"
	documentjson "github.com/aws/smithy-go/document/json"
)

// Fields of interface type are open: documents, which hold any JSON value, and
// unions, of which exactly one member is set.

var documentType = reflect.TypeFor[ecsdocument.Interface]()

func (n *naming) fillOpen(dst reflect.Value, src any) error {
	if dst.Type() == documentType {
		dst.Set(reflect.ValueOf(sentDocument{tree: src}))
		return nil
	}
	return n.fillUnion(dst, src)
}

func (n *naming) fillUnion(dst reflect.Value, src any) error {
	members, ok := src.(map[string]any)
	if !ok || len(members) != 1 {
		return &mismatch{want: "an object with one member", got: describe(src)}
	}
	for name, value := range members {
		fill := func(into reflect.Value) error { return n.fill(into, value) }
		return n.fillVariant(dst, name, fill)
	}
	return nil
}

// fillVariant sets union to its member called name, whose value fill puts in.
func (n *naming) fillVariant(union reflect.Value, name string, fill func(reflect.Value) error) error {
	for field, variant := range unions[union.Type()] {
		if n.regular(field) != name {
			continue
		}
		set := reflect.New(variant)
		if err := fill(set.Elem().FieldByName("Value")); err != nil {
			return under(name, err)
		}
		union.Set(set)
		return nil
	}
	return &unknownMember{name, union.Type().Name()}
}

// open writes the value of an interface field.
func (n *naming) open(v reflect.Value) any {
	if doc, ok := v.Interface().(document.Marshaler); ok {
		raw, err := doc.MarshalSmithyDocument()
		if err != nil {
			panic(fmt.Sprintf("wire: document: %v", err))
		}
		return json.RawMessage(raw)
	}
	name, value := n.variant(v)
	return object{{name, n.tree(value)}}
}

// variant is the member name and the value of a union. The SDK calls the
// variants of union U "UMemberX".
func (n *naming) variant(union reflect.Value) (string, reflect.Value) {
	set := union.Elem().Elem()
	_, name, _ := strings.Cut(set.Type().Name(), union.Type().Name()+"Member")
	return n.regular(name), set.FieldByName("Value")
}

// sentDocument is a document that came in a request. The SDK has no constructor for
// one; embedding its interface is the way to satisfy it from outside.
type sentDocument struct {
	ecsdocument.Interface
	tree any
}

// MarshalSmithyDocument gives the document as JSON.
func (d sentDocument) MarshalSmithyDocument() ([]byte, error) { return json.Marshal(d.tree) }

// UnmarshalSmithyDocument puts the document into what v points to.
func (d sentDocument) UnmarshalSmithyDocument(v any) error {
	return documentjson.NewDecoder().DecodeJSONInterface(d.tree, v)
}
