package logs

import (
	"regexp"
	"strings"

	"photon/internal/engine/wire"
)

// parsePattern compiles a filter pattern of CloudWatch Logs: terms that must
// occur, "quoted terms", -terms that must not, ?terms of which one must, a
// %regular expression%, or a JSON pattern in braces. Nil matches everything.
func parsePattern(text string) (func(message string) bool, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return nil, nil
	case strings.HasPrefix(text, "{"):
		return parseJSONPattern(text)
	case strings.HasPrefix(text, "["):
		return nil, wire.Fault("InvalidParameterException", "Invalid filter pattern: the engine does not have space-delimited patterns.")
	}
	var p terms
	for text != "" {
		rest, err := p.take(text)
		if err != nil {
			return nil, err
		}
		text = strings.TrimSpace(rest)
	}
	return p.match, nil
}

// terms is a pattern of words.
type terms struct {
	all, any, none []func(string) bool
}

// take reads one term off the text.
func (p *terms) take(text string) (rest string, err error) {
	into := &p.all
	switch text[0] {
	case '-':
		into, text = &p.none, text[1:]
	case '?':
		into, text = &p.any, text[1:]
	}
	var term string
	switch {
	case strings.HasPrefix(text, `"`), strings.HasPrefix(text, "%"):
		var closed bool
		if term, rest, closed = strings.Cut(text[1:], text[:1]); !closed {
			return "", wire.Fault("InvalidParameterException", "Invalid filter pattern: %s is not closed.", text)
		}
	default:
		cut := strings.IndexByte(text+" ", ' ')
		term, rest = text[:cut], text[cut:]
		if strings.Trim(term, wordBytes) != "" || term == "" {
			return "", wire.Fault("InvalidParameterException", "Invalid filter pattern: the term %q must be quoted.", term)
		}
	}
	if text[0] != '%' {
		*into = append(*into, func(message string) bool { return strings.Contains(message, term) })
		return rest, nil
	}
	expression, err := regexp.Compile(term)
	if err != nil {
		return "", wire.Fault("InvalidParameterException", "Invalid filter pattern: %v", err)
	}
	*into = append(*into, expression.MatchString)
	return rest, nil
}

// wordBytes are those that need no quotes.
const wordBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// match: terms that must occur make the optional ones meaningless, as on AWS.
func (p *terms) match(message string) bool {
	for _, holds := range p.none {
		if holds(message) {
			return false
		}
	}
	for _, holds := range p.all {
		if !holds(message) {
			return false
		}
	}
	if len(p.all) > 0 || len(p.any) == 0 {
		return true
	}
	for _, holds := range p.any {
		if holds(message) {
			return true
		}
	}
	return false
}
