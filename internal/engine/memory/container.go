package memory

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"photon/internal/engine/runtime"
)

type container struct {
	id     string
	task   runtime.SandboxConfig
	config runtime.ContainerConfig
	how    behaviour

	begin    time.Time
	events   chan runtime.Event // never blocks: room for every event of a life
	term     chan time.Duration // SIGTERM with its grace period
	killed   chan struct{}
	killOnce sync.Once
	ended    chan struct{}
	listener *listener
}

func newContainer(id string, task runtime.SandboxConfig, config runtime.ContainerConfig, how behaviour) *container {
	return &container{
		id: id, task: task, config: config, how: how, begin: time.Now(),
		events: make(chan runtime.Event, 4), term: make(chan time.Duration, 1),
		killed: make(chan struct{}), ended: make(chan struct{}), listener: newListener(),
	}
}

func (c *container) ID() string                   { return c.id }
func (c *container) Events() <-chan runtime.Event { return c.events }

// Stop sends SIGTERM; a second one changes nothing.
func (c *container) Stop(_ context.Context, grace time.Duration) error {
	select {
	case c.term <- grace:
	default:
	}
	return nil
}

// Usage implements runtime.Meter.
func (c *container) Usage(context.Context) (runtime.Usage, error) {
	return runtime.Usage{
		CPU:    time.Since(c.begin) * time.Duration(c.how.cpu) / 1000,
		Memory: int64(c.how.used) << 20,
	}, nil
}

func (c *container) kill() { c.killOnce.Do(func() { close(c.killed) }) }

// live is the container's process: it serves until it is told to end.
func (c *container) live() {
	defer close(c.ended)
	if c.config.Output != nil {
		for _, line := range c.how.log {
			fmt.Fprintln(c.config.Output, line)
		}
	}
	server := &http.Server{Handler: http.HandlerFunc(c.answer)}
	ctx, cancel := context.WithCancel(context.Background())
	var owned sync.WaitGroup
	owned.Go(func() { _ = server.Serve(c.listener) })
	exit := c.run(ctx, server, &owned)
	cancel()
	_ = server.Close()
	owned.Wait()
	if c.config.Output != nil {
		_ = c.config.Output.Close()
	}
	c.events <- runtime.Event{Exit: &exit}
	close(c.events)
}

// run waits for the end and says how it came, telling health on the way.
func (c *container) run(ctx context.Context, server *http.Server, owned *sync.WaitGroup) runtime.Exit {
	healthy, unhealthy := c.healthTimers()
	ends := timer(c.how.run, c.how.ends)
	var kill <-chan time.Time
	stopping := make(chan struct{})
	for {
		select {
		case <-healthy:
			c.events <- runtime.Event{Health: "HEALTHY"}
		case <-unhealthy:
			c.events <- runtime.Event{Health: "UNHEALTHY"}
		case <-ends:
			return runtime.Exit{Code: c.how.exit, OOMKilled: c.how.oom}
		case grace := <-c.term:
			kill = timer(grace, true)
			if !c.how.ignoreTerm {
				owned.Go(func() { shutdown(ctx, server, stopping) })
			}
		case <-stopping:
			return runtime.Exit{}
		case <-kill:
			return runtime.Exit{Code: 137}
		case <-c.killed:
			return runtime.Exit{Code: 137}
		}
	}
}

// shutdown ends as a well-behaved program does: it answers what it has begun.
func shutdown(ctx context.Context, server *http.Server, done chan<- struct{}) {
	if server.Shutdown(ctx) == nil {
		close(done)
	}
}

func (c *container) healthTimers() (healthy, unhealthy <-chan time.Time) {
	check := c.config.Health
	if check == nil {
		return nil, nil
	}
	if c.how.unhealthy {
		return nil, timer(check.Start+check.Interval*time.Duration(max(check.Retries, 1)), true)
	}
	after := c.how.healthyAfter
	if after == 0 {
		after = check.Interval
	}
	return timer(after, true), timer(c.how.unhealthyAfter, c.how.unhealthyAfter > 0)
}

// timer is a channel that fires after d, or never.
func timer(d time.Duration, on bool) <-chan time.Time {
	if !on {
		return nil
	}
	return time.After(d)
}
