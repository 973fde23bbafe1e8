package spec

import (
	"regexp"
	"strconv"
	"strings"
)

// codes are HTTP status codes, as the matcher of a target group takes them.
type codes string

const codesPattern = `[0-9]{3}-[0-9]{3}|[0-9]{3}(?:,[0-9]{3})*`

func (c *codes) read(n *node) *fault {
	const wants = `status codes such as "200", "200-299" or "200,204"`
	switch {
	case n.kind == number && matches(`^[0-9]{3}$`, n.text):
		return n.expects(wants, `write "`+n.text+`", in quotes`)
	case n.kind != text || !matches(`^(?:`+codesPattern+`)$`, n.text):
		return n.expects(wants, "")
	}
	for _, code := range regexp.MustCompile(`[0-9]+`).FindAllString(n.text, -1) {
		if value, _ := strconv.Atoi(code); value < 200 || value > 499 {
			return faultf("", "a load balancer accepts codes from 200 to 499, got %s", n.says())
		}
	}
	if low, high, ranged := strings.Cut(n.text, "-"); ranged && low > high {
		return faultf(`write "`+high+"-"+low+`"`, "the range is the wrong way round, got %s", n.says())
	}
	*c = codes(n.text)
	return nil
}
