package docker

import (
	"context"
	"sync"
	"time"

	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"
)

// reconnect is the pause before a broken event stream is opened again.
const reconnect = 200 * time.Millisecond

// watched is the containers that want to know when something happened to them.
// The event says only that it is time to look: the truth is what an inspection
// shows, so an event that was missed or told twice does no harm.
type watched struct {
	mu   sync.Mutex
	look map[string]chan struct{}
}

func (w *watched) add(id string) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.look == nil {
		w.look = map[string]chan struct{}{}
	}
	look := make(chan struct{}, 1)
	w.look[id] = look
	return look
}

func (w *watched) drop(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.look, id)
}

func (w *watched) wake(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if look, ok := w.look[id]; ok {
		nudge(look)
	}
}

func (w *watched) wakeAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, look := range w.look {
		nudge(look)
	}
}

func nudge(look chan<- struct{}) {
	select {
	case look <- struct{}{}:
	default: // it will look anyway
	}
}

// watch reads the Docker Engine's events until the runtime is closed.
func (r *Runtime) watch() {
	for r.ctx.Err() == nil {
		r.follow(r.ctx)
		sleep(r.ctx, reconnect)
	}
}

// sleep returns after d, or earlier when ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// follow reads one event stream to its end. Health checks flood the stream
// with exec events, so it asks for what changes a container's state only.
func (r *Runtime) follow(ctx context.Context) {
	filters := r.own().
		Add("type", string(events.ContainerEventType)).
		Add("event", "die", "oom", "destroy", "health_status")
	stream := r.docker.Events(ctx, client.EventsListOptions{Filters: filters})
	r.watched.wakeAll() // whatever happened before the stream was open
	for {
		select {
		case message := <-stream.Messages:
			r.watched.wake(message.Actor.ID)
		case <-stream.Err:
			return
		}
	}
}
