package spec

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxNodes bounds what aliases can make of a small file.
const maxNodes = 100_000

// yamlReader turns a syntax tree into nodes: the same nodes as JSON gives.
type yamlReader struct {
	document *document
	anchors  map[string]ast.Node
	open     map[string]bool // aliases that are being followed
	count    int
}

// parseYAML reads one YAML document.
func (d *document) parseYAML() *node {
	if tooDeep(d.source) {
		d.problems = append(d.problems, Problem{d.file, 1, 1, "", "the file is nested too deeply", ""})
		return nil
	}
	file, err := parseYAMLBytes(d.source)
	if err != nil {
		d.problems = append(d.problems, d.yamlProblem(err))
		return nil
	}
	r := &yamlReader{document: d, anchors: map[string]ast.Node{}, open: map[string]bool{}}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return &node{kind: kindNull, place: place{d.file, 1, 1}}
	case 1:
		return r.node(bodies[0], "")
	}
	r.refuse(bodies[1], "", "a second document", "one file holds one service; write a file for each")
	return nil
}

// tooDeep says whether text nests so far that the parser, which remembers a path
// for every level, would take gigabytes. Quotes do not matter: what is counted
// here is ten times what the nodes allow.
func tooDeep(source []byte) bool {
	const most = 10 * maxDepth
	brackets, inLine := 0, 0
	for _, b := range source {
		switch b {
		case '[', '{':
			brackets++
		case ']', '}':
			brackets = max(0, brackets-1)
		case '-', '?':
			inLine++
		case '\n':
			inLine = 0
		}
		if brackets > most || inLine > most {
			return true
		}
	}
	return false
}

// parseYAMLBytes guards against the parser's own panics on malformed text.
func parseYAMLBytes(source []byte) (file *ast.File, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("not YAML")
		}
	}()
	return parser.ParseBytes(source, 0, parser.AllowDuplicateMapKey())
}

func (r *yamlReader) node(y ast.Node, field string) *node {
	if r.count++; r.count == maxNodes {
		r.refuse(y, field, "aliases make the file too large", "")
	}
	if r.count >= maxNodes {
		return &node{place: r.place(y), field: field}
	}
	n := &node{place: r.place(y), field: field}
	if !r.document.descend(n) {
		return n
	}
	defer r.document.ascend()
	switch y := y.(type) {
	case *ast.MappingNode:
		return r.mapping(y.Values, n)
	case *ast.MappingValueNode:
		return r.mapping([]*ast.MappingValueNode{y}, n)
	case *ast.SequenceNode:
		n.kind = kindList
		for i, item := range y.Values {
			n.items = append(n.items, r.node(item, index(field, i)))
		}
	case *ast.AnchorNode:
		r.anchors[y.Name.GetToken().Value] = y.Value
		return r.node(y.Value, field)
	case *ast.AliasNode:
		return r.alias(y, field)
	default:
		n.kind, n.text = r.scalar(y, field)
	}
	return n
}

func (r *yamlReader) scalar(y ast.Node, field string) (kind, string) {
	switch y := y.(type) {
	case *ast.StringNode:
		return kindText, y.Value
	case *ast.LiteralNode:
		return kindText, y.Value.Value
	case *ast.IntegerNode, *ast.FloatNode:
		return kindNumber, y.GetToken().Value
	case *ast.BoolNode:
		return kindBool, fmt.Sprint(y.Value)
	case *ast.NullNode:
		return kindNull, ""
	case *ast.TagNode:
		r.refuse(y, field, "YAML tags have no meaning here", "leave "+y.GetToken().Value+" out; quotes make a string")
	default:
		r.refuse(y, field, "a value that JSON does not have", "")
	}
	return kindNull, ""
}

func (r *yamlReader) mapping(values []*ast.MappingValueNode, n *node) *node {
	n.kind = kindObject
	var merged []ast.Node
	for _, v := range values {
		if v.Key.IsMergeKey() {
			merged = append(merged, v.Value)
			continue
		}
		if _, ok := v.Key.(ast.ScalarNode); !ok {
			r.refuse(v, n.field, "a key that is not a plain word", "")
			continue
		}
		key := v.Key.GetToken().Value
		r.document.add(n, member{key, r.place(v.Key), r.node(v.Value, n.child(key))})
	}
	for _, source := range merged {
		r.mergeKey(source, n)
	}
	return n
}

// mergeKey adds the keys of "<<: *alias" that n does not have itself.
func (r *yamlReader) mergeKey(source ast.Node, n *node) {
	from := r.node(source, n.field)
	sources := []*node{from}
	if from.kind == kindList {
		sources = from.items
	}
	for _, s := range sources {
		if s.kind != kindObject {
			r.refuse(source, n.field, "<< takes an alias of an object", "")
			continue
		}
		for _, m := range s.members {
			if n.get(m.key) == nil {
				n.put(m)
			}
		}
	}
}

func (r *yamlReader) alias(y *ast.AliasNode, field string) *node {
	name := y.Value.GetToken().Value
	target := r.anchors[name]
	if target == nil || r.open[name] {
		r.refuse(y, field, "alias *"+name+" has no anchor before it", "")
		return &node{place: r.place(y), field: field}
	}
	r.open[name] = true
	defer delete(r.open, name)
	return r.node(target, field)
}

func (r *yamlReader) refuse(y ast.Node, field, message, hint string) {
	at := r.place(y)
	r.document.problems = append(r.document.problems, Problem{at.file, at.line, at.column, field, message, hint})
}

// place is where a value begins: for a mapping that is its first key.
func (r *yamlReader) place(y ast.Node) place {
	switch v := y.(type) {
	case *ast.MappingNode:
		if !v.IsFlowStyle && len(v.Values) > 0 {
			return r.place(v.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return r.place(v.Key)
	}
	tk := y.GetToken()
	if tk == nil || tk.Position == nil {
		return place{r.document.file, 1, 1}
	}
	return place{r.document.file, tk.Position.Line, tk.Position.Column}
}

// yamlProblem says what is wrong with text that is not YAML, without the excerpt
// that the parser would add: it may hold a secret.
func (d *document) yamlProblem(err error) Problem {
	var syntax interface {
		GetToken() *token.Token
		GetMessage() string
	}
	problem := Problem{File: d.file, Line: 1, Column: 1, Message: "this is not YAML"}
	if errors.As(err, &syntax) && syntax.GetToken() != nil {
		position := syntax.GetToken().Position
		problem.Line, problem.Column = position.Line, position.Column
		problem.Message = "YAML: " + syntax.GetMessage()
		if strings.Contains(problem.Message, "'\t'") {
			problem.Message, problem.Hint = "YAML is not indented with tabs", "use spaces"
		}
	}
	return problem
}
