package wire

import (
	"encoding/json"
	"errors"
	"fmt"
)

// unknownMember is a request that carries what its input struct lacks. AWS
// ignores some of these; a rehearsal that ignores them proves nothing.
type unknownMember struct{ member, of string }

func (e *unknownMember) Error() string {
	return fmt.Sprintf("unknown member %q of %s", e.member, e.of)
}

// mismatch is a member whose value has another type than its field.
type mismatch struct{ path, want, got string }

func (e *mismatch) Error() string {
	if e.path == "" {
		return fmt.Sprintf("expected %s, found %s", e.want, e.got)
	}
	return fmt.Sprintf("member %q: expected %s, found %s", e.path, e.want, e.got)
}

// under says that err happened inside the member or element called name.
func under(name string, err error) error {
	var m *mismatch
	if !errors.As(err, &m) {
		return err
	}
	switch {
	case m.path == "":
		m.path = name
	case m.path[0] == '[':
		m.path = name + m.path
	default:
		m.path = name + "." + m.path
	}
	return err
}

func describe(src any) string {
	switch src.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case []byte:
		return "bytes"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}
