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
		variant, known := unions[dst.Type()][n.unionMember(dst.Type(), name)]
		if !known {
			return &unknownMember{name, dst.Type().Name()}
		}
		union := reflect.New(variant)
		if err := n.fill(union.Elem().FieldByName("Value"), value); err != nil {
			return under(name, err)
		}
		dst.Set(union)
	}
	return nil
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

// unionMember is the Go name of the variant that a member of union stands for.
func (n *naming) unionMember(union reflect.Type, member string) string {
	for name := range unions[union] {
		if n.regular(name) == member {
			return name
		}
	}
	return ""
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
