package spec

import (
	"slices"
	"strings"
)

// hasVariable says that text is not what it seems before variables are replaced.
func hasVariable(text string) bool { return strings.Contains(text, "${") }

// expand replaces ${NAME}, ${NAME:-default} and $${ in the text of n, and
// remembers the names. As in a shell, the default also stands in for an empty
// value.
func (n *node) expand(lookup func(string) (string, bool)) *fault {
	var out strings.Builder
	var names []string
	rest := n.text
	for {
		before, after, found := strings.Cut(rest, "${")
		if !found {
			break
		}
		if literal, ok := strings.CutSuffix(before, "$"); ok {
			out.WriteString(literal + "${")
			rest = after
			continue
		}
		expression, tail, closed := strings.Cut(after, "}")
		if !closed {
			return faultf("write $${ for a literal ${", "a variable that is not closed with }")
		}
		value, name, f := evaluate(expression, lookup)
		if f != nil {
			return f
		}
		out.WriteString(before + value)
		rest = tail
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	n.text, n.variables = out.String()+rest, names
	return nil
}

func evaluate(expression string, lookup func(string) (string, bool)) (value, name string, f *fault) {
	name, fallback, hasDefault := strings.Cut(expression, ":-")
	if !syntaxes["variable"].pattern.match(name) {
		return "", "", faultf("write ${NAME} or ${NAME:-default}; for a literal ${ write $${", "${%s} is not a variable", expression)
	}
	value, set := lookup(name)
	switch {
	case hasDefault && value == "":
		return fallback, name, nil
	case !set:
		return "", "", faultf("set it, or write ${"+name+":-default}", "variable %s is not set", name)
	}
	return value, name, nil
}
