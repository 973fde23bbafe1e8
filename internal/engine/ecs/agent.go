package ecs

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/runtime"
)

// agent runs one task, from PROVISIONING to STOPPED, in one goroutine. It is
// the only writer of the task's LastStatus and containers. Secrets are held
// here alone, and only until the last container has started.
type agent struct {
	e       *ECS
	key     string
	dismiss func()        // makes the task stop
	done    chan struct{} // closed when the task has STOPPED

	definition definition
	secrets    map[string]string // by valueFrom
	sandbox    runtime.Sandbox
	boxes      map[string]*box
	news       chan news
	quit       chan struct{} // ends the forwarders of news
	forwarders sync.WaitGroup
	logs       []*logStream // of every start of every container
}

// news is an event of one of the task's containers; of life tells events of
// an earlier start of the container from those of this one.
type news struct {
	container string
	event     runtime.Event
	of        runtime.Container
}

// hire makes the agent of a task and sets it to work in the task's world.
func (e *ECS) hire(ctx context.Context, key string) *agent {
	work, dismiss := context.WithCancel(ctx)
	a := &agent{
		e: e, key: key, dismiss: dismiss, done: make(chan struct{}),
		secrets: map[string]string{}, boxes: map[string]*box{},
		news: make(chan news), quit: make(chan struct{}),
	}
	go a.run(ctx, work)
	return a
}

// run lives the task's life. work ends when the task shall stop; ctx ends
// with the engine.
func (a *agent) run(ctx, work context.Context) {
	defer close(a.done)
	defer a.e.nudge()
	err := a.provision(work)
	if err == nil {
		err = a.watch(work)
	}
	a.dismiss()
	clear(a.secrets)
	if ctx.Err() != nil && a.e.options.Leave {
		close(a.quit)
		a.forwarders.Wait()
		return
	}
	a.conclude(err, ctx.Err() != nil)
	a.leave(ctx)
}

// edit changes the task's row.
func (a *agent) edit(change func(*task)) task {
	a.e.mu.Lock()
	defer a.e.mu.Unlock()
	t, _ := a.e.rows.tasks.Get(a.key)
	change(&t)
	t.Version++
	a.e.rows.tasks.Put(a.key, t)
	return t
}

func (a *agent) task() task {
	t, _ := a.e.rows.tasks.Get(a.key)
	return t
}

// status moves the task on and has the scheduler look.
func (a *agent) status(status string) task {
	t := a.edit(func(t *task) { t.LastStatus = &status })
	a.e.nudge()
	return t
}

// conclude writes why the task stops, unless somebody has said so already.
func (a *agent) conclude(err error, ended bool) {
	a.edit(func(t *task) {
		var end *ending
		switch {
		case ended:
			t.stop(types.TaskStopCodeTerminationNotice, engineStopped)
		case errors.As(err, &end):
			t.stop(end.code, end.reason)
			noteReason(t, end.container, end.detail)
		case err != nil:
			t.stop(types.TaskStopCodeTaskFailedToStart, err.Error())
		}
		t.DesiredStatus = aws.String("STOPPED")
		if t.StoppingAt == nil {
			t.StoppingAt = aws.Time(time.Now())
		}
	})
}

// noteReason says at a container why it did not run.
func noteReason(t *task, container, detail string) {
	for i, c := range t.Containers {
		if *c.Name == container && detail != "" {
			t.Containers[i].Reason = &detail
		}
	}
}

// watch starts the containers as their dependencies allow, registers the
// targets once all run, and returns when the task is to stop or has failed.
func (a *agent) watch(work context.Context) error {
	active, g := false, &gauge{at: time.Now()}
	for {
		if err := a.startReady(work); err != nil {
			return err
		}
		if a.allStarted() {
			clear(a.secrets)
		}
		if !active && a.allStarted() {
			if err := a.activate(work); err != nil {
				return err
			}
			active = true
		}
		timer := time.NewTimer(min(a.patience(), g.wait()))
		select {
		case n := <-a.news:
			timer.Stop()
			if err := a.note(n); err != nil {
				return err
			}
		case <-timer.C:
			a.measure(work, g)
		case <-work.Done():
			timer.Stop()
			return nil
		}
	}
}

// activate makes the task RUNNING, known to its load balancers.
func (a *agent) activate(work context.Context) error {
	if err := a.register(work); err != nil {
		return err
	}
	a.edit(func(t *task) { t.StartedAt = aws.Time(time.Now()) })
	a.status("RUNNING")
	return nil
}
