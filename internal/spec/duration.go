package spec

import (
	"fmt"
	"strconv"
	"time"
)

// duration is written as a whole number of seconds, minutes, hours or days.
type duration time.Duration

const durationPattern pattern = `[0-9]{1,6}(?:s|m|h|d)`

var units = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}

func (d *duration) read(n *node) *fault {
	value, ok := parseDuration(n.text)
	if n.kind != kindText || !ok {
		return n.expects(`a duration such as "30s", "5m", "72h" or "30d"`, durationHint(n))
	}
	*d = duration(value)
	return nil
}

func parseDuration(text string) (time.Duration, bool) {
	if !durationPattern.match(text) {
		return 0, false
	}
	split := len(text) - 1
	count, err := strconv.Atoi(text[:split])
	return time.Duration(count) * units[text[split:]], err == nil
}

// durationHint writes what was meant, where that is clear.
func durationHint(n *node) string {
	if _, err := strconv.ParseUint(n.text, 10, 32); err == nil {
		return fmt.Sprintf(`write "%ss"`, n.text)
	}
	meant, err := time.ParseDuration(n.text)
	switch {
	case err != nil || meant <= 0:
		return ""
	case meant%time.Second != 0:
		return "the smallest unit is a second"
	}
	return fmt.Sprintf("write %q", formatDuration(meant))
}

// formatDuration writes d in the largest unit that keeps it whole.
func formatDuration(d time.Duration) string {
	for _, unit := range []string{"h", "m"} {
		if d > 0 && d%units[unit] == 0 {
			return strconv.Itoa(int(d/units[unit])) + unit
		}
	}
	return strconv.Itoa(int(d/time.Second)) + "s"
}
