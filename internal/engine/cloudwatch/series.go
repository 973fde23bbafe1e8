package cloudwatch

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"photon/internal/engine/wire"
)

// Data points are kept in buckets of ten seconds: the finest period that the
// engine tells apart.
const (
	resolution = 10 // seconds
	keep       = 3 * time.Hour
	maxValues  = 200 // different values that a bucket tells apart
)

// series is one metric with one set of dimensions.
type series struct {
	world, namespace, name string
	unit                   string
	dimensions             map[string]string
	buckets                []bucket // by time
}

// bucket sums up the data points of ten seconds.
type bucket struct {
	at int64 // Unix seconds
	summary
}

// summary is what statistics are computed from.
type summary struct {
	count, sum, min, max float64
	values               []counted // sorted by value when needed
}

type counted struct{ value, count float64 }

func (s *summary) add(value, count float64) {
	s.cover(value, value)
	s.count += count
	s.sum += value * count
	s.values = append(s.values, counted{value, count})
	if len(s.values) > 2*maxValues {
		s.compact()
	}
}

// cover widens the extremes; it comes before the count changes.
func (s *summary) cover(least, greatest float64) {
	if s.count == 0 {
		s.min, s.max = least, greatest
	}
	s.min, s.max = min(s.min, least), max(s.max, greatest)
}

func (s *summary) merge(other summary) {
	if other.count == 0 {
		return
	}
	s.cover(other.min, other.max)
	s.count += other.count
	s.sum += other.sum
	s.values = append(s.values, other.values...)
}

// compact joins equal values, and neighbours where there are too many.
func (s *summary) compact() {
	slices.SortFunc(s.values, func(a, b counted) int { return cmp.Compare(a.value, b.value) })
	joined := s.values[:0]
	for _, v := range s.values {
		if last := len(joined) - 1; last >= 0 && joined[last].value == v.value {
			joined[last].count += v.count
		} else {
			joined = append(joined, v)
		}
	}
	s.values = joined
	if len(joined) <= maxValues {
		return
	}
	halved := s.values[:0]
	for i := 0; i+1 < len(joined); i += 2 {
		a, b := joined[i], joined[i+1]
		n := a.count + b.count
		halved = append(halved, counted{(a.value*a.count + b.value*b.count) / n, n})
	}
	if len(joined)%2 == 1 {
		halved = append(halved, joined[len(joined)-1])
	}
	s.values = halved
}

// percentile is the least value that p per cent of the data do not exceed.
func (s *summary) percentile(p float64) (float64, bool) {
	if len(s.values) == 0 {
		return s.min, s.count > 0 && s.min == s.max
	}
	sorted := slices.SortedFunc(slices.Values(s.values), func(a, b counted) int { return cmp.Compare(a.value, b.value) })
	total := 0.0
	for _, v := range sorted {
		total += v.count
	}
	reached := 0.0
	for _, v := range sorted {
		if reached += v.count; reached >= total*p/100 {
			return v.value, true
		}
	}
	return sorted[len(sorted)-1].value, true
}

// seriesKey names a series within all worlds.
func seriesKey(world, namespace, name string, dimensions map[string]string) string {
	var key strings.Builder
	key.WriteString(world + "\x00" + namespace + "\x00" + name)
	for _, k := range slices.Sorted(maps.Keys(dimensions)) {
		key.WriteString("\x00" + k + "\x00" + dimensions[k])
	}
	return key.String()
}

// at returns the bucket that time t falls into, making it when needed; nil for
// a time that is forgotten already.
func (c *CloudWatch) at(world, namespace, name, unit string, dimensions map[string]string, t time.Time) *bucket {
	if time.Since(t) > keep {
		return nil
	}
	key := seriesKey(world, namespace, name, dimensions)
	s, ok := c.series[key]
	if !ok {
		s = &series{world: world, namespace: namespace, name: name, dimensions: maps.Clone(dimensions)}
		c.series[key] = s
	}
	s.unit = unit
	at := t.Unix() - t.Unix()%resolution
	i, found := slices.BinarySearchFunc(s.buckets, at, func(b bucket, at int64) int { return cmp.Compare(b.at, at) })
	if !found {
		s.buckets = slices.Insert(s.buckets, i, bucket{at: at})
	}
	return &s.buckets[i]
}

// Put records one value of a metric, now, in the world of the call.
func (c *CloudWatch) Put(ctx context.Context, namespace, name, unit string, value float64, dimensions map[string]string) {
	c.PutValues(ctx, namespace, name, unit, []float64{value}, []float64{1}, dimensions)
}

// PutValues records counts[i] occurrences of values[i], now, in the world of
// the call.
func (c *CloudWatch) PutValues(ctx context.Context, namespace, name, unit string, values, counts []float64, dimensions map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.at(wire.From(ctx).World(), namespace, name, unit, dimensions, time.Now())
	for i, v := range values {
		b.add(v, counts[i])
	}
}

// forget drops what is older than three hours.
func (c *CloudWatch) forget(now time.Time) {
	oldest := now.Add(-keep).Unix()
	for key, s := range c.series {
		fresh, _ := slices.BinarySearchFunc(s.buckets, oldest, func(b bucket, at int64) int { return cmp.Compare(b.at, at) })
		if fresh == len(s.buckets) {
			delete(c.series, key)
		} else if fresh > 0 {
			s.buckets = slices.Clone(s.buckets[fresh:])
		}
	}
}
