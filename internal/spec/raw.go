package spec

import (
	"strings"
)

// named are the members of the API inputs that tie resources together: a patch
// that changes them would lose what Photon made.
var named = map[string][]string{
	"taskDefinition": {"/family", "/containerDefinitions", "/containerDefinitions/0", "/containerDefinitions/*/name", "/tags", "/tags/*"},
	"service":        {"/serviceName", "/service", "/cluster", "/taskDefinition", "/tags", "/tags/*"},
}

// checkRaw finds operations that RFC 6902 does not have, and those that touch
// names.
func checkRaw(p *process, n *node) Problems {
	raw := n.get("raw")
	problems := checkPatch(p.Raw.TaskDefinition, raw.get("taskDefinition"), named["taskDefinition"])
	return append(problems, checkPatch(p.Raw.Service, raw.get("service"), named["service"])...)
}

func checkPatch(operations []filePatch, at *node, names []string) Problems {
	var problems Problems
	for i, operation := range operations {
		n := at.items[i]
		problems = append(problems, checkMembers(operation, n)...)
		for _, key := range []string{"path", "from"} {
			pointer := n.get(key)
			changes := key == "path" && operation.Op != "test" || operation.Op == "move"
			if pointer != nil && changes && touches(pointer.text, names) {
				problems = append(problems, pointer.problem(faultf("", "%s is how Photon finds what it made: a patch may not change it", pointer.text)))
			}
		}
	}
	return problems
}

// checkMembers holds an operation against the members that RFC 6902 gives it.
func checkMembers(operation filePatch, n *node) Problems {
	var problems Problems
	moves := operation.Op == "move" || operation.Op == "copy"
	sets := operation.Op == "add" || operation.Op == "replace" || operation.Op == "test"
	from, value := n.get("from"), n.get("value")
	switch {
	case moves && from == nil:
		problems = append(problems, n.missing("from", ""))
	case !moves && from != nil && operation.Op != "":
		problems = append(problems, from.problem(faultf("", "%s has no from", operation.Op)))
	}
	switch {
	case sets && value == nil:
		problems = append(problems, n.missing("value", ""))
	case sets && value.kind == kindNull:
		problems = append(problems, value.problem(faultf("to take something away, use remove", "null has no meaning in the API")))
	case !sets && value != nil && operation.Op != "":
		problems = append(problems, value.problem(faultf("", "%s has no value", operation.Op)))
	}
	return problems
}

// touches says whether a pointer leads to one of the names. In a name, * stands
// for any index; to add to the end of a list is no change of what is there.
func touches(pointer string, names []string) bool {
	parts := strings.Split(pointer, "/")
	for _, name := range names {
		if pattern := strings.Split(name, "/"); len(pattern) == len(parts) && parts[len(parts)-1] != "-" && covers(pattern, parts) {
			return true
		}
	}
	return false
}

func covers(pattern, parts []string) bool {
	for i := range pattern {
		if pattern[i] != "*" && !strings.EqualFold(pattern[i], parts[i]) {
			return false
		}
	}
	return true
}
