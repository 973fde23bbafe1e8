package ecs

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"photon/internal/engine/memory"
)

// balancer is a load balancer that checks a target when it is asked.
type balancer struct {
	runtime *memory.Runtime
	mu      sync.Mutex
	targets map[string]*registration
	drain   time.Duration
	detail  map[string]TargetGroup // instead of the usual answer
}

type registration struct {
	since time.Time
	away  time.Time // when draining began
	at    netip.AddrPort
	ok    bool // the last health check passed
}

func (b *balancer) Describe(_ context.Context, arn string) (TargetGroup, bool) {
	if g, ok := b.detail[arn]; ok {
		return g, true
	}
	return TargetGroup{TargetType: "ip", LoadBalancers: []string{"lb"}}, arn == group || arn == other
}

func (b *balancer) Register(_ context.Context, arn string, at netip.AddrPort, away bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := arn + at.String()
	if !away {
		b.targets[key] = &registration{since: time.Now(), at: at}
	} else if r := b.targets[key]; r != nil {
		r.away = time.Now()
	}
	return nil
}

// drainFor sets how long targets drain from now on.
func (b *balancer) drainFor(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drain = d
}

func (b *balancer) Health(ctx context.Context, arn string, at netip.AddrPort) (string, string, string) {
	b.mu.Lock()
	known, drain := b.targets[arn+at.String()], b.drain
	var r registration
	if known != nil {
		r = *known
	}
	b.mu.Unlock()
	switch {
	case known == nil || !r.away.IsZero() && time.Since(r.away) >= drain:
		return "", "", ""
	case !r.away.IsZero():
		return "draining", "Target.DeregistrationInProgress", ""
	case time.Since(r.since) < 5*time.Second:
		return "initial", "Elb.InitialHealthChecking", ""
	}
	status := b.check(ctx, at)
	b.mu.Lock()
	known.ok = status == 200
	b.mu.Unlock()
	if status != 200 {
		return "unhealthy", "Target.ResponseCodeMismatch", fmt.Sprintf("Health checks failed with these codes: [%d]", status)
	}
	return "healthy", "", ""
}

// pick is a target that gets requests now, chosen as a load balancer does.
func (b *balancer) pick(turn int) (netip.AddrPort, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var serving []netip.AddrPort
	for _, key := range slices.Sorted(maps.Keys(b.targets)) {
		if r := b.targets[key]; r.ok && r.away.IsZero() {
			serving = append(serving, r.at)
		}
	}
	if len(serving) == 0 {
		return netip.AddrPort{}, false
	}
	return serving[turn%len(serving)], true
}

func (b *balancer) check(ctx context.Context, at netip.AddrPort) int {
	web := &http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return b.runtime.Dial(ctx, at) }}}
	request, _ := http.NewRequestWithContext(ctx, "GET", "http://"+at.String()+"/", nil)
	response, err := web.Do(request)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}
