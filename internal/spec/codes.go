package spec

import (
	"strconv"
	"strings"
)

// codes are HTTP status codes, as the matcher of a target group takes them.
type codes string

const (
	codesPattern pattern = `[0-9]{3}-[0-9]{3}|[0-9]{3}(?:,[0-9]{3})*`
	codePattern  pattern = `[0-9]{3}`
)

func (c *codes) read(n *node) *fault {
	const wants = `status codes such as "200", "200-299" or "200,204"`
	switch {
	case n.kind == kindNumber && codePattern.match(n.text):
		return n.expects(wants, `write "`+n.text+`", in quotes`)
	case n.kind != kindText || !codesPattern.match(n.text):
		return n.expects(wants, "")
	}
	for _, code := range strings.FieldsFunc(n.text, func(r rune) bool { return r == ',' || r == '-' }) {
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
