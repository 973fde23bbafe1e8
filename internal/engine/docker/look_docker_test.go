//go:build docker

package docker

import (
	"context"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"photon/internal/engine/runtime"
)

// get asks for a URL from inside a task and returns status and body.
func get(t *testing.T, s runtime.Sandbox, url string) string {
	t.Helper()
	out := &output{}
	exitOf(t, start(t, s, runtime.ContainerConfig{Name: "get", Command: []string{"get", url}, Output: out}))
	return out.read(t)
}

func inspect(t *testing.T, s runtime.Sandbox, c runtime.Container) container.InspectResponse {
	t.Helper()
	result, err := s.(*sandbox).runtime.docker.ContainerInspect(context.Background(), c.ID(), client.ContainerInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return result.Container
}

func waitForState(t *testing.T, s runtime.Sandbox, c runtime.Container, want container.ContainerState) {
	t.Helper()
	for range 100 {
		if inspect(t, s, c).State.Status == want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("never %s", want)
}

func containersOf(t *testing.T, r *Runtime) int {
	t.Helper()
	list, err := r.docker.ContainerList(context.Background(), client.ContainerListOptions{All: true, Filters: r.own()})
	if err != nil {
		t.Fatal(err)
	}
	return len(list.Items)
}
