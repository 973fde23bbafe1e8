package balancer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

const (
	shift    = 8000 // what privileged ports are moved by
	webPort  = 80
	siteSize = 1 << 16

	defaultOctet = 88
)

var shared = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// Place chooses the DNS name of a new load balancer; taken are the DNS names
// of the others. See the package comment for what a DNS name means.
func (b *Balancer) Place(taken []string) (string, error) {
	if b.options.SharedAddress {
		port, err := b.freePort()
		if err != nil {
			return "", err
		}
		return netip.AddrPortFrom(shared, uint16(port)).String(), nil
	}
	used := map[netip.Addr]bool{}
	for _, name := range taken {
		address, _ := parseSite(name)
		used[address] = true
	}
	for n := 1; n < siteSize-1; n++ {
		address := netip.AddrFrom4([4]byte{127, b.options.Octet, byte(n >> 8), byte(n)})
		if !used[address] {
			return b.name(address), nil
		}
	}
	return "", fmt.Errorf("no loopback address is left in 127.%d.0.0/16", b.options.Octet)
}

// name probes whether the web port can be bound at address.
func (b *Balancer) name(address netip.Addr) string {
	probe, err := b.options.Listen("tcp", netip.AddrPortFrom(address, webPort).String())
	if err != nil {
		return netip.AddrPortFrom(address, webPort+shift).String()
	}
	probe.Close()
	return address.String()
}

func (b *Balancer) freePort() (int, error) {
	probe, err := b.options.Listen("tcp", netip.AddrPortFrom(shared, 0).String())
	if err != nil {
		return 0, err
	}
	defer probe.Close()
	return portOf(probe), nil
}

// Open listens for a listener of the load balancer with the given DNS name.
// The port it returns is the one really bound; give it as bound to get the same
// one again after a restart, and 0 for a new listener. Until Route is called
// every request is answered with 503.
func (b *Balancer) Open(listenerARN, dnsName string, port, bound int) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l, ok := b.listeners[listenerARN]; ok {
		return l.bound, nil
	}
	if b.closed {
		return 0, errors.New("the load balancer's data plane is closed")
	}
	if bound == 0 {
		bound = b.choose(dnsName, port)
	}
	address, _ := parseSite(dnsName)
	socket, err := b.options.Listen("tcp", netip.AddrPortFrom(address, uint16(bound)).String())
	if err != nil {
		return 0, fmt.Errorf("port %d of this machine cannot be opened at %s: %w", bound, address, err)
	}
	l := newListener(b, listenerARN, socket, port)
	b.listeners[listenerARN] = l
	b.work.Go(l.accept)
	return l.bound, nil
}

// choose maps a listener port to the port of a new listener; 0 is any.
func (b *Balancer) choose(dnsName string, port int) int {
	address, first := parseSite(dnsName)
	switch {
	case first == 0:
		return port
	case address != shared && port < 1024:
		return port + shift
	case address != shared:
		return port
	}
	for _, l := range b.listeners {
		if l.bound == first {
			return 0
		}
	}
	return first
}

// Close stops a listener. Idle connections are closed at once, others after
// the request they are busy with.
func (b *Balancer) Close(listenerARN string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l, ok := b.listeners[listenerARN]
	if !ok {
		return
	}
	delete(b.listeners, listenerARN)
	l.close(false)
	b.leaving = append(slices.DeleteFunc(b.leaving, (*listener).deserted), l)
}

// parseSite splits a DNS name into its address and its port, 0 for none.
func parseSite(name string) (netip.Addr, int) {
	if at, err := netip.ParseAddrPort(name); err == nil {
		return at.Addr(), int(at.Port())
	}
	address, _ := netip.ParseAddr(name)
	return address, 0
}

func portOf(l net.Listener) int {
	_, text, _ := net.SplitHostPort(l.Addr().String())
	port, _ := strconv.Atoi(text)
	return port
}

const dialTimeout = 10 * time.Second

func dialContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), dialTimeout)
}
