package cloudwatch

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photon/internal/engine/wire"
)

// statistic computes one number from a summary; false when there is none.
type statistic func(s *summary) (float64, bool)

// parseStatistic knows the five plain statistics and percentiles.
func parseStatistic(name string) (statistic, error) {
	switch name {
	case "Sum":
		return func(s *summary) (float64, bool) { return s.sum, true }, nil
	case "Average":
		return func(s *summary) (float64, bool) { return s.sum / s.count, true }, nil
	case "Minimum":
		return func(s *summary) (float64, bool) { return s.min, true }, nil
	case "Maximum":
		return func(s *summary) (float64, bool) { return s.max, true }, nil
	case "SampleCount":
		return func(s *summary) (float64, bool) { return s.count, true }, nil
	}
	if p, err := strconv.ParseFloat(strings.TrimPrefix(name, "p"), 64); err == nil && name[0] == 'p' && p >= 0 && p <= 100 {
		return func(s *summary) (float64, bool) { return s.percentile(p) }, nil
	}
	return nil, wire.Fault(invalidValue, "The value %s for parameter Stat is not supported by the engine: it has Sum, Average, Minimum, Maximum, SampleCount and percentiles such as p99.", name)
}

// grid is a range of whole periods in Unix seconds; to is exclusive.
type grid struct{ from, to, period int64 }

// align widens a range to whole periods.
func align(from, to, period int64) grid {
	return grid{from: from - from%period, to: to, period: period}
}

// times are the beginnings of the periods.
func (g grid) times() []int64 {
	var times []int64
	for t := g.from; t < g.to; t += g.period {
		times = append(times, t)
	}
	return times
}

// points are a metric's values by the beginnings of their periods.
type points map[int64]float64

// summaries sums a series up per period.
func (s *series) summaries(g grid) map[int64]*summary {
	out := map[int64]*summary{}
	if s == nil {
		return out
	}
	first, _ := slices.BinarySearchFunc(s.buckets, g.from, func(b bucket, at int64) int { return cmp.Compare(b.at, at) })
	for _, b := range s.buckets[first:] {
		if b.at >= g.to {
			break
		}
		at := b.at - b.at%g.period
		if out[at] == nil {
			out[at] = &summary{}
		}
		out[at].merge(b.summary)
	}
	return out
}

// read computes a statistic of one metric over a grid.
func (c *CloudWatch) read(world string, m *types.Metric, stat string, g grid) (points, error) {
	compute, err := parseStatistic(stat)
	if err != nil {
		return nil, err
	}
	out := points{}
	for at, s := range c.find(world, m).summaries(g) {
		if v, ok := compute(s); ok {
			out[at] = v
		}
	}
	return out, nil
}

// find returns the series of a metric; nil when nothing was recorded.
func (c *CloudWatch) find(world string, m *types.Metric) *series {
	return c.series[seriesKey(world, aws.ToString(m.Namespace), aws.ToString(m.MetricName), dimensionMap(m.Dimensions))]
}

func dimensionMap(list []types.Dimension) map[string]string {
	out := map[string]string{}
	for _, d := range list {
		out[aws.ToString(d.Name)] = aws.ToString(d.Value)
	}
	return out
}

// checkPeriod takes multiples of a minute and the shorter periods listed.
func checkPeriod(period int32, short ...int32) error {
	if period > 0 && period%60 == 0 || slices.Contains(short, period) {
		return nil
	}
	texts := make([]string, len(short))
	for i, n := range short {
		texts[i] = strconv.Itoa(int(n))
	}
	return wire.Fault(invalidValue, "The parameter Period must be %s, or a multiple of 60.", strings.Join(texts, ", "))
}
