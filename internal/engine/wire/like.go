package wire

import "strings"

// Like tells whether value fits pattern, where * stands for any characters and
// ? for exactly one, as in policies and filters. It takes no longer than the
// product of the lengths, whatever the pattern.
func Like(pattern, value string) bool {
	star, mark, p, v := -1, 0, 0, 0 // the last star, and where the value went on after it
	for v < len(value) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, v
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == value[v]):
			p, v = p+1, v+1
		case star >= 0:
			mark++
			p, v = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
