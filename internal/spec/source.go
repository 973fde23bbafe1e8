package spec

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// maxFile bounds a file; deeper nesting than fits is nobody's deployment.
const maxFile = 256 << 10

var errTooLarge = errors.New("is larger than 256 KB")

const leastFile = `the least is {"name": …, "image": …}`

// sources reads a file and what it extends.
type sources struct {
	read     func(path string) ([]byte, error)
	lookup   func(name string) (string, bool)
	problems Problems
	broken   bool // something could not be read, so that the rest says little
}

// tree returns the file merged over everything it extends. from are the files
// that led here; at is where the last one says so.
func (s *sources) tree(path string, from []string, at *node) *node {
	if slices.Contains(from, path) {
		return s.fail(at, faultf("", "goes in a circle: %s", strings.Join(append(from, path), " → ")))
	}
	root := s.parse(path, at)
	if root == nil {
		s.broken = true
		return nil
	}
	s.shape(root, reflect.TypeFor[file]())
	base := &node{kind: kindObject, place: root.place}
	from = append(slices.Clone(from), path)
	for _, extended := range s.extends(root) {
		if tree := s.tree(s.relative(path, extended), from, extended); tree != nil {
			base = overlay(base, tree)
		}
	}
	root.drop("extends", "$schema")
	merged := overlay(base, root)
	merged.place = root.place
	return merged
}

// shape reports what is wrong with a document by itself, whatever is merged
// over it later.
func (s *sources) shape(n *node, t reflect.Type) {
	d := &decoder{mode: shape}
	d.decode(n, reflect.New(t).Elem(), "")
	s.problems = append(s.problems, d.problems...)
}

// parse reads one file into nodes: YAML by its extension, JSON otherwise.
func (s *sources) parse(path string, at *node) *node {
	source, err := s.read(path)
	if err != nil {
		return s.fail(at, unreadable(err, at, path))
	}
	if len(source) > maxFile {
		return s.fail(at, unreadable(errTooLarge, at, path))
	}
	d := &document{file: path, source: bytes.TrimPrefix(source, []byte("\uFEFF"))}
	if len(bytes.TrimSpace(d.source)) == 0 {
		return s.fail(&node{place: place{file: path, line: 1, column: 1}}, faultf(leastFile, "is empty"))
	}
	var root *node
	switch strings.ToLower(filepath.Ext(path)) {
	case ".yaml", ".yml":
		root = d.parseYAML()
	default:
		root = d.parseJSON()
	}
	s.problems = append(s.problems, d.problems...)
	if root != nil && root.kind != kindObject {
		s.problems = append(s.problems, root.problem(faultf(leastFile, "expects an object, got %s", root.says())))
		return nil
	}
	return root
}

// fail reports what went wrong at a node; there is never a tree to return.
func (s *sources) fail(at *node, f *fault) *node {
	s.problems = append(s.problems, at.problem(f))
	s.broken = true
	return nil
}

// unreadable names the file unless the problem's own place does.
func unreadable(err error, at *node, path string) *fault {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("no such file")
	}
	if at.place.line == 0 {
		return faultf("", "%v", err)
	}
	return faultf("", "%s: %v", path, err)
}

// extends returns the files that root names, their variables replaced.
func (s *sources) extends(root *node) []*node {
	value := root.get("extends")
	if value == nil {
		return nil
	}
	named := []*node{value}
	if value.kind == kindList {
		named = value.items
	}
	var files []*node
	for _, n := range named {
		if n.kind != kindText {
			continue // shape has said so
		}
		switch f := n.expand(s.lookup); {
		case f != nil:
			s.fail(n, f)
		case n.text == "" || strings.Contains(n.text, "://"):
			s.fail(n, faultf("files only, relative to this one", "%s is not a file", n.says()))
		default:
			files = append(files, n)
		}
	}
	return files
}

// relative finds a file that is named in another.
func (s *sources) relative(path string, named *node) string {
	if filepath.IsAbs(named.text) {
		return filepath.Clean(named.text)
	}
	return filepath.Join(filepath.Dir(path), named.text)
}
