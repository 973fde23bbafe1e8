package wire

import (
	"regexp"
	"sync"
)

// Pattern is a regular expression that is compiled at its first use: a program
// that never checks a name does not pay for its pattern when it starts.
type Pattern string

var compiled sync.Map // of Pattern to *regexp.Regexp

// MatchString is regexp's.
func (p Pattern) MatchString(text string) bool { return p.regexp().MatchString(text) }

// FindStringSubmatch is regexp's.
func (p Pattern) FindStringSubmatch(text string) []string { return p.regexp().FindStringSubmatch(text) }

// FindStringSubmatchIndex is regexp's.
func (p Pattern) FindStringSubmatchIndex(text string) []int {
	return p.regexp().FindStringSubmatchIndex(text)
}

func (p Pattern) regexp() *regexp.Regexp {
	if known, ok := compiled.Load(p); ok {
		return known.(*regexp.Regexp)
	}
	r := regexp.MustCompile(string(p))
	compiled.Store(p, r)
	return r
}
