package spec

import (
	"strconv"
	"strings"
)

// percent is written as 10 or "10%".
type percent int

const percentPattern pattern = `[0-9]{1,4}%`

func (p *percent) read(n *node) *fault {
	digits, signed := strings.CutSuffix(n.text, "%")
	value, err := strconv.ParseUint(digits, 10, 31)
	if err != nil || n.kind != kindNumber && n.kind != kindText || n.kind == kindText && !signed && !n.loose() {
		hint := ""
		if err == nil {
			hint = "write " + digits + ` or "` + digits + `%"`
		}
		return n.expects(`a percentage such as 10 or "10%"`, hint)
	}
	*p = percent(value)
	return nil
}
