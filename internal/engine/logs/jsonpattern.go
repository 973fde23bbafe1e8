package logs

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"photon/internal/engine/wire"
)

// test is a condition on a decoded JSON message.
type test func(message any) bool

// jsonParser reads { $.a.b = "x" && ($.c > 3 || $.d NOT EXISTS) }.
type jsonParser struct {
	tokens []string
	whole  string
}

const jsonToken wire.Pattern = `^\s*("(?:[^"\\]|\\.)*"|%[^%]*%|&&|\|\||!=|<=|>=|[=<>(){}]|\$[A-Za-z0-9_.\-\[\]"*]*|[A-Za-z0-9_.*+\-]+)`

func parseJSONPattern(text string) (func(string) bool, error) {
	p := &jsonParser{whole: text}
	for rest := text; strings.TrimSpace(rest) != ""; {
		found := jsonToken.FindStringSubmatchIndex(rest)
		if found == nil {
			return nil, p.invalid()
		}
		p.tokens = append(p.tokens, rest[found[2]:found[3]])
		rest = rest[found[1]:]
	}
	if !p.accept("{") {
		return nil, p.invalid()
	}
	holds, err := p.either()
	if err != nil {
		return nil, err
	}
	if !p.accept("}") || len(p.tokens) > 0 {
		return nil, p.invalid()
	}
	return func(message string) bool {
		var value any
		return json.Unmarshal([]byte(message), &value) == nil && holds(value)
	}, nil
}

func (p *jsonParser) invalid() error {
	return wire.Fault("InvalidParameterException", "Invalid filter pattern: %s", p.whole)
}

func (p *jsonParser) accept(token string) bool {
	if len(p.tokens) > 0 && p.tokens[0] == token {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *jsonParser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	token := p.tokens[0]
	p.tokens = p.tokens[1:]
	return token
}

func (p *jsonParser) either() (test, error) {
	left, err := p.both()
	for err == nil && p.accept("||") {
		var right test
		if right, err = p.both(); err != nil {
			break
		}
		before := left
		left = func(v any) bool { return before(v) || right(v) }
	}
	return left, err
}

func (p *jsonParser) both() (test, error) {
	left, err := p.single()
	for err == nil && p.accept("&&") {
		var right test
		if right, err = p.single(); err != nil {
			break
		}
		before := left
		left = func(v any) bool { return before(v) && right(v) }
	}
	return left, err
}

func (p *jsonParser) single() (test, error) {
	if p.accept("(") {
		inner, err := p.either()
		if err == nil && !p.accept(")") {
			err = p.invalid()
		}
		return inner, err
	}
	selector := p.next()
	if !strings.HasPrefix(selector, "$") {
		return nil, p.invalid()
	}
	path := strings.FieldsFunc(selector[1:], func(c rune) bool { return strings.ContainsRune(`.[]"`, c) })
	switch operator := p.next(); operator {
	case "IS":
		return p.is(path)
	case "NOT":
		if p.next() != "EXISTS" {
			return nil, p.invalid()
		}
		return func(v any) bool { _, ok := selectFrom(v, path); return !ok }, nil
	case "=", "!=", "<", "<=", ">", ">=":
		return p.comparison(path, operator)
	}
	return nil, p.invalid()
}

func (p *jsonParser) is(path []string) (test, error) {
	want, ok := map[string]any{"NULL": nil, "TRUE": true, "FALSE": false}[p.next()]
	if !ok {
		return nil, p.invalid()
	}
	return func(v any) bool { have, ok := selectFrom(v, path); return ok && have == want }, nil
}

// comparison: numbers are compared as numbers; text only for equality, with *
// for anything.
func (p *jsonParser) comparison(path []string, operator string) (test, error) {
	text := p.next()
	if number, err := strconv.ParseFloat(text, 64); err == nil {
		return func(v any) bool {
			have, _ := selectFrom(v, path)
			n, ok := have.(float64)
			return ok && compareNumbers(n, operator, number)
		}, nil
	}
	var matches func(string) bool
	switch {
	case operator != "=" && operator != "!=", text == "":
		return nil, p.invalid()
	case strings.HasPrefix(text, "%"):
		expression, err := regexp.Compile(strings.Trim(text, "%"))
		if err != nil {
			return nil, p.invalid()
		}
		matches = expression.MatchString
	default:
		if unquoted, err := strconv.Unquote(text); err == nil {
			text = unquoted
		}
		quoted := strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, ".*")
		matches = regexp.MustCompile("(?s)^" + quoted + "$").MatchString
	}
	return func(v any) bool {
		have, ok := selectFrom(v, path)
		s, isText := have.(string)
		return ok && isText && matches(s) == (operator == "=")
	}, nil
}

func compareNumbers(a float64, operator string, b float64) bool {
	switch operator {
	case "=":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}

// selectFrom walks a path of keys and indexes.
func selectFrom(v any, path []string) (any, bool) {
	for _, step := range path {
		switch node := v.(type) {
		case map[string]any:
			var ok bool
			if v, ok = node[step]; !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(node) {
				return nil, false
			}
			v = node[i]
		default:
			return nil, false
		}
	}
	return v, true
}
