package docker

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"photon/internal/engine/runtime"
)

const (
	// drain bounds the wait for the last output of a container that exited.
	drain = 5 * time.Second
	// again is the pause after an inspection that did not work.
	again = time.Second
	// killed is the exit code of a process that got SIGKILL.
	killed = 137
)

// running is a started container.
type running struct {
	sandbox *sandbox
	id      string
	output  io.WriteCloser
	look    <-chan struct{}
	events  chan runtime.Event
	logged  chan struct{} // closed after output is
	logs    context.Context
	endLogs context.CancelFunc
}

func newRunning(s *sandbox, id string, output io.WriteCloser) *running {
	c := &running{
		sandbox: s, id: id, output: output,
		look:   s.runtime.watched.add(id),
		events: make(chan runtime.Event, 16),
		logged: make(chan struct{}),
	}
	c.logs, c.endLogs = context.WithCancel(s.ctx)
	return c
}

// ID implements runtime.Container.
func (c *running) ID() string { return c.id }

// Events implements runtime.Container. The exit comes after Output was closed.
func (c *running) Events() <-chan runtime.Event { return c.events }

// Stop implements runtime.Container. The signal is the image's STOPSIGNAL
// where it has one.
func (c *running) Stop(ctx context.Context, grace time.Duration) error {
	state, err := c.inspect(ctx)
	if errdefs.IsNotFound(err) || err == nil && !state.Running {
		return nil
	}
	if err != nil {
		return fmt.Errorf("container %.12s: %s", c.id, daemonText(err))
	}
	seconds := int(math.Ceil(grace.Seconds()))
	c.sandbox.spawn(func() {
		// An error shows as an exit that does not come; the caller's Remove
		// kills the container then.
		_, _ = c.sandbox.runtime.docker.ContainerStop(c.sandbox.ctx, c.id, client.ContainerStopOptions{Timeout: &seconds})
	})
	return nil
}

// watch turns looks at the container into events, and ends with the exit.
func (c *running) watch() {
	defer close(c.events)
	defer c.sandbox.runtime.watched.drop(c.id)
	health := container.Starting
	for {
		state, err := c.inspect(c.sandbox.ctx)
		switch {
		case errdefs.IsNotFound(err):
			c.exit(&runtime.Exit{Code: killed, Reason: "the container was removed"})
			return
		case err == nil && ended(state):
			c.exit(&runtime.Exit{Code: state.ExitCode, OOMKilled: state.OOMKilled, Reason: state.Error})
			return
		case err == nil && state.Health != nil && state.Health.Status != health:
			health = state.Health.Status
			c.tell(health)
		}
		if !c.wait(err) {
			return
		}
	}
}

// wait returns when it is time to look again, and false when it never is.
func (c *running) wait(err error) bool {
	var retry <-chan time.Time
	if err != nil {
		timer := time.NewTimer(again)
		defer timer.Stop()
		retry = timer.C
	}
	select {
	case <-c.look:
		return true
	case <-retry:
		return true
	case <-c.sandbox.ctx.Done():
		return false
	}
}

func (c *running) inspect(ctx context.Context) (*container.State, error) {
	result, err := c.sandbox.runtime.docker.ContainerInspect(ctx, c.id, client.ContainerInspectOptions{})
	return result.Container.State, err
}

func ended(state *container.State) bool {
	return state.Status == container.StateExited || state.Status == container.StateDead
}

func (c *running) tell(health container.HealthStatus) {
	switch health {
	case container.Healthy:
		c.send(runtime.Event{Health: "HEALTHY"})
	case container.Unhealthy:
		c.send(runtime.Event{Health: "UNHEALTHY"})
	}
}

func (c *running) exit(exit *runtime.Exit) {
	timer := time.NewTimer(drain)
	defer timer.Stop()
	select {
	case <-c.logged:
	case <-timer.C:
		c.endLogs()
		<-c.logged
	}
	c.send(runtime.Event{Exit: exit})
}

// send waits for the reader, but not after the sandbox was removed.
func (c *running) send(event runtime.Event) {
	select {
	case c.events <- event:
		return
	default:
	}
	select {
	case c.events <- event:
	case <-c.sandbox.removed:
	case <-c.sandbox.ctx.Done():
	}
}
