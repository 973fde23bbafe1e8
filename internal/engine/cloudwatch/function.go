package cloudwatch

import (
	"math"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// call evaluates a function; its name has been read.
func (p *mathParser) call(name string) (value, error) {
	p.next() // the parenthesis
	if name == "METRICS" {
		return p.metrics()
	}
	var args []value
	for !p.accept(")") {
		v, err := p.level(0)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
		if !p.accept(",") && p.peek() != ")" {
			return nil, p.invalid("the arguments of %s are not closed", name)
		}
	}
	switch name {
	case "SUM", "AVG", "MIN", "MAX":
		if len(args) == 1 {
			return p.aggregate(name, args[0])
		}
	case "IF":
		if len(args) == 3 {
			return p.choice(args[0], args[1], args[2])
		}
	case "FILL":
		if len(args) == 2 {
			return p.fill(args[0], args[1])
		}
	case "ABS":
		if len(args) == 1 {
			return p.combine(args[0], 0.0, func(a, _ float64) float64 { return math.Abs(a) })
		}
	default:
		return nil, p.invalid("the engine does not have the function %s", name)
	}
	return nil, p.invalid("%s has the wrong number of arguments", name)
}

// metrics is all time series of the request, or those whose id contains a text.
func (p *mathParser) metrics() (value, error) {
	part := ""
	if !p.accept(")") {
		part = strings.Trim(p.next(), `"'`)
		if !p.accept(")") {
			return nil, p.invalid("the arguments of METRICS are not closed")
		}
	}
	all := []points{}
	for _, id := range p.evaluator.order {
		if p.evaluator.queries[id].MetricStat == nil || !strings.Contains(id, part) || aws.ToString(p.evaluator.queries[id].Id) == p.self {
			continue
		}
		v, err := p.evaluator.series(id)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// aggregate reduces a list to a series, point by point with what there is, and
// a series to a number.
func (p *mathParser) aggregate(name string, arg value) (value, error) {
	switch v := arg.(type) {
	case points:
		var s summary
		for _, x := range v {
			s.add(x, 1)
		}
		return s.aggregate(name), nil
	case []points:
		sums := map[int64]*summary{}
		for _, one := range v {
			for at, x := range one {
				if sums[at] == nil {
					sums[at] = &summary{}
				}
				sums[at].add(x, 1)
			}
		}
		out := points{}
		for at, s := range sums {
			out[at] = s.aggregate(name)
		}
		return out, nil
	}
	return nil, p.invalid("%s needs a time series or a list of them", name)
}

func (s *summary) aggregate(name string) float64 {
	switch name {
	case "SUM":
		return s.sum
	case "AVG":
		return s.sum / max(s.count, 1)
	case "MIN":
		return s.min
	}
	return s.max
}

// choice is IF: point by point the second or the third argument.
func (p *mathParser) choice(condition, yes, no value) (value, error) {
	if n, ok := condition.(float64); ok {
		if n != 0 {
			return yes, nil
		}
		return no, nil
	}
	series, ok := condition.(points)
	if !ok {
		return nil, p.invalid("the condition of IF must be a number or a time series")
	}
	out := points{}
	for at, n := range series {
		chosen := no
		if n != 0 {
			chosen = yes
		}
		switch v := chosen.(type) {
		case float64:
			out[at] = v
		case points:
			if x, ok := v[at]; ok {
				out[at] = x
			}
		default:
			return nil, p.invalid("IF needs numbers or time series")
		}
	}
	return out, nil
}

// fill puts a value where a series has none: a number, the point of another
// series, or with REPEAT the last one before.
func (p *mathParser) fill(arg, filler value) (value, error) {
	series, ok := arg.(points)
	if !ok {
		return nil, p.invalid("FILL needs a time series")
	}
	out := points{}
	last, seen := 0.0, false
	for _, at := range p.evaluator.grid.times() {
		v, ok := series[at]
		if !ok {
			v, ok = fillAt(filler, at)
			if n, isNumber := filler.(float64); isNumber && math.IsNaN(n) {
				v, ok = last, seen
			}
		}
		if ok {
			out[at], last, seen = v, v, true
		}
	}
	return out, nil
}

func fillAt(filler value, at int64) (float64, bool) {
	switch f := filler.(type) {
	case float64:
		return f, true
	case points:
		v, ok := f[at]
		return v, ok
	}
	return 0, false
}
