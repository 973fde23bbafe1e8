package balancer_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"syscall"
)

// network is an in-memory network, for bubbles.
type network struct {
	mu        sync.Mutex
	listeners map[string]*socket
	refuse    func(address string) error // what Listen fails with, if not nil
	dialled   map[string]int
}

func newNetwork() *network {
	return &network{listeners: map[string]*socket{}, dialled: map[string]int{}}
}

// socket listens in memory.
type socket struct {
	network *network
	address address
	queue   chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

type address string

func (a address) Network() string { return "tcp" }
func (a address) String() string  { return string(a) }

func (n *network) Listen(_, where string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.refuse != nil {
		if err := n.refuse(where); err != nil {
			return nil, err
		}
	}
	host, port, _ := net.SplitHostPort(where)
	for free := 40000; port == "0"; free++ {
		if n.listeners[net.JoinHostPort(host, strconv.Itoa(free))] == nil {
			port = strconv.Itoa(free)
		}
	}
	where = net.JoinHostPort(host, port)
	if n.listeners[where] != nil {
		return nil, &net.OpError{Op: "listen", Err: syscall.EADDRINUSE}
	}
	s := &socket{network: n, address: address(where), queue: make(chan net.Conn), closed: make(chan struct{})}
	n.listeners[where] = s
	return s, nil
}

func (n *network) Dial(ctx context.Context, target netip.AddrPort) (net.Conn, error) {
	return n.dial(ctx, target.String())
}

func (n *network) dial(ctx context.Context, where string) (net.Conn, error) {
	n.mu.Lock()
	n.dialled[where]++
	s := n.listeners[where]
	n.mu.Unlock()
	if s == nil {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	select {
	case s.queue <- conn{far, s.address, "10.9.9.9:1234"}:
		return conn{near, "10.9.9.9:1234", s.address}, nil
	case <-s.closed:
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// conn is a pipe with addresses.
type conn struct {
	net.Conn
	local, remote address
}

func (c conn) LocalAddr() net.Addr  { return c.local }
func (c conn) RemoteAddr() net.Addr { return c.remote }

func (s *socket) Accept() (net.Conn, error) {
	select {
	case c := <-s.queue:
		return c, nil
	case <-s.closed:
		return nil, errors.New("listener closed")
	}
}

func (s *socket) Close() error {
	s.once.Do(func() {
		close(s.closed)
		s.network.mu.Lock()
		delete(s.network.listeners, string(s.address))
		s.network.mu.Unlock()
	})
	return nil
}

func (s *socket) Addr() net.Addr { return s.address }
