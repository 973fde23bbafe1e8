package spec

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tailscale/hujson"
)

// maxDepth bounds the nesting of a file: every value remembers its path.
const maxDepth = 100

// document is one file while it is parsed into nodes.
type document struct {
	file     string
	source   []byte
	depth    int // of the value that is being read
	problems Problems
}

// parseJSON reads JSON with comments and trailing commas.
func (d *document) parseJSON() *node {
	value, err := hujson.Parse(d.source)
	if err != nil {
		d.problems = append(d.problems, d.syntaxProblem(err))
		return nil
	}
	return d.jsonNode(value, "")
}

func (d *document) jsonNode(value hujson.Value, field string) *node {
	n := &node{place: d.at(value.StartOffset), field: field}
	if !d.descend(n) {
		return n
	}
	defer d.ascend()
	switch v := value.Value.(type) {
	case *hujson.Object:
		n.kind = kindObject
		for _, m := range v.Members {
			key := m.Name.Value.(hujson.Literal).String()
			d.add(n, member{key, d.at(m.Name.StartOffset), d.jsonNode(m.Value, join(field, key))})
		}
	case *hujson.Array:
		n.kind = kindList
		for i, item := range v.Elements {
			n.items = append(n.items, d.jsonNode(item, index(field, i)))
		}
	case hujson.Literal:
		n.kind, n.text = jsonScalar(v)
	}
	return n
}

// descend says whether there may be something inside n.
func (d *document) descend(n *node) bool {
	if d.depth == maxDepth {
		d.problems = append(d.problems, n.problem(faultf("", "is nested deeper than %d levels", maxDepth)))
		return false
	}
	d.depth++
	return true
}

func (d *document) ascend() { d.depth-- }

func jsonScalar(literal hujson.Literal) (kind, string) {
	switch literal.Kind() {
	case '"':
		return kindText, literal.String()
	case 't', 'f':
		return kindBool, string(literal)
	case '0':
		return kindNumber, string(literal)
	}
	return kindNull, ""
}

// add puts a key into an object, and reports it when it is there already.
func (d *document) add(n *node, m member) {
	for _, earlier := range n.members {
		if earlier.key == m.key {
			d.problems = append(d.problems, m.problem(n, faultf("keep one of them",
				"is there twice: first at line %d, column %d", earlier.place.line, earlier.place.column)))
			return
		}
	}
	n.members = append(n.members, m)
}

func index(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

// at turns an offset in bytes into a place.
func (d *document) at(offset int) place {
	before := d.source[:min(offset, len(d.source))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return place{d.file, 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:])}
}

// syntaxProblem says what is wrong with text that is not JSON. It never repeats
// a string of the file: that may be a secret.
func (d *document) syntaxProblem(err error) Problem {
	var line, column int
	message := strings.TrimPrefix(err.Error(), "hujson: ")
	if _, scanErr := fmt.Sscanf(message, "line %d, column %d:", &line, &column); scanErr == nil {
		_, message, _ = strings.Cut(message, ": ")
	}
	f := jsonFault(message)
	at := d.at(d.offset(line, column))
	return Problem{d.file, at.line, at.column, "", f.message, f.hint}
}

// offset is the inverse of the parser's line and column, which counts bytes.
func (d *document) offset(line, column int) int {
	start := 0
	for range line - 1 {
		start += bytes.IndexByte(d.source[start:], '\n') + 1
	}
	return start + column - 1
}

func jsonFault(message string) *fault {
	switch {
	case strings.HasPrefix(message, `invalid literal: "`):
		return faultf(`a backslash is written \\, a line break \n`, "a string with a line break, or with an escape that JSON does not have")
	case strings.HasPrefix(message, "invalid literal: "):
		return faultf("keys and strings stand in double quotes", "a word that is neither a number nor true, false or null")
	case strings.HasSuffix(message, "after top-level value"):
		return faultf("look for a bracket too many; one file holds one service", "there is more after the end of the object")
	case strings.HasSuffix(message, "unexpected EOF"):
		return faultf("look for a bracket or a quote that is not closed", "the file ends too early")
	case strings.HasPrefix(message, `invalid character '\''`):
		return faultf("strings stand in double quotes", "single quotes are not JSON")
	case strings.HasSuffix(message, "(expecting ',' or '}')"), strings.HasSuffix(message, "(expecting ',' or ']')"):
		return faultf("look for a comma that is missing before this place", "%s", message)
	case strings.HasSuffix(message, "at start of object name"):
		return faultf("keys stand in double quotes", "%s", message)
	}
	return faultf("", "%s", message)
}
