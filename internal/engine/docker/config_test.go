package docker

import (
	"maps"
	"reflect"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"

	"photon/internal/engine/runtime"
)

func testSandbox() *sandbox {
	return &sandbox{runtime: &Runtime{options: Options{Name: "e"}, cpus: 2}, task: "t", pause: "p"}
}

func TestSecretsStayOutOfLabels(t *testing.T) {
	got := testSandbox().containerConfig(runtime.ContainerConfig{
		Env:    map[string]string{"B": "2", "A": "secret"},
		Labels: map[string]string{"team": "x", engineLabel: "e"},
	}, "app:1")
	if want := []string{"A=secret", "B=2"}; !reflect.DeepEqual(got.Env, want) {
		t.Errorf("env %q, want %q", got.Env, want)
	}
	if want := map[string]string{engineLabel: "e", taskLabel: "t", "team": "x"}; !maps.Equal(got.Labels, want) {
		t.Errorf("labels %v, want %v", got.Labels, want)
	}
}

func TestHealthCheckOfTheImageIsTurnedOff(t *testing.T) {
	if got := healthConfig(nil).Test; !reflect.DeepEqual(got, []string{"NONE"}) {
		t.Errorf("got %q", got)
	}
	got := healthConfig(&runtime.HealthCheck{
		Command: []string{"CMD-SHELL", "true"}, Interval: time.Second, Timeout: 2 * time.Second, Start: 3 * time.Second, Retries: 4,
	})
	want := &container.HealthConfig{
		Test: []string{"CMD-SHELL", "true"}, Interval: time.Second, Timeout: 2 * time.Second, StartPeriod: 3 * time.Second, Retries: 4,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestLimits(t *testing.T) {
	none := testSandbox().hostConfig(runtime.ContainerConfig{})
	if none.NanoCPUs != 0 || none.Memory != 0 || none.MemorySwap != 0 || none.Ulimits != nil || *none.PidsLimit != 4096 {
		t.Errorf("no limits: %+v", none.Resources)
	}
	some := testSandbox().hostConfig(runtime.ContainerConfig{CPU: 0.1, Memory: 1 << 30, Nofile: 9, ReadOnlyRoot: true})
	if some.NanoCPUs != 100_000_000 || some.Memory != 1<<30 || some.MemorySwap != 1<<30 || !some.ReadonlyRootfs {
		t.Errorf("limits: %+v", some.Resources)
	}
	if got := some.Ulimits; len(got) != 1 || got[0].Name != "nofile" || got[0].Soft != 9 || got[0].Hard != 9 {
		t.Errorf("nofile: %+v", got)
	}
	if some.NetworkMode != "container:p" {
		t.Errorf("network %s", some.NetworkMode)
	}
}

func TestEnginesLabelsCannotBeTaken(t *testing.T) {
	got := testSandbox().containerConfig(runtime.ContainerConfig{Labels: map[string]string{engineLabel: "other"}}, "app:1")
	if got.Labels[engineLabel] != "e" {
		t.Errorf("engine label %q", got.Labels[engineLabel])
	}
}

func TestCPULimitFitsTheMachine(t *testing.T) {
	for _, test := range []struct {
		cores float64
		want  int64
	}{{0, 0}, {0.001, 10_000_000}, {0.25, 250_000_000}, {2, 2_000_000_000}, {16, 2_000_000_000}} {
		if got := nanoCPUs(test.cores, 2); got != test.want {
			t.Errorf("%v cores of 2: got %d, want %d", test.cores, got, test.want)
		}
	}
}

func TestAnEmptyCommandLeavesTheImagesOwn(t *testing.T) {
	got := testSandbox().containerConfig(runtime.ContainerConfig{Command: []string{}, Entrypoint: []string{}}, "app:1")
	if got.Cmd != nil || got.Entrypoint != nil {
		t.Errorf("command %#v, entrypoint %#v: an empty list would clear the image's", got.Cmd, got.Entrypoint)
	}
}
