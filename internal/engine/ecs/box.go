package ecs

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/runtime"
)

// startTimeout is how long others wait for a container without its own.
const startTimeout = 3 * time.Minute

// box is one container of the task, started or not.
type box struct {
	definition types.ContainerDefinition
	image      string            // as pulled
	container  runtime.Container // nil until started
	startedAt  time.Time
	progress   progress
	log        *logStream // nil when its output is dropped
}

func (b *box) essential() bool { return aws.ToBool(b.definition.Essential) }

func (a *agent) progress() map[string]progress {
	all := map[string]progress{}
	for name, b := range a.boxes {
		all[name] = b.progress
	}
	return all
}

// startReady starts the containers whose dependencies are met.
func (a *agent) startReady(work context.Context) error {
	for _, c := range a.definition.ContainerDefinitions {
		b := a.boxes[*c.Name]
		if b.progress.started {
			continue
		}
		switch answer, d := startable(c, a.progress()); answer {
		case never:
			return a.unmet(c, d)
		case notYet:
			if d, late := a.late(c); late {
				return a.unmet(c, d)
			}
		case ready:
			if err := a.start(work, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// unmet is the end of a task with a dependency that will not be met.
func (a *agent) unmet(c types.ContainerDefinition, d types.ContainerDependency) error {
	end := notStarted("Task failed to start")
	end.container = *c.Name
	end.detail = "dependency graph: container " + *d.ContainerName + " did not reach the condition " + string(d.Condition)
	return end
}

// late finds a dependency of a container that has run out of time.
func (a *agent) late(c types.ContainerDefinition) (types.ContainerDependency, bool) {
	for _, d := range c.DependsOn {
		b := a.boxes[*d.ContainerName]
		if satisfied(d.Condition, b.progress) == notYet && b.progress.started && time.Since(b.startedAt) >= b.timeout() {
			return d, true
		}
	}
	return types.ContainerDependency{}, false
}

func (b *box) timeout() time.Duration {
	if t := b.definition.StartTimeout; t != nil {
		return time.Duration(*t) * time.Second
	}
	return startTimeout
}

// patience is how long the agent may wait for news before a dependency could
// be late.
func (a *agent) patience() time.Duration {
	wait := time.Hour
	for _, c := range a.definition.ContainerDefinitions {
		if a.boxes[*c.Name].progress.started {
			continue
		}
		for _, d := range c.DependsOn {
			if b := a.boxes[*d.ContainerName]; b.progress.started {
				wait = min(wait, max(0, b.timeout()-time.Since(b.startedAt)))
			}
		}
	}
	return wait
}

func (a *agent) allStarted() bool {
	for _, b := range a.boxes {
		if !b.progress.started {
			return false
		}
	}
	return true
}

// start starts one container and listens to it.
func (a *agent) start(work context.Context, b *box) error {
	name := *b.definition.Name
	if err := a.fetchSecrets(work); err != nil {
		return err
	}
	c, err := a.sandbox.Start(work, a.configure(work, b))
	if err != nil {
		b.log.Close()
		if work.Err() != nil {
			return work.Err()
		}
		return noStart(name, err)
	}
	b.container, b.startedAt = c, time.Now()
	b.progress = progress{started: true, health: types.HealthStatusUnknown}
	a.forwarders.Go(func() { a.forward(name, c) })
	a.edit(func(t *task) {
		shown := container(t, name)
		shown.LastStatus, shown.RuntimeId, shown.ExitCode, shown.Reason = aws.String("RUNNING"), aws.String(c.ID()), nil, nil
	})
	return nil
}

func (a *agent) forward(name string, c runtime.Container) {
	for {
		select {
		case event, open := <-c.Events():
			if !open {
				return
			}
			select {
			case a.news <- news{name, event, c}:
			case <-a.quit:
				return
			}
		case <-a.quit:
			return
		}
	}
}

// note takes in an event of a container. The error is the end of the task, or
// nil when it goes on.
func (a *agent) note(n news) error {
	b := a.boxes[n.container]
	if n.of != b.container {
		return nil
	}
	if n.event.Exit == nil {
		b.progress.health = types.HealthStatus(n.event.Health)
		a.edit(func(t *task) {
			container(t, n.container).HealthStatus = b.progress.health
			t.HealthStatus = a.taskHealth()
		})
		a.e.nudge()
		return nil
	}
	return a.exited(b, *n.event.Exit)
}

func (a *agent) exited(b *box, exit runtime.Exit) error {
	name := *b.definition.Name
	b.progress.exited, b.progress.code = true, exit.Code
	a.edit(func(t *task) {
		shown := container(t, name)
		shown.LastStatus, shown.ExitCode, shown.Reason = aws.String("STOPPED"), aws.Int32(int32(exit.Code)), optional(exitReason(exit))
	})
	if a.restarts(b, exit) {
		b.progress, b.container, b.log = progress{}, nil, a.newLog(b.definition)
		return nil
	}
	if b.essential() {
		return &ending{code: types.TaskStopCodeEssentialContainerExited, reason: "Essential container in task exited"}
	}
	return nil
}

// restarts tells whether the container's restart policy starts it again: it
// must have run for the attempt period, and the code must not be ignored.
func (a *agent) restarts(b *box, exit runtime.Exit) bool {
	p := b.definition.RestartPolicy
	if p == nil || !aws.ToBool(p.Enabled) || slices.Contains(p.IgnoredExitCodes, int32(exit.Code)) {
		return false
	}
	period := time.Duration(*or(p.RestartAttemptPeriod, 300)) * time.Second
	return time.Since(b.startedAt) >= period
}

// taskHealth sums up the health of the essential containers that have checks.
func (a *agent) taskHealth() types.HealthStatus {
	sum := types.HealthStatusHealthy
	for _, b := range a.boxes {
		if b.definition.HealthCheck == nil || !b.essential() {
			continue
		}
		switch b.progress.health {
		case types.HealthStatusUnhealthy:
			return types.HealthStatusUnhealthy
		case types.HealthStatusHealthy:
		default:
			sum = types.HealthStatusUnknown
		}
	}
	return sum
}
