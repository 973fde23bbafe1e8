package cli

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
)

// network is where load balancers listen, in memory.
type network struct {
	mu      sync.Mutex
	sockets map[string]*socket
}

func newNetwork() *network { return &network{sockets: map[string]*socket{}} }

// Listen is net.Listen.
func (n *network) Listen(_, where string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.sockets[where] != nil {
		return nil, &net.OpError{Op: "listen", Err: syscall.EADDRINUSE}
	}
	s := &socket{network: n, where: where, queue: make(chan net.Conn), closed: make(chan struct{})}
	n.sockets[where] = s
	return s, nil
}

func (n *network) dial(ctx context.Context, _, where string) (net.Conn, error) {
	n.mu.Lock()
	s := n.sockets[where]
	n.mu.Unlock()
	if s == nil {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	near, far := net.Pipe()
	select {
	case s.queue <- conn{far}:
		return conn{near}, nil
	case <-s.closed:
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// socket listens in memory.
type socket struct {
	network *network
	where   string
	queue   chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

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
		defer s.network.mu.Unlock()
		delete(s.network.sockets, s.where)
	})
	return nil
}

func (s *socket) Addr() net.Addr { return place(s.where) }

// conn is a pipe with addresses.
type conn struct{ net.Conn }

func (conn) LocalAddr() net.Addr  { return place("10.9.9.9:1") }
func (conn) RemoteAddr() net.Addr { return place("10.9.9.9:2") }

type place string

func (place) Network() string  { return "tcp" }
func (p place) String() string { return string(p) }

// get asks an address that a run printed and returns the status and the body.
func (w *world) get(url string) (int, string) {
	w.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: w.network.dial, DisableKeepAlives: true}}
	answer, err := client.Get(strings.TrimSpace(url))
	if err != nil {
		w.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.Fatal(err)
	}
	return answer.StatusCode, string(body)
}
