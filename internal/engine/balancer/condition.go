package balancer

import (
	"bytes"
	"net/netip"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// condition tells whether a request satisfies one condition of a rule.
type condition func(c *client) bool

// compileCondition turns an API condition into a test of requests. One whose
// field is not known never holds; package elb does not let one through.
func compileCondition(r types.RuleCondition) condition {
	values := r.Values
	switch aws.ToString(r.Field) {
	case "host-header":
		if r.HostHeaderConfig != nil {
			values = r.HostHeaderConfig.Values
		}
		return hostCondition(lowered(values))
	case "path-pattern":
		if r.PathPatternConfig != nil {
			values = r.PathPatternConfig.Values
		}
		return func(c *client) bool { return anyMatch(values, c.path) }
	case "http-header":
		return headerCondition(strings.ToLower(aws.ToString(r.HttpHeaderConfig.HttpHeaderName)), lowered(r.HttpHeaderConfig.Values))
	case "query-string":
		return queryCondition(r.QueryStringConfig.Values)
	case "http-request-method":
		methods := r.HttpRequestMethodConfig.Values
		return func(c *client) bool { return contains(methods, c.request.start[0]) }
	case "source-ip":
		return sourceCondition(r.SourceIpConfig.Values)
	}
	return func(*client) bool { return false }
}

func lowered(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strings.ToLower(v)
	}
	return out
}

func contains(values []string, text []byte) bool {
	for _, v := range values {
		if v == string(text) {
			return true
		}
	}
	return false
}

func anyMatch(patterns []string, text []byte) bool {
	for _, p := range patterns {
		if wildcard(p, text) {
			return true
		}
	}
	return false
}

func hostCondition(patterns []string) condition {
	return func(c *client) bool {
		host := c.frame.host
		if i := bytes.LastIndexByte(host, ':'); i >= 0 && !bytes.HasSuffix(host, []byte("]")) {
			host = host[:i]
		}
		return anyMatch(patterns, bytes.ToLower(host))
	}
}

func headerCondition(name string, patterns []string) condition {
	return func(c *client) bool {
		for _, f := range c.request.fields {
			if equalFold(f.name, name) && anyMatch(patterns, bytes.ToLower(f.value)) {
				return true
			}
		}
		return false
	}
}

func queryCondition(pairs []types.QueryStringKeyValuePair) condition {
	type pattern struct{ key, value string }
	patterns := make([]pattern, len(pairs))
	for i, p := range pairs {
		key := "*"
		if p.Key != nil {
			key = strings.ToLower(*p.Key)
		}
		patterns[i] = pattern{key, strings.ToLower(aws.ToString(p.Value))}
	}
	return func(c *client) bool {
		for rest := bytes.ToLower(c.query); len(rest) > 0; {
			var pair []byte
			pair, rest, _ = bytes.Cut(rest, []byte("&"))
			key, value, _ := bytes.Cut(pair, []byte("="))
			for _, p := range patterns {
				if wildcard(p.key, key) && wildcard(p.value, value) {
					return true
				}
			}
		}
		return false
	}
}

func sourceCondition(ranges []string) condition {
	var prefixes []netip.Prefix
	for _, text := range ranges {
		if p, err := netip.ParsePrefix(text); err == nil {
			prefixes = append(prefixes, p)
		}
	}
	return func(c *client) bool {
		address, err := netip.ParseAddr(string(c.address))
		if err != nil {
			return false
		}
		for _, p := range prefixes {
			if p.Contains(address.Unmap()) {
				return true
			}
		}
		return false
	}
}

// wildcard matches * to any text and ? to one character. It takes time linear
// in the text for each star.
func wildcard(pattern string, text []byte) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
