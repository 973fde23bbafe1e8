package spec

import (
	"os"
	"reflect"
	"slices"
	"strings"
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

// draft is a file on its way to a Spec: merged, decoded and checked.
type draft struct {
	environment string
	root        *node // of what all workloads share
	head        head
	workloads   []workload
	flat        bool // the file has no workloads block
	problems    Problems
}

// workload is one process of a draft, with everything it inherits.
type workload struct {
	name    string
	root    *node
	process process
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

// environments lists the names of the environments of a tree.
func environments(root *node) []string {
	var names []string
	if all := root.get("environments"); all != nil {
		for _, m := range all.members {
			if !free(m.key) {
				names = append(names, m.key)
			}
		}
	}
	slices.Sort(names)
	return names
}

// choose merges the environment over the rest.
func (d *draft) choose(root *node, name string) (*node, *Problem) {
	all, names := root.get("environments"), environments(root)
	d.environment = name
	switch {
	case len(names) == 0 && (name == "" || name == defaultEnvironment):
		d.environment = defaultEnvironment
		return root, nil
	case len(names) == 0:
		return nil, &Problem{root.place.file, root.place.line, root.place.column, "environments", "the file has none, and " + quoted(name) + " is asked for", "leave --env out"}
	case name == "":
		problem := all.problem(faultf("such as --env "+names[0], "choose one with --env: %s", strings.Join(names, ", ")))
		return nil, &problem
	}
	overlay := all.get(name)
	if overlay == nil || free(name) {
		hint := ""
		if best := closest(name, names, nil); best != "" {
			hint = "did you mean --env " + best + "?"
		}
		problem := all.problem(faultf(hint, "the file has no %s: it has %s", quoted(name), strings.Join(names, ", ")))
		return nil, &problem
	}
	if overlay.kind != object {
		return root, nil // shape has said so
	}
	overlay.mark("environment " + name)
	return merge(root, overlay), nil
}

// override merges what the command line says over everything else.
func (s *sources) override(root *node, options Options) *node {
	for _, argument := range options.Set {
		over, problem := parseSet(argument)
		if problem != nil {
			s.problems = append(s.problems, *problem)
			continue
		}
		s.shape(over, reflect.TypeFor[settings]())
		root = merge(root, over)
	}
	if options.Instance != "" {
		n := &node{kind: text, text: options.Instance, field: "instance", place: place{file: layerInstance}, layer: layerInstance}
		root.put(member{key: "instance", value: n})
	}
	return root
}

// ownKeys are the keys of a process that workloads do not inherit.
var ownKeys = []string{"port", "http", "command"}

// split gives each workload what stands at the top of the file.
func (d *draft) split(root *node) {
	isProcess := func(key string) bool { return has(reflect.TypeFor[process](), key) }
	d.root = root.pick(func(key string) bool { return has(reflect.TypeFor[head](), key) }).clone()
	all := root.get("workloads")
	if all == nil {
		d.flat = true
		d.workloads = []workload{{name: onlyName(root), root: root.pick(isProcess).clone()}}
		return
	}
	for _, key := range ownKeys {
		if n := root.get(key); n != nil {
			d.problems = append(d.problems, n.problem(faultf("move it into the workload that it is for", "stands inside a workload when the file has workloads")))
		}
	}
	shared := root.pick(func(key string) bool { return isProcess(key) && !slices.Contains(ownKeys, key) })
	for _, m := range all.members {
		if free(m.key) || m.value.kind != object {
			continue
		}
		n := merge(shared, m.value)
		n.place, n.field, n.layer = m.value.place, m.value.field, m.value.layer
		d.workloads = append(d.workloads, workload{name: m.key, root: n})
	}
	slices.SortFunc(d.workloads, func(a, b workload) int { return strings.Compare(a.name, b.name) })
	if len(d.workloads) == 0 && all.kind == object {
		d.problems = append(d.problems, all.problem(faultf(`such as {"web": {"port": 8080}}; a file with one process needs no workloads`, "is empty")))
	}
}

// onlyName names the workload of a file that does not name it.
func onlyName(root *node) string {
	if root.get("port") != nil || root.get("http") != nil {
		return "web"
	}
	return "worker"
}

// decode fills in defaults, decodes and checks.
func (d *draft) decode(lookup func(string) (string, bool)) {
	dec := &decoder{mode: resolve, lookup: lookup}
	dec.decode(d.root, reflect.ValueOf(&d.head).Elem(), "")
	for i := range d.workloads {
		w := &d.workloads[i]
		d.problems = append(d.problems, w.longPort()...)
		fill(w.root, reflect.TypeFor[process]())
		dec.decode(w.root, reflect.ValueOf(&w.process).Elem(), "")
		fillDependent(w.root, &w.process)
		d.problems = append(d.problems, w.check()...)
	}
	d.problems = append(d.problems, dec.problems...)
}

// longPort turns the short form of http.port into the long one.
func (w *workload) longPort() Problems {
	port := w.root.get("port")
	if port == nil {
		return nil
	}
	w.root.drop("port")
	http := w.root.get("http")
	if http == nil {
		http = &node{kind: object, place: port.place, field: w.root.child("http"), layer: port.layer}
		w.root.put(member{"http", port.place, http})
	}
	if http.kind != object {
		return nil // shape has said so
	}
	if http.get("port") != nil {
		return Problems{port.problem(faultf("keep one of them", "is short for http.port, and both are there"))}
	}
	http.put(member{"port", port.place, port})
	return nil
}
