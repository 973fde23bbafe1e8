package elb_test

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"syscall"
)

// socket is a listener in memory.
type socket struct {
	world   *world
	address string
	queue   chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func (s *socket) Network() string { return "tcp" }
func (s *socket) String() string  { return s.address }
func (s *socket) Addr() net.Addr  { return s }

func (s *socket) Accept() (net.Conn, error) {
	select {
	case c := <-s.queue:
		return c, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *socket) Close() error {
	s.once.Do(func() {
		close(s.closed)
		s.world.mu.Lock()
		delete(s.world.sockets, s.address)
		s.world.mu.Unlock()
	})
	return nil
}

func (w *world) listen(_, where string) (net.Listener, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sockets[where] != nil {
		return nil, &net.OpError{Op: "listen", Err: syscall.EADDRINUSE}
	}
	w.sockets[where] = &socket{world: w, address: where, queue: make(chan net.Conn), closed: make(chan struct{})}
	return w.sockets[where], nil
}

func (w *world) dial(ctx context.Context, target netip.AddrPort) (net.Conn, error) {
	w.mu.Lock()
	s := w.sockets[target.String()]
	w.mu.Unlock()
	if s == nil {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	select {
	case s.queue <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
