package spec

import (
	"fmt"
	"math"
	"strconv"
)

// size is written as "512MB" or "1GB", counted in MiB: 1GB is 1024MB.
type size int

const (
	sizePattern pattern = `[0-9]{1,6}(?:\.[0-9]{1,4})?(?:MB|GB)`
	// sizeElsewhere is how other tools write sizes.
	sizeElsewhere pattern = `([0-9]+) ?(?i:([mg])i?b?)?`
)

func (s *size) read(n *node) *fault {
	mib, ok := parseSize(n.text)
	if n.kind != kindText || !ok {
		return n.expects(`a size such as "512MB" or "1GB"`, sizeHint(n.text))
	}
	*s = size(mib)
	return nil
}

func parseSize(text string) (int, bool) {
	if !sizePattern.match(text) {
		return 0, false
	}
	split := len(text) - 2
	count, err := strconv.ParseFloat(text[:split], 64)
	if text[split:] == "GB" {
		count *= 1024
	}
	return int(count), err == nil && count == math.Trunc(count)
}

// sizeHint writes what was meant, where another tool's unit or none was used.
func sizeHint(text string) string {
	parts := sizeElsewhere.groups(text)
	switch {
	case parts == nil:
		return ""
	case parts[2] == "":
		return fmt.Sprintf(`write "%sMB" or "%sGB"`, parts[1], parts[1])
	case parts[2] == "m" || parts[2] == "M":
		return fmt.Sprintf(`write "%sMB"`, parts[1])
	}
	return fmt.Sprintf(`write "%sGB"`, parts[1])
}

// formatSize writes a number of MiB as in the file.
func formatSize(mib int) string {
	if mib%1024 == 0 {
		return strconv.Itoa(mib/1024) + "GB"
	}
	return strconv.Itoa(mib) + "MB"
}
