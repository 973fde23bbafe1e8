package balancer

import (
	"context"
	"math/bits"
	"strings"
	"sync/atomic"
	"time"

	"photon/internal/engine/wire"
)

const namespace = "AWS/ApplicationELB"

// world is an account and a region: where a metric belongs.
type world struct{ account, region string }

// meterKey names what is metered: a load balancer, or one of its target groups.
type meterKey struct {
	loadBalancer, targetGroup string
	world                     world
}

// meter counts between two flushes. Counting takes no lock.
type meter struct {
	key                    meterKey
	requests               atomic.Uint64
	target                 [6]atomic.Uint64 // responses of targets by their first digit
	own4, own5             atomic.Uint64
	own502, own503, own504 atomic.Uint64
	connectErrors          atomic.Uint64
	redirects, fixed       atomic.Uint64
	times                  histogram
}

// meter returns the meter for key. b.mu is held.
func (b *Balancer) meter(key meterKey) *meter {
	m, ok := b.meters[key]
	if !ok {
		m = &meter{key: key}
		b.meters[key] = m
	}
	return m
}

// answered counts a target's response; first is its status' first digit.
func (m *meter) answered(first byte, took time.Duration) {
	m.target[first-'0'].Add(1)
	m.times.add(took)
}

// own counts a response that the load balancer made up itself.
func (m *meter) own(status int) {
	switch status {
	case statusBadGateway:
		m.own502.Add(1)
	case statusUnavailable:
		m.own503.Add(1)
	case statusTimeout:
		m.own504.Add(1)
	}
	if status >= 500 {
		m.own5.Add(1)
	} else {
		m.own4.Add(1)
	}
}

// flush hands everything counted since the last flush to the metrics.
func (b *Balancer) flush(ctx context.Context) {
	b.mu.Lock()
	meters := make([]*meter, 0, len(b.meters))
	for _, m := range b.meters {
		meters = append(meters, m)
	}
	healthy := map[string]int{}
	for arn, g := range b.groups {
		healthy[resourceOf(arn)] = len(*g.serving.Load())
	}
	b.mu.Unlock()
	for _, m := range meters {
		m.flush(ctx, b.options.Metric, healthy[m.key.targetGroup])
	}
}

type record func(ctx context.Context, namespace, name, unit string, values, counts []float64, dimensions map[string]string)

func (m *meter) flush(ctx context.Context, put record, targets int) {
	ctx = wire.With(ctx, wire.Call{Service: "elasticloadbalancing", Account: m.key.world.account, Region: m.key.world.region})
	dimensions := map[string]string{"LoadBalancer": m.key.loadBalancer}
	if m.key.targetGroup != "" {
		dimensions["TargetGroup"] = m.key.targetGroup
	}
	count := func(name string, n float64, dimensions map[string]string) {
		put(ctx, namespace, name, "Count", []float64{n}, []float64{1}, dimensions)
	}
	for _, c := range m.counters() {
		n := float64(c.counter.Swap(0))
		if n == 0 {
			continue
		}
		count(c.name, n, dimensions)
		if c.counter == &m.requests && m.key.targetGroup != "" && targets > 0 {
			count("RequestCountPerTarget", n/float64(targets), dimensions)
			count("RequestCountPerTarget", n/float64(targets), map[string]string{"TargetGroup": m.key.targetGroup})
		}
	}
	if values, counts := m.times.take(); len(values) > 0 {
		put(ctx, namespace, "TargetResponseTime", "Seconds", values, counts, dimensions)
	}
}

type counter struct {
	name    string
	counter *atomic.Uint64
}

func (m *meter) counters() []counter {
	return []counter{
		{"RequestCount", &m.requests},
		{"HTTPCode_Target_2XX_Count", &m.target[2]},
		{"HTTPCode_Target_3XX_Count", &m.target[3]},
		{"HTTPCode_Target_4XX_Count", &m.target[4]},
		{"HTTPCode_Target_5XX_Count", &m.target[5]},
		{"HTTPCode_ELB_4XX_Count", &m.own4},
		{"HTTPCode_ELB_5XX_Count", &m.own5},
		{"HTTPCode_ELB_502_Count", &m.own502},
		{"HTTPCode_ELB_503_Count", &m.own503},
		{"HTTPCode_ELB_504_Count", &m.own504},
		{"TargetConnectionErrorCount", &m.connectErrors},
		{"HTTP_Redirect_Count", &m.redirects},
		{"HTTP_Fixed_Response_Count", &m.fixed},
	}
}

// histogram counts durations in buckets of about 3 % width.
type histogram struct {
	filled  atomic.Bool // whether there is anything to take
	buckets [64 * 32]atomic.Uint32
}

func (h *histogram) add(d time.Duration) {
	if !h.filled.Load() {
		h.filled.Store(true)
	}
	h.buckets[bucketOf(uint64(max(d, 0)))].Add(1)
}

// bucketOf keeps the five bits behind the highest one.
func bucketOf(n uint64) int {
	length := bits.Len64(n)
	if length <= 6 {
		return int(n)
	}
	return (length-5)*32 + int(n>>(length-6))&31
}

// middle is a bucket's representative in nanoseconds.
func middle(bucket int) float64 {
	if bucket < 64 {
		return float64(bucket)
	}
	width := uint64(1) << (bucket/32 - 1)
	return float64((32+uint64(bucket%32))*width) + float64(width)/2
}

// take empties the histogram; the values are seconds.
func (h *histogram) take() (values, counts []float64) {
	if !h.filled.Swap(false) {
		return nil, nil
	}
	for i := range h.buckets {
		if h.buckets[i].Load() == 0 {
			continue
		}
		values = append(values, middle(i)/1e9)
		counts = append(counts, float64(h.buckets[i].Swap(0)))
	}
	return values, counts
}

// worldOf reads account and region out of an ARN.
func worldOf(arn string) world {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return world{}
	}
	return world{account: parts[4], region: parts[3]}
}

// resourceOf returns what follows the account in an ARN, such as
// "targetgroup/name/id".
func resourceOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	return parts[len(parts)-1]
}

// loadBalancerOf returns "app/name/id" of a listener's ARN.
func loadBalancerOf(listenerARN string) string {
	parts := strings.Split(resourceOf(listenerARN), "/")
	if len(parts) < 4 {
		return resourceOf(listenerARN)
	}
	return strings.Join(parts[1:4], "/")
}
