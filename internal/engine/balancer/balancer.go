// Package balancer is the data plane of the engine's load balancers: it accepts
// HTTP/1.1 connections, matches rules, picks targets and proxies requests.
// It never decides whether a target is healthy or may be used; package elb does.
//
// # Addresses
//
// On Linux each load balancer has a loopback address of its own, 127.n.a.b,
// with the n of Options.Octet: two engines never meet.
// Where port 80 can be bound there, the DNS name is that bare address and
// listener ports are what they say. Without that privilege the DNS name is
// "127.n.a.b:8080" and listener ports below 1024 are served 8000 higher.
// Systems that have only 127.0.0.1 share it: the DNS name is "127.0.0.1:port"
// with a free port, which the load balancer's first listener takes; further
// listeners take other free ports.
package balancer

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

const flushInterval = time.Second

// Options are the balancer's ways into the world.
type Options struct {
	// Dial connects to a target.
	Dial func(ctx context.Context, target netip.AddrPort) (net.Conn, error)
	// Listen opens a listener as net.Listen does.
	Listen func(network, address string) (net.Listener, error)
	// Metric records counts[i] occurrences of values[i]. Its context carries
	// a wire.Call with the load balancer's account and region.
	Metric func(ctx context.Context, namespace, name, unit string, values, counts []float64, dimensions map[string]string)
	// SharedAddress makes all load balancers share 127.0.0.1, as on systems
	// that have no other loopback addresses.
	SharedAddress bool
	// Octet is the second octet of the loopback addresses; 0 means 88.
	Octet byte
}

// Balancer serves any number of load balancers. All methods are safe for
// concurrent use.
type Balancer struct {
	options Options

	mu        sync.Mutex
	listeners map[string]*listener // by listener ARN
	leaving   []*listener          // closed, with requests in flight
	groups    map[string]*group    // by target group ARN
	meters    map[meterKey]*meter
	closed    bool
	work      sync.WaitGroup
}

// New returns a balancer that serves nothing yet. What Open starts ends when
// the listener is closed or Run returns.
func New(options Options) *Balancer {
	if options.Octet == 0 {
		options.Octet = defaultOctet
	}
	return &Balancer{
		options:   options,
		listeners: map[string]*listener{},
		groups:    map[string]*group{},
		meters:    map[meterKey]*meter{},
	}
}

// Run flushes metrics every second until ctx ends. Then it closes every
// listener and connection, and returns when all that was started has ended.
func (b *Balancer) Run(ctx context.Context) {
	ticker := time.NewTicker(flushInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			b.flush(ctx)
		case <-ctx.Done():
			b.shut()
			return
		}
	}
}

func (b *Balancer) shut() {
	b.mu.Lock()
	b.closed = true
	for _, l := range b.listeners {
		l.close(true)
	}
	for _, l := range b.leaving {
		l.close(true)
	}
	for _, g := range b.groups {
		g.serve(nil, nil)
	}
	b.mu.Unlock()
	b.work.Wait()
}

// Route replaces the rules of an open listener. The default rule is the one
// with IsDefault; idle is the load balancer's idle timeout.
func (b *Balancer) Route(listenerARN string, rules []types.Rule, idle time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.listeners[listenerARN]
	if !ok {
		return
	}
	l.table.Store(b.compile(l, rules, idle))
}

// Serve sets a target group's targets. New requests go to serving; draining
// ones finish what they have; connections to any other target are closed.
func (b *Balancer) Serve(groupARN string, serving, draining []netip.AddrPort) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.group(groupARN).serve(serving, draining)
}

// Forget drops a target group with all its connections.
func (b *Balancer) Forget(groupARN string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g, ok := b.groups[groupARN]; ok {
		g.serve(nil, nil)
		delete(b.groups, groupARN)
	}
}

// Busy returns how many requests a target of the group is working on.
func (b *Balancer) Busy(groupARN string, address netip.AddrPort) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	g, ok := b.groups[groupARN]
	if !ok {
		return 0
	}
	t, ok := g.known[address]
	if !ok {
		return 0
	}
	return int(t.inFlight.Load())
}

// group returns the group with this ARN, making it when needed. b.mu is held.
func (b *Balancer) group(arn string) *group {
	g, ok := b.groups[arn]
	if !ok {
		g = newGroup(arn, b.options.Dial)
		b.groups[arn] = g
	}
	return g
}
