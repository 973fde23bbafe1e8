package docker

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"

	"photon/internal/engine/runtime"
)

func TestUsageIsWithoutTheFileCache(t *testing.T) {
	for text, want := range map[string]runtime.Usage{
		`{"cpu_stats":{"cpu_usage":{"total_usage":2500000000}},"memory_stats":{"usage":1000,"stats":{"inactive_file":300}}}`:                {CPU: 2500 * time.Millisecond, Memory: 700},
		`{"cpu_stats":{"cpu_usage":{"total_usage":1}},"memory_stats":{"usage":1000,"stats":{"inactive_file":1,"total_inactive_file":400}}}`: {CPU: 1, Memory: 600},
		`{"memory_stats":{"usage":10,"stats":{"inactive_file":30}}}`:                                                                        {},
		`{}`: {},
	} {
		var stats container.StatsResponse
		if err := json.Unmarshal([]byte(text), &stats); err != nil {
			t.Fatal(err)
		}
		if got := usage(stats); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}
