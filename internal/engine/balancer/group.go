package balancer

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
)

type dialer func(ctx context.Context, target netip.AddrPort) (net.Conn, error)

// group is a target group: the targets that may be picked, and all those that
// still hold connections.
type group struct {
	arn     string
	cookie  string // names the group in a stickiness cookie
	dial    dialer
	serving atomic.Pointer[[]*target]
	next    atomic.Uint32
	known   map[netip.AddrPort]*target // guarded by Balancer.mu
}

func newGroup(arn string, dial dialer) *group {
	g := &group{arn: arn, cookie: cookieOf(arn), dial: dial, known: map[netip.AddrPort]*target{}}
	g.serving.Store(&[]*target{})
	return g
}

// serve takes over a new set of targets. The new list is visible before the
// old targets turn away: whoever finds one of them away finds the new list.
func (g *group) serve(serving, draining []netip.AddrPort) {
	picked := make([]*target, 0, len(serving))
	for _, address := range serving {
		t, ok := g.known[address]
		if !ok {
			t = &target{address: address, dial: g.dial}
			g.known[address] = t
		}
		t.away.Store(false)
		picked = append(picked, t)
	}
	g.serving.Store(&picked)
	for address, t := range g.known {
		if slices.Contains(serving, address) {
			continue
		}
		t.away.Store(true)
		t.closeIdle()
		if !slices.Contains(draining, address) {
			t.drop()
			delete(g.known, address)
		}
	}
}

// pick chooses the next target in turn and counts a request on it; tried ones
// are passed over. It returns nil when there is none.
func (g *group) pick(tried []*target) *target {
	for {
		targets := *g.serving.Load()
		stale := false
		first := g.next.Add(1)
		for i := range uint32(len(targets)) {
			t := targets[(first+i)%uint32(len(targets))]
			if slices.Contains(tried, t) {
				continue
			}
			if t.take() {
				return t
			}
			stale = true
		}
		if !stale {
			return nil
		}
	}
}
