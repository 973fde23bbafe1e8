package ecs

import (
	"context"
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

const (
	stopTimeout  = 30 * time.Second // of a container that names none
	hurry        = 2 * time.Second  // the same when the engine ends
	drainLook    = 500 * time.Millisecond
	removeWithin = time.Minute
)

// register makes the task's targets known to their load balancers.
func (a *agent) register(work context.Context) error {
	t := a.task()
	if t.Service == "" {
		return nil
	}
	r, _ := a.e.rows.revisions.Get(t.serviceKey() + "/" + t.Revision)
	if len(r.LoadBalancers) == 0 {
		return nil
	}
	a.status("ACTIVATING")
	for _, b := range r.LoadBalancers {
		at := target{Group: *b.TargetGroupArn, Address: netip.AddrPortFrom(t.Interface.Address, uint16(*b.ContainerPort))}
		if err := a.e.parts.Targets.Register(work, at.Group, at.Address, false); err != nil {
			return notStarted("Unable to register targets in (target-group %s): %s", at.Group, cause(err))
		}
		a.edit(func(t *task) { t.Targets = append(t.Targets, at) })
		a.e.announce(t, "registered 1 targets in (target-group %s)", at.Group)
	}
	return nil
}

// leave takes the task from DEACTIVATING to STOPPED.
func (a *agent) leave(ctx context.Context) {
	rest := context.WithoutCancel(ctx)
	if len(a.task().Targets) > 0 {
		a.status("DEACTIVATING")
		a.deregister(rest)
		a.drain(ctx)
	}
	a.status("STOPPING")
	a.stopAll(ctx)
	a.edit(func(t *task) { t.ExecutionStoppedAt = aws.Time(time.Now()) })
	a.status("DEPROVISIONING")
	a.deprovision(rest)
	t := a.edit(func(t *task) {
		t.LastStatus, t.StoppedAt = aws.String("STOPPED"), aws.Time(time.Now())
		t.Connectivity = types.ConnectivityDisconnected
		t.Attachments[0].Status = aws.String("DELETED")
		for i := range t.Containers {
			t.Containers[i].LastStatus = aws.String("STOPPED")
		}
	})
	a.e.settleUp(t)
}

func (a *agent) deregister(rest context.Context) {
	t := a.task()
	a.e.announce(t, "has begun draining connections on 1 tasks.")
	for _, at := range t.Targets {
		if a.e.parts.Targets.Register(rest, at.Group, at.Address, true) == nil {
			a.e.announce(t, "deregistered 1 targets in (target-group %s)", at.Group)
		}
	}
}

// drain waits until no target is registered any more, so that no request is
// cut off. A task that has lost an essential container cannot answer anyway.
func (a *agent) drain(ctx context.Context) {
	ticker := time.NewTicker(drainLook)
	defer ticker.Stop()
	for !a.crippled() && a.draining(ctx) {
		select {
		case n := <-a.news:
			_ = a.note(n)
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (a *agent) draining(ctx context.Context) bool {
	for _, at := range a.task().Targets {
		if state, _, _ := a.e.parts.Targets.Health(ctx, at.Group, at.Address); state != "" {
			return true
		}
	}
	return false
}

func (a *agent) crippled() bool {
	for _, b := range a.boxes {
		if b.essential() && b.progress.exited {
			return true
		}
	}
	return false
}

// stopAll stops the containers, dependents before what they depend on, and
// waits for their ends. What does not end in time is left to the removal.
func (a *agent) stopAll(ctx context.Context) {
	rest, told := context.WithoutCancel(ctx), map[string]bool{}
	late := time.NewTimer(a.patienceToStop(ctx))
	defer late.Stop()
	for {
		up := stoppable(a.definition.ContainerDefinitions, a.progress())
		if len(up) == 0 {
			return
		}
		for _, name := range up {
			if !told[name] {
				told[name] = true
				_ = a.boxes[name].container.Stop(rest, a.grace(ctx, a.boxes[name]))
			}
		}
		select {
		case n := <-a.news:
			a.gone(n)
		case <-late.C:
			return
		}
	}
}

// gone takes in the end of a container that was told to stop: no policy
// starts it again.
func (a *agent) gone(n news) {
	if n.event.Exit != nil {
		a.boxes[n.container].definition.RestartPolicy = nil
	}
	_ = a.note(n)
}

// grace is the time between SIGTERM and SIGKILL; an engine that ends is in a
// hurry.
func (a *agent) grace(ctx context.Context, b *box) time.Duration {
	grace := stopTimeout
	if t := b.definition.StopTimeout; t != nil {
		grace = time.Duration(*t) * time.Second
	}
	if ctx.Err() != nil {
		return min(grace, hurry)
	}
	return grace
}

func (a *agent) patienceToStop(ctx context.Context) time.Duration {
	wait := 10 * time.Second
	for _, b := range a.boxes {
		wait += a.grace(ctx, b)
	}
	return wait
}

// deprovision removes the sandbox, sends the last lines and gives the network
// interface back.
func (a *agent) deprovision(rest context.Context) {
	a.clearOut(rest)
	a.flushLogs()
	if id := a.task().Interface.ID; id != "" {
		_ = a.e.parts.Detach(rest, id)
	}
}

// clearOut removes the sandbox and takes in what its containers still have to
// say, which the removal may be waiting for.
func (a *agent) clearOut(rest context.Context) {
	ctx, cancel := context.WithTimeout(rest, removeWithin)
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if a.sandbox != nil {
			_ = a.sandbox.Remove(ctx) // what is left is the runtime's to sweep
		}
		a.forwarders.Wait()
	}()
	for {
		select {
		case n := <-a.news:
			a.gone(n)
		case <-ctx.Done():
			close(a.quit)
			<-ended
			return
		case <-ended:
			return
		}
	}
}

// flushLogs waits until every line has been sent. The runtime closes a
// started container's output after its last byte.
func (a *agent) flushLogs() {
	for _, b := range a.boxes {
		if !b.progress.started {
			_ = b.log.Close()
		}
	}
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	for _, l := range a.logs {
		select {
		case <-l.closed:
		case <-late.C:
		}
		_ = l.Close()
		<-l.done
	}
}
