package ecs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// look reads a service, its tasks and their health.
func (e *ECS) look(ctx context.Context, key string, row service, tasks map[string]task) view {
	c := row.DeploymentConfiguration
	desired := int(row.DesiredCount)
	v := view{
		now: time.Now(), draining: row.status() == "DRAINING", desired: desired, goal: row.Goal,
		minimum: (desired*int(*c.MinimumHealthyPercent) + 99) / 100,
		maximum: desired * int(*c.MaximumPercent) / 100,
		steady:  row.Steady, startAfter: row.StartAfter,
	}
	goal, _ := e.rows.revisions.Get(key + "/" + row.Goal)
	v.stalled = goal.Rollout == types.DeploymentRolloutStateFailed
	if d, ok := e.rows.deployments.Get(key + "/" + row.Deployment); ok && !d.ended() {
		v.deployment = seen(d, row, goal)
	}
	for taskKey, t := range tasks {
		if t.Service == *row.ServiceName && !t.stopped() {
			v.tasks = append(v.tasks, e.examine(ctx, taskKey, t, row))
		}
	}
	slices.SortFunc(v.tasks, func(a, b taskView) int {
		return cmp.Or(a.created.Compare(b.created), strings.Compare(a.id, b.id))
	})
	return v
}

func seen(d deployment, row service, goal revision) *deploymentView {
	v := &deploymentView{
		strategy: d.DeploymentConfiguration.Strategy, status: d.Status,
		failures: int(goal.Failed),
	}
	if row.Completed != d.Target {
		v.candidate = row.Completed
	}
	if b := d.DeploymentConfiguration.DeploymentCircuitBreaker; b != nil {
		v.breaker, v.rollback = b.Enable, b.Rollback
		v.threshold = threshold(b, int(row.DesiredCount))
	}
	return v
}

// examine looks at one task, asking the load balancer about its targets.
func (e *ECS) examine(ctx context.Context, key string, t task, row service) taskView {
	v := taskView{id: last(key), revision: t.Revision, phase: t.phase(), proven: t.Proven, created: *t.CreatedAt,
		protected: t.ProtectedUntil.After(time.Now())}
	if v.phase == running {
		grace := time.Duration(aws.ToInt32(row.HealthCheckGracePeriodSeconds)) * time.Second
		v.health, v.reason, v.event = e.diagnose(ctx, t, time.Since(*t.StartedAt) >= grace)
	}
	return v
}

// diagnose judges a running task by its container health checks, its targets
// and, without either, its age. For an unhealthy one it returns the reason to
// stop it and the event to tell.
func (e *ECS) diagnose(ctx context.Context, t task, judged bool) (health, string, string) {
	verdict := healthy
	switch t.HealthStatus {
	case types.HealthStatusUnhealthy:
		if judged {
			return unhealthy, "Task failed container health checks", ""
		}
		verdict = waiting
	case types.HealthStatusUnknown:
		if t.Checked {
			verdict = waiting
		}
	}
	for _, target := range t.Targets {
		state, _, description := e.parts.Targets.Health(ctx, target.Group, target.Address)
		switch {
		case state == "unhealthy" && judged:
			return unhealthy, "Task failed ELB health checks in (target-group " + target.Group + ")", fmt.Sprintf(
				"(port %d) is unhealthy in (target-group %s) due to (reason %s)", target.Address.Port(), target.Group, description)
		case state != "healthy":
			verdict = waiting
		}
	}
	if len(t.Targets) == 0 && !t.Checked && time.Since(*t.StartedAt) < e.options.Settle {
		verdict = waiting
	}
	return verdict, "", ""
}

// prove records that tasks have become healthy, which clears the failures.
func (e *ECS) prove(key string, row service, v view) {
	for _, t := range v.tasks {
		if t.health != healthy || t.proven {
			continue
		}
		e.mu.Lock()
		e.proved(key, row, t)
		e.mu.Unlock()
	}
}

func (e *ECS) proved(key string, row service, t taskView) {
	taskKey := key[:strings.LastIndex(key, "/")+1] + t.id
	if got, ok := e.rows.tasks.Get(taskKey); ok {
		got.Proven = true
		e.rows.tasks.Put(taskKey, got)
	}
	if t.revision != row.Goal || !resets(row.DeploymentConfiguration.DeploymentCircuitBreaker) {
		return
	}
	if r, ok := e.rows.revisions.Get(key + "/" + t.revision); ok && r.Failed > 0 && r.Rollout == types.DeploymentRolloutStateInProgress {
		r.Failed = 0
		e.rows.revisions.Put(key+"/"+t.revision, r)
	}
	if got, ok := e.rows.services.Get(key); ok && got.Failures > 0 {
		got.Failures, got.StartAfter = 0, time.Time{}
		e.rows.services.Put(key, got)
	}
}
