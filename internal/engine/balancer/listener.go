package balancer

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// listener accepts the connections of one ELB listener.
type listener struct {
	balancer *Balancer
	arn      string
	socket   net.Listener
	port     int // as the API knows it; what X-Forwarded-Port says
	bound    int // as the machine knows it
	meter    *meter
	table    atomic.Pointer[table]
	closing  atomic.Bool

	mu      sync.Mutex
	clients map[*client]struct{}
}

// newListener is called with the balancer's lock held.
func newListener(b *Balancer, arn string, socket net.Listener, port int) *listener {
	l := &listener{
		balancer: b,
		arn:      arn,
		socket:   socket,
		port:     port,
		bound:    portOf(socket),
		meter:    b.meter(meterKey{loadBalancer: loadBalancerOf(arn), world: worldOf(arn)}),
		clients:  map[*client]struct{}{},
	}
	l.table.Store(&table{idle: defaultIdle})
	return l
}

func (l *listener) accept() {
	for {
		conn, err := l.socket.Accept()
		if l.closing.Load() {
			if err == nil {
				conn.Close()
			}
			return
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond) // out of descriptors: let some go
			continue
		}
		l.admit(newClient(l, conn))
	}
}

// admit starts serving c unless the listener has been closed meanwhile.
func (l *listener) admit(c *client) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing.Load() {
		c.conn.Close()
		return
	}
	l.clients[c] = struct{}{}
	l.balancer.work.Go(func() {
		defer l.leave(c)
		c.serve()
	})
}

func (l *listener) leave(c *client) {
	c.conn.Close()
	l.mu.Lock()
	delete(l.clients, c)
	l.mu.Unlock()
}

// close ends the listener; with force, requests in flight are cut off.
func (l *listener) close(force bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closing.Store(true)
	l.socket.Close()
	for c := range l.clients {
		if force || !c.busy.Load() {
			c.conn.Close()
		}
	}
}

// deserted tells whether no client is left.
func (l *listener) deserted() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.clients) == 0
}
