package engine_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
)

// network is an in-memory network for load balancers' listeners.
type network struct {
	mu        sync.Mutex
	listeners map[string]*socket
}

func newNetwork() *network { return &network{listeners: map[string]*socket{}} }

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
	if n.listeners[where] != nil {
		return nil, &net.OpError{Op: "listen", Err: syscall.EADDRINUSE}
	}
	s := &socket{network: n, address: address(where), queue: make(chan net.Conn), closed: make(chan struct{})}
	n.listeners[where] = s
	return s, nil
}

func (n *network) dial(ctx context.Context, where string) (net.Conn, error) {
	n.mu.Lock()
	s := n.listeners[where]
	n.mu.Unlock()
	if s == nil {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	select {
	case s.queue <- conn{far, s.address, "10.9.9.9:1234"}:
		return near, nil
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
		return nil, net.ErrClosed
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

// get asks a load balancer on a connection of its own and returns the body,
// or the status when it is not 200.
func (w *world) get(host string, port int, path string) string {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, where string) (net.Conn, error) {
		return w.network.dial(ctx, where)
	}}
	response, err := (&http.Client{Transport: transport}).Get("http://" + net.JoinHostPort(host, strconv.Itoa(port)) + path)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Sprint(response.StatusCode)
	}
	return string(body)
}
