package spec

import (
	"reflect"
	"slices"
	"strings"
)

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

// environments lists the names of the environments of a tree.
func environments(root *node) []string {
	var names []string
	if all := root.get("environments"); all != nil {
		for _, m := range all.members {
			if !free(m.key) && m.value.kind != kindNull {
				names = append(names, m.key)
			}
		}
	}
	slices.Sort(names)
	return names
}

// choose lays the environment over the rest.
func (d *draft) choose(root *node, name string) (*node, *Problem) {
	names := environments(root)
	if len(names) == 0 && (name == "" || name == defaultEnvironment) {
		d.environment = defaultEnvironment
		return root, nil
	}
	if !slices.Contains(names, name) {
		problem := root.nearest("environments").problem(noEnvironment(name, names))
		problem.Field = "environments"
		return nil, &problem
	}
	d.environment = name
	chosen := root.get("environments").get(name)
	if chosen.kind != kindObject {
		return root, nil // shape has said so
	}
	chosen.mark("environment " + name)
	return overlay(root, chosen), nil
}

func noEnvironment(name string, names []string) *fault {
	all := strings.Join(names, ", ")
	switch best := closest(name, names, nil); {
	case len(names) == 0:
		return faultf("leave --env out", "the file has none, and %q is asked for", name)
	case name == "":
		return faultf("such as --env "+names[0], "choose one with --env: %s", all)
	case best != "":
		return faultf("did you mean --env "+best+"?", "the file has no %q: it has %s", name, all)
	}
	return faultf("", "the file has no %q: it has %s", name, all)
}

// ownKeys are the keys of a process that workloads do not inherit.
var ownKeys = []string{"port", "http", "command"}

// split gives each workload what stands at the top of the file.
func (d *draft) split(root *node) {
	d.root = root.pick(func(key string) bool { return has(reflect.TypeFor[head](), key) })
	all := root.get("workloads")
	if all == nil || all.kind == kindNull {
		d.flat = true
		only := root.pick(isProcess)
		d.workloads = []workload{{name: onlyName(only), root: only}}
		return
	}
	d.problems = append(d.problems, misplaced(root)...)
	shared := root.pick(func(key string) bool { return isProcess(key) && !slices.Contains(ownKeys, key) })
	d.inherit(all, shared)
}

// inherit merges each workload over what all of them share.
func (d *draft) inherit(all, shared *node) {
	count := 0
	for _, m := range all.members {
		if free(m.key) || m.value.kind == kindNull {
			continue
		}
		if count++; m.value.kind != kindObject {
			continue // shape has said so
		}
		n := merge(shared, m.value)
		n.place, n.field, n.layer = m.value.place, m.value.field, m.value.layer
		d.workloads = append(d.workloads, workload{name: m.key, root: n})
	}
	slices.SortFunc(d.workloads, func(a, b workload) int { return strings.Compare(a.name, b.name) })
	if count == 0 && all.kind == kindObject {
		d.problems = append(d.problems, all.problem(faultf(`such as {"web": {"port": 8080}}; a file with one process needs no workloads`, "is empty")))
	}
}

func isProcess(key string) bool { return has(reflect.TypeFor[process](), key) }

// misplaced finds what stands at the top of a file and would reach no workload.
func misplaced(root *node) Problems {
	var problems Problems
	for _, key := range ownKeys {
		if n := root.get(key); n != nil && n.kind != kindNull {
			problems = append(problems, n.problem(faultf("move it into the workload that it is for", "stands inside a workload when the file has workloads")))
		}
	}
	return problems
}

// onlyName names the workload of a file that does not name it.
func onlyName(n *node) string {
	if n.get("port") != nil || n.get("http") != nil {
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
	d.problems = append(d.problems, d.checkNetwork()...)
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
		http = &node{kind: kindObject, place: port.place, field: w.root.child("http"), layer: port.layer}
		w.root.put(member{"http", port.place, http})
	}
	if http.kind != kindObject {
		return nil // shape has said so
	}
	if http.get("port") != nil {
		return Problems{port.problem(faultf("keep one of them", "is short for http.port, and both are there"))}
	}
	http.put(member{"port", port.place, port})
	return nil
}
