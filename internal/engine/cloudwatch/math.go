package cloudwatch

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"photon/internal/engine/wire"
)

// value is what an expression can be: a float64, points, or a []points.
type value any

// mathParser evaluates a metric-math expression while it reads it: numbers,
// ids, + - * / ^, comparisons, AND, OR, [lists] and the functions below.
type mathParser struct {
	evaluator *evaluator
	self      string // id of the query that the expression is of
	rest      string
	whole     string
}

const mathToken wire.Pattern = `^\s*([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?|[A-Za-z][A-Za-z0-9_]*|"[^"]*"|'[^']*'|&&|\|\||[<>=!]=|[-+*/^<>(),\[\]])`

func (p *mathParser) invalid(format string, args ...any) error {
	return wire.Fault(invalidValue, "Error in expression %q: %s", p.whole, fmt.Sprintf(format, args...))
}

func (p *mathParser) parse() (value, error) {
	v, err := p.level(0)
	if err == nil && strings.TrimSpace(p.rest) != "" {
		err = p.invalid("unexpected %q", strings.TrimSpace(p.rest))
	}
	return v, err
}

// peek returns the next token without taking it, "" at the end.
func (p *mathParser) peek() string {
	if found := mathToken.FindStringSubmatch(p.rest); found != nil {
		return found[1]
	}
	return ""
}

func (p *mathParser) next() string {
	found := mathToken.FindStringSubmatch(p.rest)
	if found == nil {
		return ""
	}
	p.rest = p.rest[len(found[0]):]
	return found[1]
}

func (p *mathParser) accept(token string) bool {
	if p.peek() != token {
		return false
	}
	p.next()
	return true
}

// operators by level, the weakest first.
var operators = []map[string]func(a, b float64) float64{
	{"OR": logical(func(a, b bool) bool { return a || b }), "||": logical(func(a, b bool) bool { return a || b })},
	{"AND": logical(func(a, b bool) bool { return a && b }), "&&": logical(func(a, b bool) bool { return a && b })},
	{
		"<": truth(func(a, b float64) bool { return a < b }), ">": truth(func(a, b float64) bool { return a > b }),
		"<=": truth(func(a, b float64) bool { return a <= b }), ">=": truth(func(a, b float64) bool { return a >= b }),
		"==": truth(func(a, b float64) bool { return a == b }), "!=": truth(func(a, b float64) bool { return a != b }),
	},
	{"+": func(a, b float64) float64 { return a + b }, "-": func(a, b float64) float64 { return a - b }},
	{"*": func(a, b float64) float64 { return a * b }, "/": func(a, b float64) float64 { return a / b }},
	{"^": math.Pow},
}

func truth(f func(a, b float64) bool) func(a, b float64) float64 {
	return func(a, b float64) float64 {
		if f(a, b) {
			return 1
		}
		return 0
	}
}

func logical(f func(a, b bool) bool) func(a, b float64) float64 {
	return truth(func(a, b float64) bool { return f(a != 0, b != 0) })
}

// level reads operators of one level from left to right.
func (p *mathParser) level(n int) (value, error) {
	if n == len(operators) {
		return p.factor()
	}
	left, err := p.level(n + 1)
	for err == nil {
		operate, ok := operators[n][p.peek()]
		if !ok {
			return left, nil
		}
		p.next()
		var right value
		if right, err = p.level(n + 1); err == nil {
			left, err = p.combine(left, right, operate)
		}
	}
	return nil, err
}

func (p *mathParser) factor() (value, error) {
	token := p.next()
	switch {
	case token == "":
		return nil, p.invalid("it ends too early or has a character that is not known")
	case token == "-":
		v, err := p.factor()
		if err != nil {
			return nil, err
		}
		return p.combine(0.0, v, operators[3]["-"])
	case token == "(":
		v, err := p.level(0)
		if err == nil && !p.accept(")") {
			err = p.invalid("a parenthesis is not closed")
		}
		return v, err
	case token == "[":
		return p.list()
	case token[0] >= '0' && token[0] <= '9' || token[0] == '.':
		return strconv.ParseFloat(token, 64)
	case p.peek() == "(":
		return p.call(token)
	case token == "REPEAT":
		return math.NaN(), nil // FILL's word for "the last value"
	}
	return p.evaluator.value(token)
}

func (p *mathParser) list() (value, error) {
	var all []points
	for {
		v, err := p.level(0)
		if err != nil {
			return nil, err
		}
		one, ok := v.(points)
		if !ok {
			return nil, p.invalid("a list must consist of time series")
		}
		all = append(all, one)
		if p.accept("]") {
			return all, nil
		}
		if !p.accept(",") {
			return nil, p.invalid("a list is not closed")
		}
	}
}

// combine applies an operator point by point. A point is there only where
// both sides have one and the result is a number.
func (p *mathParser) combine(a, b value, operate func(a, b float64) float64) (value, error) {
	left, leftIsSeries := a.(points)
	right, rightIsSeries := b.(points)
	x, leftIsNumber := a.(float64)
	y, rightIsNumber := b.(float64)
	out := points{}
	set := func(at int64, v float64) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out[at] = v
		}
	}
	switch {
	case leftIsNumber && rightIsNumber:
		return operate(x, y), nil
	case leftIsSeries && rightIsNumber:
		for at, v := range left {
			set(at, operate(v, y))
		}
	case leftIsNumber && rightIsSeries:
		for at, v := range right {
			set(at, operate(x, v))
		}
	case leftIsSeries && rightIsSeries:
		for at, v := range left {
			if w, ok := right[at]; ok {
				set(at, operate(v, w))
			}
		}
	default:
		return nil, p.invalid("an operator needs numbers or time series on both sides")
	}
	return out, nil
}
