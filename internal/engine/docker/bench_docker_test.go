//go:build docker

package docker

import (
	"context"
	"fmt"

	"sync"
	"testing"

	"photon/internal/engine/runtime"
)

// BenchmarkTenTasks starts ten tasks of two containers each, side by side, as
// the first deployment of a service does: the time until all of them run.
func BenchmarkTenTasks(b *testing.B) {
	r := open(b, "bench")
	ctx := context.Background()
	for b.Loop() {
		sandboxes := make([]runtime.Sandbox, 10)
		var all sync.WaitGroup
		for i := range sandboxes {
			all.Go(func() {
				sandboxes[i] = sandboxOf(b, r, fmt.Sprintf("task-%d", i), byte(10+i))
				for _, name := range []string{"app", "sidecar"} {
					start(b, sandboxes[i], runtime.ContainerConfig{Name: name, Command: []string{"obey"}, CPU: 0.25, Memory: 64 << 20})
				}
			})
		}
		all.Wait()
		b.StopTimer()
		for _, s := range sandboxes {
			all.Go(func() {
				if err := s.Remove(ctx); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		b.StartTimer()
	}
}
