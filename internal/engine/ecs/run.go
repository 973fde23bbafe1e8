package ecs

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	lookEvery   = time.Second // target health comes without a call
	sweepEvery  = time.Minute
	remember    = time.Hour      // stopped tasks and INACTIVE services stay visible
	rememberRun = 24 * time.Hour // RunTask's client tokens
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
		e.attend(ctx, agents, e.round(ctx))
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

// round looks at every service once and does what is to be done. It returns
// the tasks that had not STOPPED at its begin.
func (e *ECS) round(ctx context.Context) map[string]task {
	e.sweep()
	living := e.rows.tasks.living("")
	clusters := map[string]map[string]task{} // by the prefix of their keys
	for key, t := range living {
		prefix := strings.TrimSuffix(key, t.id())
		if clusters[prefix] == nil {
			clusters[prefix] = map[string]task{}
		}
		clusters[prefix][key] = t
	}
	for key, row := range e.rows.services.All("") {
		if row.status() == "INACTIVE" {
			continue
		}
		world := as(ctx, key)
		v := e.look(world, key, row, clusters[strings.TrimSuffix(key, *row.ServiceName)])
		if ctx.Err() != nil {
			break // what neighbours say to an ended context is no verdict
		}
		e.prove(key, row, v)
		for _, m := range next(v) {
			e.act(world, key, v, m)
		}
	}
	return living
}

// attend gives every task an agent, and tells agents whose task is to stop.
func (e *ECS) attend(ctx context.Context, agents map[string]*agent, tasks map[string]task) {
	for key, a := range agents {
		select {
		case <-a.done:
			delete(agents, key)
		default:
		}
	}
	if ctx.Err() != nil {
		return // an agent that leaves its task must not get a successor
	}
	for key, t := range tasks {
		a := agents[key]
		if a == nil && e.waits(key) {
			a = e.hire(as(ctx, key), key)
			agents[key] = a
		}
		if a != nil && aws.ToString(t.DesiredStatus) == "STOPPED" {
			a.dismiss()
		}
	}
}

// waits tells whether a task still has no end: it may have STOPPED, and its
// agent have gone, since the tasks were read.
func (e *ECS) waits(key string) bool {
	t, ok := e.rows.tasks.Get(key)
	return ok && !t.stopped()
}

// sweep forgets what has ended long ago.
func (e *ECS) sweep() {
	e.sweepDefinitions()
	if time.Since(e.swept) < sweepEvery {
		return
	}
	e.swept = time.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	for key, t := range e.rows.tasks.All("") {
		if t.stopped() && time.Since(*t.StoppedAt) > remember {
			e.rows.tasks.Delete(key)
		}
	}
	for key, row := range e.rows.services.All("") {
		switch {
		case row.status() != "INACTIVE":
			e.sweepHistory(key, row)
		case time.Since(row.Ended) > remember:
			e.forget(key)
		}
	}
	for key, r := range e.rows.runs.All("") {
		if time.Since(r.At) > rememberRun {
			e.rows.runs.Delete(key)
		}
	}
}
