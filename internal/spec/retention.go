package spec

import (
	"fmt"
	"slices"
	"time"
)

// retention is written as a duration and counted in days.
type retention int

// retentions are the days that PutRetentionPolicy of CloudWatch Logs takes.
var retentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

func (r *retention) read(n *node) *fault {
	value, ok := parseDuration(n.text)
	if n.kind != kindText || !ok {
		hint := durationHint(n)
		if n.kind == kindNumber {
			hint = fmt.Sprintf(`write "%sd"`, n.text)
		}
		return n.expects(`a number of days such as "30d"`, hint)
	}
	days := int(value / (24 * time.Hour))
	if value%(24*time.Hour) != 0 || !slices.Contains(retentions, days) {
		return faultf("", "CloudWatch does not keep logs for %s: %s", n.text, neighbours(days))
	}
	*r = retention(days)
	return nil
}

// neighbours names the values next to one that CloudWatch does not have.
func neighbours(days int) string {
	i, _ := slices.BinarySearch(retentions, days)
	switch {
	case i == 0:
		return fmt.Sprintf("the least is %dd", retentions[0])
	case i == len(retentions):
		return fmt.Sprintf("the most is %dd", retentions[i-1])
	case retentions[i] == days && i+1 < len(retentions):
		return fmt.Sprintf("expects %dd or %dd", days, retentions[i+1])
	}
	return fmt.Sprintf("expects %dd or %dd", retentions[i-1], retentions[i])
}
