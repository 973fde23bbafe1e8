package cloudwatch

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photon/internal/engine/wire"
)

// evaluator answers a set of queries that may refer to each other.
type evaluator struct {
	cloudwatch *CloudWatch
	world      string
	grid       grid
	queries    map[string]types.MetricDataQuery
	order      []string
	known      map[string]value
	open       map[string]bool // being computed, to find circles
}

const queryID wire.Pattern = `^[a-z][a-zA-Z0-9_]*$`

// evaluator checks queries and prepares to answer them over a time range. All
// metrics of one expression are read with the longest period asked for.
func (c *CloudWatch) evaluator(world string, queries []types.MetricDataQuery, from, to time.Time) (*evaluator, error) {
	e := &evaluator{cloudwatch: c, world: world, queries: map[string]types.MetricDataQuery{}, known: map[string]value{}, open: map[string]bool{}}
	period := int32(1)
	for _, q := range queries {
		id := aws.ToString(q.Id)
		if !queryID.MatchString(id) {
			return nil, wire.Fault(invalidValue, "The value %s for parameter MetricDataQueries.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.", id)
		}
		if _, twice := e.queries[id]; twice {
			return nil, wire.Fault(invalidValue, "The parameter MetricDataQueries.Id must be unique: %s.", id)
		}
		its, err := checkQuery(q)
		if err != nil {
			return nil, err
		}
		period = max(period, its)
		e.queries[id], e.order = q, append(e.order, id)
	}
	if period == 1 {
		period = 60
	}
	e.grid = align(from.Unix(), ceiling(to), int64(period))
	return e, nil
}

// checkQuery returns the query's period, 0 for none of its own.
func checkQuery(q types.MetricDataQuery) (int32, error) {
	id := aws.ToString(q.Id)
	switch {
	case q.AccountId != nil:
		return 0, wire.Fault(invalidValue, "MetricDataQuery %s: the engine does not have metrics of other accounts.", id)
	case (q.Expression == nil) == (q.MetricStat == nil):
		return 0, wire.Fault(invalidCombination, "MetricDataQuery %s must have either an Expression or a MetricStat.", id)
	case q.Expression != nil && q.Period == nil:
		return 0, nil
	case q.Expression != nil:
		return *q.Period, checkPeriod(*q.Period, 1, 5, 10, 20, 30)
	case q.MetricStat.Metric == nil || aws.ToString(q.MetricStat.Metric.MetricName) == "" || aws.ToString(q.MetricStat.Metric.Namespace) == "":
		return 0, wire.Fault(missingParameter, "MetricDataQuery %s: MetricStat.Metric must have a Namespace and a MetricName.", id)
	}
	period := aws.ToInt32(q.MetricStat.Period)
	if err := checkPeriod(period, 1, 5, 10, 20, 30); err != nil {
		return 0, err
	}
	_, err := parseStatistic(aws.ToString(q.MetricStat.Stat))
	return period, err
}

// series is the result of a query as values over time.
func (e *evaluator) series(id string) (points, error) {
	v, err := e.value(id)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case points:
		return v, nil
	case float64:
		return e.constant(v), nil
	}
	return nil, wire.Fault(invalidValue, "The expression of %s must result in a single time series.", id)
}

func (e *evaluator) constant(v float64) points {
	out := points{}
	for _, at := range e.grid.times() {
		out[at] = v
	}
	return out
}

// value computes a query once.
func (e *evaluator) value(id string) (value, error) {
	if v, ok := e.known[id]; ok {
		return v, nil
	}
	q, ok := e.queries[id]
	if !ok {
		return nil, wire.Fault(invalidValue, "The expression refers to %s, which is not the Id of a query.", id)
	}
	if e.open[id] {
		return nil, wire.Fault(invalidValue, "The expression of %s refers to itself.", id)
	}
	e.open[id] = true
	v, err := e.compute(q)
	if err != nil {
		return nil, err
	}
	e.known[id] = v
	return v, nil
}

func (e *evaluator) compute(q types.MetricDataQuery) (value, error) {
	if q.MetricStat != nil {
		return e.cloudwatch.read(e.world, q.MetricStat.Metric, aws.ToString(q.MetricStat.Stat), e.grid)
	}
	p := &mathParser{evaluator: e, rest: strings.TrimSpace(*q.Expression), whole: *q.Expression, self: *q.Id}
	return p.parse()
}
