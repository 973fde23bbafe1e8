package ecs

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	lookEvery = time.Second // target health comes without a call
	remember  = time.Hour   // stopped tasks and INACTIVE services stay visible
)

// Run schedules services and runs tasks until ctx ends, and returns when all
// that it started has ended: containers are stopped and removed, unless
// Options.Leave says otherwise. Tasks that an earlier
// engine left are STOPPED. Run is called once.
func (e *ECS) Run(ctx context.Context) {
	e.bury(ctx)
	agents := map[string]*agent{}
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		e.round(ctx)
		e.attend(ctx, agents)
		select {
		case <-ctx.Done():
		case <-e.wake:
		case <-ticker.C:
		}
	}
	for _, a := range agents {
		<-a.done
	}
}

// round looks at every service once and does what is to be done.
func (e *ECS) round(ctx context.Context) {
	e.sweep()
	tasks := map[string]map[string]task{} // by the key of their cluster
	for key, row := range e.rows.services.All("") {
		if row.status() == "INACTIVE" {
			continue
		}
		prefix := key[:len(key)-len(*row.ServiceName)]
		if tasks[prefix] == nil {
			tasks[prefix] = e.living(prefix)
		}
		world := as(ctx, key)
		v := e.look(world, key, row, tasks[prefix])
		e.prove(key, row, v)
		for _, m := range next(v) {
			e.act(world, key, v, m)
		}
	}
}

func (e *ECS) living(prefix string) map[string]task {
	tasks := map[string]task{}
	for key, t := range e.rows.tasks.All(prefix) {
		if !t.stopped() {
			tasks[key] = t
		}
	}
	return tasks
}

// attend gives every task an agent, and tells agents whose task is to stop.
func (e *ECS) attend(ctx context.Context, agents map[string]*agent) {
	for key, a := range agents {
		select {
		case <-a.done:
			delete(agents, key)
		default:
		}
	}
	for key, t := range e.living("") {
		a := agents[key]
		if a == nil {
			a = e.hire(as(ctx, key), key)
			agents[key] = a
		}
		if aws.ToString(t.DesiredStatus) == "STOPPED" {
			a.dismiss()
		}
	}
}

// sweep forgets what has ended long ago.
func (e *ECS) sweep() {
	e.sweepDefinitions()
	e.mu.Lock()
	defer e.mu.Unlock()
	for key, t := range e.rows.tasks.All("") {
		if t.stopped() && time.Since(*t.StoppedAt) > remember {
			e.rows.tasks.Delete(key)
		}
	}
	for key, row := range e.rows.services.All("") {
		if row.status() == "INACTIVE" && time.Since(row.Ended) > remember {
			e.forget(key)
		}
	}
	for key, r := range e.rows.runs.All("") {
		if time.Since(r.At) > 24*time.Hour {
			e.rows.runs.Delete(key)
		}
	}
}
