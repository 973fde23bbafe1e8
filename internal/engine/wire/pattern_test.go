package wire

import (
	"slices"
	"testing"
)

func TestAPatternMatchesAsARegularExpression(t *testing.T) {
	const pattern Pattern = `^([a-z]+)-([0-9]+)$`
	for range 2 { // compiled, then remembered
		if !pattern.MatchString("orders-12") || pattern.MatchString("orders-") {
			t.Error("MatchString is wrong")
		}
		if got := pattern.FindStringSubmatch("orders-12"); !slices.Equal(got, []string{"orders-12", "orders", "12"}) {
			t.Errorf("FindStringSubmatch: %q", got)
		}
		if got := pattern.FindStringSubmatchIndex("orders-12"); !slices.Equal(got, []int{0, 9, 0, 6, 7, 9}) {
			t.Errorf("FindStringSubmatchIndex: %v", got)
		}
	}
}
