package balancer_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"

	"photon/internal/engine/balancer"
)

func TestWhereLoadBalancersAreReached(t *testing.T) {
	denied := func(privileged string) func(string) error {
		return func(where string) error {
			if strings.HasSuffix(where, privileged) {
				return &net.OpError{Op: "listen", Err: syscall.EACCES}
			}
			return nil
		}
	}
	cases := []struct {
		name   string
		shared bool
		refuse func(string) error
		taken  []string
		dns    string
		ports  map[int]int // listener → bound
		order  []int
	}{
		{"with privilege", false, nil, nil, "127.88.0.1", map[int]int{80: 80, 9000: 9000}, []int{80, 9000}},
		{"the next address", false, nil, []string{"127.88.0.1", "127.88.0.2:8080"}, "127.88.0.3", map[int]int{80: 80}, []int{80}},
		{"without privilege", false, denied(":80"), nil, "127.88.0.1:8080", map[int]int{80: 8080, 443: 8443, 9000: 9000}, []int{80, 443, 9000}},
		{"one address for all", true, nil, nil, "127.0.0.1:40000", map[int]int{80: 40000, 9000: 40001}, []int{80, 9000}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n := newNetwork()
			n.refuse = c.refuse
			b := balancer.New(balancer.Options{Dial: n.Dial, Listen: n.Listen, SharedAddress: c.shared})
			name, err := b.Place(c.taken)
			if err != nil || name != c.dns {
				t.Fatalf("the DNS name is %q (%v), want %q", name, err, c.dns)
			}
			for i, port := range c.order {
				if bound, err := b.Open(fmt.Sprint(listenerARN, i), name, port, 0); err != nil || bound != c.ports[port] {
					t.Errorf("port %d is at %d (%v), want %d", port, bound, err, c.ports[port])
				}
			}
			stopped(b)
		})
	}
}

// stopped ends a balancer that never ran.
func stopped(b *balancer.Balancer) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	b.Run(ctx)
}

func TestATakenPortIsAnError(t *testing.T) {
	n := newNetwork()
	b := balancer.New(balancer.Options{Dial: n.Dial, Listen: n.Listen})
	defer stopped(b)
	if _, err := n.Listen("tcp", front+":80"); err != nil {
		t.Fatal(err)
	}
	_, err := b.Open(listenerARN, front, 80, 0)
	if !errors.Is(err, syscall.EADDRINUSE) || err.Error() != "port 80 of this machine cannot be opened at 127.88.0.1: listen: address already in use" {
		t.Errorf("%v", err)
	}
}
