package spec

import (
	"regexp"
	"sync"
)

// pattern is a regular expression for the whole of a text. It is compiled when
// it is first needed: most files need few, and every start of the program would
// pay for all of them.
type pattern string

var compiled sync.Map // of pattern to *regexp.Regexp

func (p pattern) match(text string) bool { return p.regexp().MatchString(text) }

// groups returns the text's groups as regexp does; nil when it does not match.
func (p pattern) groups(text string) []string { return p.regexp().FindStringSubmatch(text) }

func (p pattern) regexp() *regexp.Regexp {
	if known, ok := compiled.Load(p); ok {
		return known.(*regexp.Regexp)
	}
	r := regexp.MustCompile("^(?:" + string(p) + ")$")
	compiled.Store(p, r)
	return r
}
