package cloudwatch

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photon/internal/engine/wire"
)

const maxDatapoints = 1440 // of GetMetricStatistics

func checkRange(from, to *time.Time) error {
	if from == nil || to == nil {
		return wire.Fault(missingParameter, "The parameters StartTime and EndTime are required.")
	}
	if !from.Before(*to) {
		return wire.Fault(invalidCombination, "The parameter StartTime must be less than the parameter EndTime.")
	}
	return nil
}

func (c *CloudWatch) getMetricStatistics(ctx context.Context, in *cloudwatch.GetMetricStatisticsInput) (*cloudwatch.GetMetricStatisticsOutput, error) {
	if err := checkRange(in.StartTime, in.EndTime); err != nil {
		return nil, err
	}
	if err := checkPeriod(aws.ToInt32(in.Period), 1, 5, 10, 20, 30); err != nil {
		return nil, err
	}
	if len(in.Statistics) == 0 && len(in.ExtendedStatistics) == 0 {
		return nil, wire.Fault(missingParameter, "Either Statistics or ExtendedStatistics must be specified.")
	}
	g := align(in.StartTime.Unix(), ceiling(*in.EndTime), int64(*in.Period))
	if (g.to-g.from)/g.period > maxDatapoints {
		return nil, wire.Fault(invalidCombination, "You have requested up to %d datapoints, which exceeds the limit of %d.", (g.to-g.from)/g.period, maxDatapoints)
	}
	compute := map[string]statistic{}
	for _, name := range slices.Concat(statisticNames(in.Statistics), in.ExtendedStatistics) {
		var err error
		if compute[name], err = parseStatistic(name); err != nil {
			return nil, err
		}
	}
	s := c.find(wire.From(ctx).World(), &types.Metric{Namespace: in.Namespace, MetricName: in.MetricName, Dimensions: in.Dimensions})
	out := &cloudwatch.GetMetricStatisticsOutput{Label: in.MetricName, Datapoints: []types.Datapoint{}}
	if s == nil || in.Unit != "" && string(in.Unit) != s.unit {
		return out, nil
	}
	found := s.summaries(g)
	for _, at := range slices.Sorted(maps.Keys(found)) {
		out.Datapoints = append(out.Datapoints, datapoint(at, s.unit, found[at], compute))
	}
	return out, nil
}

func ceiling(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

func statisticNames(list []types.Statistic) []string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = string(s)
	}
	return names
}

func datapoint(at int64, unit string, s *summary, compute map[string]statistic) types.Datapoint {
	d := types.Datapoint{Timestamp: aws.Time(time.Unix(at, 0).UTC()), Unit: types.StandardUnit(unit)}
	for name, f := range compute {
		v, ok := f(s)
		if !ok {
			continue
		}
		switch name {
		case "Sum":
			d.Sum = &v
		case "Average":
			d.Average = &v
		case "Minimum":
			d.Minimum = &v
		case "Maximum":
			d.Maximum = &v
		case "SampleCount":
			d.SampleCount = &v
		default:
			if d.ExtendedStatistics == nil {
				d.ExtendedStatistics = map[string]float64{}
			}
			d.ExtendedStatistics[name] = v
		}
	}
	return d
}

func (c *CloudWatch) getMetricData(ctx context.Context, in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	if err := checkRange(in.StartTime, in.EndTime); err != nil {
		return nil, err
	}
	if len(in.MetricDataQueries) == 0 || len(in.MetricDataQueries) > 500 {
		return nil, wire.Fault(invalidValue, "The collection MetricDataQueries must have between 1 and 500 members.")
	}
	e, err := c.evaluator(wire.From(ctx).World(), in.MetricDataQueries, *in.StartTime, *in.EndTime)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.GetMetricDataOutput{MetricDataResults: []types.MetricDataResult{}, Messages: []types.MessageData{}}
	for _, q := range in.MetricDataQueries {
		if q.ReturnData != nil && !*q.ReturnData {
			continue
		}
		values, err := e.series(*q.Id)
		if err != nil {
			return nil, err
		}
		out.MetricDataResults = append(out.MetricDataResults, result(q, values, in.ScanBy))
	}
	return out, nil
}

func result(q types.MetricDataQuery, values points, order types.ScanBy) types.MetricDataResult {
	r := types.MetricDataResult{
		Id: q.Id, Label: label(q), StatusCode: types.StatusCodeComplete, Timestamps: []time.Time{}, Values: []float64{},
	}
	times := slices.Sorted(maps.Keys(values))
	if order != types.ScanByTimestampAscending {
		slices.Reverse(times)
	}
	for _, at := range times {
		r.Timestamps = append(r.Timestamps, time.Unix(at, 0).UTC())
		r.Values = append(r.Values, values[at])
	}
	return r
}

func label(q types.MetricDataQuery) *string {
	switch {
	case q.Label != nil:
		return q.Label
	case q.MetricStat != nil:
		return q.MetricStat.Metric.MetricName
	}
	return q.Id
}

func (c *CloudWatch) listMetrics(ctx context.Context, in *cloudwatch.ListMetricsInput) (*cloudwatch.ListMetricsOutput, error) {
	world := wire.From(ctx).World()
	var found []*series
	for _, s := range c.series {
		if s.world == world && s.listed(in) {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b *series) int {
		return cmp.Compare(seriesKey("", a.namespace, a.name, a.dimensions), seriesKey("", b.namespace, b.name, b.dimensions))
	})
	page, next, err := wire.Page(found, in.NextToken, nil, 500, "InvalidNextToken")
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.ListMetricsOutput{Metrics: []types.Metric{}, NextToken: next}
	for _, s := range page {
		m := types.Metric{Namespace: aws.String(s.namespace), MetricName: aws.String(s.name), Dimensions: []types.Dimension{}}
		for _, name := range slices.Sorted(maps.Keys(s.dimensions)) {
			m.Dimensions = append(m.Dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(s.dimensions[name])})
		}
		out.Metrics = append(out.Metrics, m)
	}
	return out, nil
}

func (s *series) listed(in *cloudwatch.ListMetricsInput) bool {
	if in.Namespace != nil && *in.Namespace != s.namespace || in.MetricName != nil && *in.MetricName != s.name {
		return false
	}
	for _, d := range in.Dimensions {
		value, ok := s.dimensions[aws.ToString(d.Name)]
		if !ok || d.Value != nil && *d.Value != value {
			return false
		}
	}
	return true
}
