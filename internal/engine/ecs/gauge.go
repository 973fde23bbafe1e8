package ecs

import (
	"context"
	"strings"
	"time"

	"photon/internal/engine/runtime"
)

const (
	measureEvery  = time.Minute
	measureWithin = 5 * time.Second
)

// gauge measures what a service's task uses, once a minute.
type gauge struct {
	at  time.Time     // of the last measurement
	cpu time.Duration // used until then; negative when that is not known
}

// wait is the time until the next measurement.
func (g *gauge) wait() time.Duration { return max(0, measureEvery-time.Since(g.at)) }

// measure records CPUUtilization and MemoryUtilization of the task's service:
// the share of what the task has, in percent. Each task gives one value, so
// that the average over them is the service's.
func (a *agent) measure(work context.Context, g *gauge) {
	if g.wait() > 0 {
		return
	}
	t, last := a.task(), *g
	ctx, cancel := context.WithTimeout(work, measureWithin)
	defer cancel()
	used, ok := a.usage(ctx)
	g.at, g.cpu = time.Now(), used.CPU
	if !ok {
		g.cpu = -1
	}
	if !ok || t.Service == "" || last.cpu < 0 || used.CPU < last.cpu { // less: a container was started again
		return
	}
	cores := used.CPU - last.cpu
	dimensions := map[string]string{"ClusterName": clusterOf(a.key), "ServiceName": t.Service}
	record := func(name string, value float64) {
		a.e.parts.Metric(work, "AWS/ECS", name, "Percent", value, dimensions)
	}
	record("CPUUtilization", 100*cores.Seconds()/g.at.Sub(last.at).Seconds()/coresOf(*a.definition.Cpu))
	record("MemoryUtilization", 100*float64(used.Memory)/float64(bytesOf(*a.definition.Memory)))
}

// usage sums up the containers; false when one of them cannot tell.
func (a *agent) usage(ctx context.Context) (runtime.Usage, bool) {
	var sum runtime.Usage
	for _, b := range a.boxes {
		if b.container == nil || b.progress.exited {
			continue
		}
		meter, ok := b.container.(runtime.Meter)
		if !ok {
			return sum, false
		}
		used, err := meter.Usage(ctx)
		if err != nil {
			return sum, false
		}
		sum.CPU += used.CPU
		sum.Memory += used.Memory
	}
	return sum, true
}

// clusterOf is the cluster's name in a task's key.
func clusterOf(key string) string {
	key = key[:strings.LastIndex(key, "/")]
	return key[strings.LastIndex(key, "/")+1:]
}
