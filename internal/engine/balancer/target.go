package balancer

import (
	"bufio"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

const (
	maxIdlePerTarget = 256
	maxIdleTime      = 60 * time.Second
	trustedIdleTime  = time.Second // an idle connection this young is not checked
	readBuffer       = 16 << 10
)

// target is one address behind the load balancer with its connections.
type target struct {
	address  netip.AddrPort
	dial     dialer
	inFlight atomic.Int64
	away     atomic.Bool // takes no new requests

	mu      sync.Mutex
	dropped bool
	idle    []*upstream // oldest first
	open    map[*upstream]struct{}
}

// upstream is a connection to a target.
type upstream struct {
	conn   net.Conn
	reader *bufio.Reader
	reused bool
	since  time.Time // when it became idle
}

// take counts a request on t, unless t is away. Whoever drains t first sets
// away and then reads inFlight, so no request slips through unseen.
func (t *target) take() bool {
	t.inFlight.Add(1)
	if t.away.Load() {
		t.inFlight.Add(-1)
		return false
	}
	return true
}

func (t *target) done() { t.inFlight.Add(-1) }

// connect returns an idle connection or a new one. A request that cannot be
// sent twice gets no idle connection whose other end may have closed it.
func (t *target) connect(replayable bool) (*upstream, error) {
	for {
		u := t.popIdle()
		if u == nil {
			return t.openNew()
		}
		if replayable && time.Since(u.since) < trustedIdleTime || alive(u.conn) {
			return u, nil
		}
		t.discard(u)
	}
}

func (t *target) popIdle() *upstream {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := len(t.idle) - 1
	if last < 0 {
		return nil
	}
	u := t.idle[last]
	t.idle[last] = nil
	t.idle = t.idle[:last]
	u.reused = true
	return u
}

// openNew dials one new connection.
func (t *target) openNew() (*upstream, error) {
	ctx, cancel := dialContext()
	defer cancel()
	conn, err := t.dial(ctx, t.address)
	if err != nil {
		return nil, err
	}
	u := &upstream{conn: conn, reader: bufio.NewReaderSize(conn, readBuffer)}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dropped {
		conn.Close()
		return nil, net.ErrClosed
	}
	if t.open == nil {
		t.open = map[*upstream]struct{}{}
	}
	t.open[u] = struct{}{}
	return u, nil
}

// keep gives a connection back for the next request.
func (t *target) keep(u *upstream, now time.Time) {
	t.mu.Lock()
	if t.away.Load() || len(t.idle) >= maxIdlePerTarget || u.reader.Buffered() > 0 {
		t.mu.Unlock()
		t.discard(u)
		return
	}
	u.since = now
	t.idle = append(t.idle, u)
	oldest := t.idle[0]
	expired := now.Sub(oldest.since) > maxIdleTime
	if expired {
		t.idle = append(t.idle[:0], t.idle[1:]...)
	}
	t.mu.Unlock()
	if expired {
		t.discard(oldest)
	}
}

func (t *target) discard(u *upstream) {
	u.conn.Close()
	t.mu.Lock()
	delete(t.open, u)
	t.mu.Unlock()
}

func (t *target) closeIdle() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, u := range t.idle {
		u.conn.Close()
		delete(t.open, u)
	}
	t.idle = nil
}

// drop closes every connection, also those with requests in flight.
func (t *target) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dropped = true
	t.away.Store(true)
	for u := range t.open {
		u.conn.Close()
	}
	t.idle = nil
}
