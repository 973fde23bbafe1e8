package memory

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// listener hands the container's server the connections that dial makes.
type listener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newListener() *listener {
	return &listener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(netip.AddrPort{}) }

// dial connects to the container unless it does not listen on the port.
func (c *container) dial(ctx context.Context, port uint16) (net.Conn, bool) {
	if c.how.port != 0 && c.how.port != port || time.Since(c.begin) < c.how.listenAfter {
		return nil, false
	}
	near, far := net.Pipe()
	select {
	case c.listener.conns <- far:
		return near, true
	case <-c.listener.closed:
	case <-ctx.Done():
	}
	_ = near.Close()
	return nil, false
}

// answer says who answers; /env/NAME answers with that variable's value.
func (c *container) answer(w http.ResponseWriter, r *http.Request) {
	if c.how.latency > 0 {
		if pause(r.Context(), c.how.latency) != nil {
			return
		}
	}
	w.WriteHeader(c.how.status)
	if name, ok := strings.CutPrefix(r.URL.Path, "/env/"); ok {
		fmt.Fprint(w, c.config.Env[name])
		return
	}
	fmt.Fprintf(w, "%s of task %s\n", c.config.Image, c.task.Task)
}
