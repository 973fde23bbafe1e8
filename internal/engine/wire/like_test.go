package wire

import (
	"strings"
	"testing"
)

func TestLikeKnowsStarsAndQuestionMarks(t *testing.T) {
	cases := []struct {
		pattern, value string
		want           bool
	}{
		{"", "", true}, {"", "a", false}, {"a", "", false}, {"*", "", true}, {"**", "abc", true},
		{"abc", "abc", true}, {"abc", "Abc", false}, {"a?c", "abc", true}, {"a?c", "ac", false}, {"?", "", false},
		{"a*c", "ac", true}, {"a*c", "abcbc", true}, {"a*c", "abcd", false}, {"*b*", "abc", true}, {"a*b*c", "a-b-b-c", true},
		{"*/x", "a/b/x", true}, {"a*", "b", false}, {"a*?", "a", false}, {"*.json", "a.json.gz", false},
		{strings.Repeat("a*", 40) + "b", strings.Repeat("a", 2000), false},
	}
	for _, c := range cases {
		if got := Like(c.pattern, c.value); got != c.want {
			t.Errorf("%q against %q: %v", c.pattern, c.value, got)
		}
	}
}
