package spec

import (
	"os"
	"reflect"
)

// Options are what the command line adds to the file.
type Options struct {
	Environment string                           // --env
	Instance    string                           // --instance; wins over the file's
	Lookup      func(name string) (string, bool) // variables; nil: none is set
	Set         []string                         // --set: "path=value", the value in JSON or else a string
}

// defaultEnvironment is the name of the environment where a file has none.
const defaultEnvironment = "default"

// Load reads a deployment file, everything it extends, and resolves it for one
// environment. The error is Problems: all of them.
func Load(path string, options Options) (*Spec, error) {
	d, err := open(path, options, os.ReadFile)
	if err != nil {
		return nil, err
	}
	return d.spec(), nil
}

// Environments lists the environments of a file, sorted; none when it has none.
func Environments(path string, options Options) ([]string, error) {
	s := newSources(options, os.ReadFile)
	root := s.tree(path, nil, &node{place: place{file: path}})
	if s.broken {
		return nil, s.problems.err()
	}
	return environments(root), nil
}

func newSources(options Options, read func(string) ([]byte, error)) *sources {
	lookup := options.Lookup
	if lookup == nil {
		lookup = func(string) (string, bool) { return "", false }
	}
	return &sources{read: read, lookup: lookup}
}

// open resolves a file as far as its problems allow, and returns them all.
func open(path string, options Options, read func(string) ([]byte, error)) (*draft, error) {
	s := newSources(options, read)
	root := s.tree(path, nil, &node{place: place{file: path}})
	if s.broken {
		return nil, s.problems.err()
	}
	d := &draft{}
	root, problem := d.choose(root, options.Environment)
	if problem != nil {
		return nil, append(s.problems, *problem).err()
	}
	root = s.override(root, options)
	d.split(root)
	d.decode(s.lookup)
	d.problems = append(d.problems, s.problems...)
	return d, d.problems.err()
}

// override lays what the command line says over everything else.
func (s *sources) override(root *node, options Options) *node {
	for _, argument := range options.Set {
		over, problem := parseSet(argument)
		if problem != nil {
			s.problems = append(s.problems, *problem)
			continue
		}
		s.shape(over, reflect.TypeFor[settings]())
		root = overlay(root, over)
	}
	if options.Instance != "" {
		n := &node{kind: kindText, text: options.Instance, field: "instance", place: place{file: layerInstance}, layer: layerInstance}
		root.put(member{key: "instance", value: n})
	}
	return root
}
