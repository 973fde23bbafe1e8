package docker

import (
	"context"
	"encoding/json"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"photon/internal/engine/runtime"
)

var _ runtime.Meter = (*running)(nil)

// Usage implements runtime.Meter. Memory is without the file cache that the
// kernel can take back, as AWS counts it.
func (c *running) Usage(ctx context.Context) (runtime.Usage, error) {
	result, err := c.sandbox.runtime.docker.ContainerStats(ctx, c.id, client.ContainerStatsOptions{})
	if err != nil {
		return runtime.Usage{}, err
	}
	defer result.Body.Close()
	var stats container.StatsResponse
	if err := json.NewDecoder(result.Body).Decode(&stats); err != nil {
		return runtime.Usage{}, err
	}
	return usage(stats), nil
}

func usage(stats container.StatsResponse) runtime.Usage {
	cache := stats.MemoryStats.Stats["inactive_file"] // cgroup v2
	if v1, ok := stats.MemoryStats.Stats["total_inactive_file"]; ok {
		cache = v1
	}
	used := stats.MemoryStats.Usage
	return runtime.Usage{
		CPU:    time.Duration(stats.CPUStats.CPUUsage.TotalUsage),
		Memory: int64(used - min(cache, used)),
	}
}
