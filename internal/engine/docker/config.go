package docker

import (
	"maps"
	"math"
	"slices"

	"github.com/moby/moby/api/types/container"

	"photon/internal/engine/runtime"
)

// pidsLimit keeps a task that forks without end from taking the machine down.
const pidsLimit = 4096

// containerConfig is what runs: the image's defaults apply where c is empty.
func (s *sandbox) containerConfig(c runtime.ContainerConfig, image string) *container.Config {
	labels := map[string]string{}
	maps.Copy(labels, c.Labels)
	maps.Copy(labels, s.labels()) // last, so that Sweep always finds its own
	return &container.Config{
		Image:       image,
		Entrypoint:  orImages(c.Entrypoint),
		Cmd:         orImages(c.Command),
		WorkingDir:  c.WorkingDirectory,
		User:        c.User,
		Env:         environment(c.Env),
		Healthcheck: healthConfig(c.Health),
		Labels:      labels,
	}
}

// hostConfig is where and within which limits it runs. Capabilities are
// Docker's default set, which is Fargate's, without NET_RAW: tasks share a
// bridge here, and in a VPC none can forge the packets of another.
func (s *sandbox) hostConfig(c runtime.ContainerConfig) *container.HostConfig {
	pids := int64(pidsLimit)
	return &container.HostConfig{
		NetworkMode:    container.NetworkMode("container:" + s.pause),
		CapDrop:        []string{"NET_RAW"},
		ReadonlyRootfs: c.ReadOnlyRoot,
		LogConfig:      logConfig(),
		Resources: container.Resources{
			NanoCPUs:   nanoCPUs(c.CPU, s.runtime.cpus),
			Memory:     c.Memory,
			MemorySwap: c.Memory, // both together, so no swap at all
			PidsLimit:  &pids,
			Ulimits:    ulimits(c.Nofile),
		},
	}
}

// nanoCPUs is a CPU limit that a Docker Engine with this many cores takes: it
// refuses less than a hundredth of a core and more than there are.
func nanoCPUs(cores float64, most int) int64 {
	if cores == 0 {
		return 0
	}
	return int64(math.Round(min(max(cores, 0.01), float64(most)) * 1e9))
}

// ulimits leaves the Docker Engine's own limit where nofile is 0: one that may
// not raise limits refuses every other value above it.
func ulimits(nofile int64) []*container.Ulimit {
	if nofile == 0 {
		return nil
	}
	return []*container.Ulimit{{Name: "nofile", Soft: nofile, Hard: nofile}}
}

// logConfig asks for a log that can be followed whatever the Docker Engine's
// default is, and that does not fill the disk.
func logConfig() container.LogConfig {
	return container.LogConfig{Type: "json-file", Config: map[string]string{"max-size": "64m", "max-file": "2"}}
}

// healthConfig turns the image's own health check off where h is nil, as ECS
// knows only those of the task definition.
func healthConfig(h *runtime.HealthCheck) *container.HealthConfig {
	if h == nil {
		return &container.HealthConfig{Test: []string{"NONE"}}
	}
	return &container.HealthConfig{
		Test:        h.Command,
		Interval:    h.Interval,
		Timeout:     h.Timeout,
		StartPeriod: h.Start,
		Retries:     h.Retries,
	}
}

func environment(env map[string]string) []string {
	pairs := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		pairs = append(pairs, name+"="+env[name])
	}
	return pairs
}

// orImages leaves an empty list to the image: to the Docker Engine a list
// without elements is a command of its own.
func orImages(words []string) []string {
	if len(words) == 0 {
		return nil
	}
	return words
}
