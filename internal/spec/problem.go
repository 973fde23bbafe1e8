package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a deployment file, at the place where
// the wrong value stands. Line is 0 where there is no such place: a file that
// cannot be read, a flag.
type Problem struct {
	File    string
	Line    int
	Column  int    // counted in characters, from 1
	Field   string // as written: environments.production.http.port
	Message string // what is wrong
	Hint    string // how to mend it; may be empty
}

// Problems are all that is wrong with a file, in the order of their places,
// each said once. It is the error of Load and Explain.
type Problems []Problem

// Error writes one line for each problem, "file:line:column: field: message",
// each followed by its hint.
func (p Problems) Error() string {
	var text strings.Builder
	for i, problem := range p {
		if i > 0 {
			text.WriteByte('\n')
		}
		text.WriteString(problem.String())
	}
	return text.String()
}

// String writes the problem as a line, and its hint as another.
func (p Problem) String() string {
	text := p.File
	if p.Line > 0 {
		text = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	if p.Field != "" {
		text += ": " + p.Field
	}
	text += ": " + p.Message
	if p.Hint != "" {
		text += "\n  hint: " + p.Hint
	}
	return text
}

// err returns the problems as an error: sorted, without repetitions, nil when
// there are none.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	sorted := slices.Clone(p)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Field, b.Field),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(sorted, func(a, b Problem) bool {
		a.Hint, b.Hint = "", ""
		return a == b
	})
}

// fault is what is wrong with one value, before it is known where it stands.
type fault struct{ message, hint string }

func (f *fault) Error() string { return f.message }

func faultf(hint, format string, args ...any) *fault {
	return &fault{message: fmt.Sprintf(format, args...), hint: hint}
}
