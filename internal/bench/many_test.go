//go:build bench

package bench

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	many      = 50
	manyLimit = 5.0 // times one
	callTime  = 20 * time.Millisecond
)

// measureMany plans one service and many, in the same world: new ones, and ones
// that exist.
func measureMany(t *testing.T) []row {
	w := newWorld(t, callTime)
	for i := range many {
		w.file(fmt.Sprintf("service-%02d", i), "1")
	}
	rows := w.plans("new")
	var deploying sync.WaitGroup
	for digit := range many / 10 { // a run each: AWS allows ten load balancers at once
		deploying.Go(func() { w.run("--file", filepath.Join(w.dir, fmt.Sprintf("service-%d?.json", digit)), "--detach") })
	}
	deploying.Wait()
	return append(rows, w.plans("deployed")...)
}

func (w *world) plans(which string) []row {
	const runs = 5
	var one, all []time.Duration
	var calls []call
	for range runs {
		took, _ := w.run("plan", "--file", filepath.Join(w.dir, "service-07.json"))
		one = append(one, took)
		calls = w.log.during(func() {
			took, _ := w.run("plan", "--file", filepath.Join(w.dir, "service-*.json"))
			all = append(all, took)
		})
	}
	count := map[string]int{}
	for _, c := range calls {
		count[c.operation]++
	}
	w.Logf("%d %s services: %v", many, which, count)
	ratio := median(all).Seconds() / median(one).Seconds()
	return []row{{
		fmt.Sprintf("plan %d %s services, %d calls, %s to %s for one", many, which, len(calls),
			milliseconds(median(all)), milliseconds(median(one))),
		fmt.Sprintf("%.1f times", ratio), "under 5 times", ratio < manyLimit,
	}, {
		what:     "the same, calls of the load balancing API (AWS: 40, then 10 a second)",
		measured: fmt.Sprint(balancing(count)),
	}}
}

// balancing counts the calls of Elastic Load Balancing.
func balancing(count map[string]int) int {
	sum := 0
	for operation, n := range count {
		for _, of := range []string{"LoadBalancer", "TargetGroup", "Listener", "Rules", "DescribeTags"} {
			if strings.Contains(operation, of) {
				sum += n
				break
			}
		}
	}
	return sum
}
