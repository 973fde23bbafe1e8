package ecs

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// act does one move of a service, unless the service has changed its mind
// since it was looked at.
func (e *ECS) act(ctx context.Context, key string, v view, m move) {
	e.mu.Lock()
	defer e.mu.Unlock()
	row, ok := e.rows.services.Get(key)
	if !ok || row.Goal != v.goal || (row.status() == "DRAINING") != v.draining {
		e.nudge()
		return
	}
	switch m.do {
	case start:
		row.Steady = false
		e.launch(ctx, key, row, m)
	case stop:
		row.Steady = false
		e.dismiss(key, row, m)
	case settle:
		e.settled(key, &row)
	case finish:
		row.Status, row.Ended = aws.String("INACTIVE"), time.Now()
	default:
		e.steer(key, &row, v, m)
	}
	e.rows.services.Put(key, row)
	e.nudge()
}

// steer does the moves that change the service's deployment, which must be as
// it was looked at: a rollback may have been asked for since.
func (e *ECS) steer(key string, row *service, v view, m move) {
	d, ok := e.rows.deployments.Get(key + "/" + row.Deployment)
	if !ok || v.deployment == nil || d.Status != v.deployment.status {
		return
	}
	goal, _ := e.rows.revisions.Get(key + "/" + row.Goal)
	switch m.do {
	case begin:
		now := time.Now()
		d.Status, d.StartedAt, d.UpdatedAt = types.ServiceDeploymentStatusInProgress, &now, &now
	case complete:
		e.completed(key, row, &d, &goal)
	case fail:
		e.failed(key, row, &d, &goal, m.reason)
	case rollBack:
		e.turnBack(key, row, &d, &goal, m)
	}
	e.rows.revisions.Put(key+"/"+goal.ID, goal)
	e.rows.deployments.Put(key+"/"+d.ID, d)
}

func (e *ECS) completed(key string, row *service, d *deployment, goal *revision) {
	status := types.ServiceDeploymentStatusSuccessful
	if d.rollingBack() {
		status = types.ServiceDeploymentStatusRollbackSuccessful
	}
	d.end(status, "")
	row.Completed = goal.ID
	goal.roll(types.DeploymentRolloutStateCompleted, "ECS deployment ecs-svc/"+goal.ID+" completed.")
	e.tell(key, *row, "(deployment ecs-svc/%s) deployment completed.", goal.ID)
	if !row.Steady {
		e.settled(key, row)
	}
}

func (e *ECS) failed(key string, row *service, d *deployment, goal *revision, reason string) {
	status := types.ServiceDeploymentStatusStopped
	if d.rollingBack() || d.Status == types.ServiceDeploymentStatusRollbackRequested {
		status = types.ServiceDeploymentStatusRollbackFailed
	}
	trip(d, goal, reason != noCandidate)
	d.end(status, reason)
	goal.roll(types.DeploymentRolloutStateFailed, rolloutReason(reason))
	e.tell(key, *row, "(deployment ecs-svc/%s) deployment failed: %s", goal.ID, failure(reason))
}

// turnBack makes the candidate the goal again.
func (e *ECS) turnBack(key string, row *service, d *deployment, goal *revision, m move) {
	candidate, ok := e.rows.revisions.Get(key + "/" + m.revision)
	if !ok {
		e.failed(key, row, d, goal, noCandidate)
		return
	}
	now := time.Now()
	trip(d, goal, m.reason == byBreaker)
	d.Status, d.UpdatedAt, d.StatusReason = types.ServiceDeploymentStatusRollbackInProgress, &now, &m.reason
	d.Rollback = &types.Rollback{Reason: &m.reason, StartedAt: &now, ServiceRevisionArn: candidate.ServiceRevisionArn}
	goal.roll(types.DeploymentRolloutStateFailed, rolloutReason(m.reason))
	candidate.Failed = 0
	candidate.roll(types.DeploymentRolloutStateInProgress, "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/"+candidate.ID+".")
	if m.reason != byBreaker {
		candidate.Reason = "ECS deployment ecs-svc/" + candidate.ID + " in progress."
	}
	e.rows.revisions.Put(key+"/"+candidate.ID, candidate)
	candidate.restore(row)
	row.Goal, row.Failures, row.StartAfter, row.Steady = candidate.ID, 0, time.Time{}, false
	e.tell(key, *row, "(deployment ecs-svc/%s) deployment failed: %s", goal.ID, failure(m.reason))
	e.tell(key, *row, "rolling back to deployment ecs-svc/%s.", candidate.ID)
}

// trip records what the circuit breaker counted.
func trip(d *deployment, goal *revision, tripped bool) {
	b := d.DeploymentCircuitBreaker
	if tripped && b.Status == types.ServiceDeploymentRollbackMonitorsStatusMonitoring {
		b.Status, b.FailureCount = types.ServiceDeploymentRollbackMonitorsStatusTriggered, goal.Failed
	}
}

func failure(reason string) string {
	if reason == byUser || reason == noCandidate {
		return "a rollback was requested."
	}
	return "tasks failed to start."
}

func rolloutReason(reason string) string {
	if reason == byUser || reason == noCandidate {
		return "ECS deployment rollback was requested."
	}
	return "ECS deployment circuit breaker: tasks failed to start."
}

func (e *ECS) settled(key string, row *service) {
	row.Steady = true
	e.tell(key, *row, "has reached a steady state.")
}

// dismiss tells tasks to stop.
func (e *ECS) dismiss(key string, row service, m move) {
	prefix := key[:strings.LastIndex(key, "/")+1]
	var told []string
	for _, id := range m.tasks {
		t, ok := e.rows.tasks.Get(prefix + id)
		if !ok || t.phase() >= leaving {
			continue
		}
		t.stop(types.TaskStopCodeServiceSchedulerInitiated, m.reason)
		t.Failing = m.failed
		e.rows.tasks.Put(prefix+id, t)
		told = append(told, "(task "+id+").")
	}
	if len(told) > 0 && m.event != "" {
		e.tell(key, row, "%s", m.event)
	}
	if len(told) > 0 {
		e.tell(key, row, "has stopped %d running tasks: %s", len(told), strings.Join(told, " "))
	}
}
