package ecs

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// UpdateTaskProtection keeps service tasks from being scaled in, for two hours
// unless told otherwise.
func (e *ECS) UpdateTaskProtection(ctx context.Context, in *ecs.UpdateTaskProtectionInput) (*ecs.UpdateTaskProtectionOutput, error) {
	minutes := *or(in.ExpiresInMinutes, 120)
	if minutes < 1 || minutes > 2880 {
		return nil, invalid("expiresInMinutes must be between 1 and 2880.")
	}
	until := time.Time{}
	if in.ProtectionEnabled {
		until = time.Now().Add(time.Duration(minutes) * time.Minute)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	protected, failures, err := e.protection(ctx, in.Cluster, in.Tasks, func(t *task) {
		t.ProtectedUntil = until
		e.rows.tasks.Put(t.Key, *t)
	})
	e.nudge()
	return &ecs.UpdateTaskProtectionOutput{ProtectedTasks: protected, Failures: failures}, err
}

// GetTaskProtection tells which service tasks are protected.
func (e *ECS) GetTaskProtection(ctx context.Context, in *ecs.GetTaskProtectionInput) (*ecs.GetTaskProtectionOutput, error) {
	protected, failures, err := e.protection(ctx, in.Cluster, in.Tasks, func(*task) {})
	return &ecs.GetTaskProtectionOutput{ProtectedTasks: protected, Failures: failures}, err
}

func (e *ECS) protection(ctx context.Context, cluster *string, names []string, change func(*task)) ([]types.ProtectedTask, []types.Failure, error) {
	_, prefix, err := e.cluster(ctx, cluster)
	if err != nil {
		return nil, nil, err
	}
	protected, failures := []types.ProtectedTask{}, []types.Failure{}
	for _, name := range names {
		t, ok := e.rows.tasks.Get(prefix + ref(&name))
		if !ok || t.Service == "" {
			arn, reason := wire.From(ctx).ARN("ecs", "task/"+path(prefix)+ref(&name)), "MISSING"
			if ok {
				reason = "TASK_NOT_VALID"
			}
			failures = append(failures, types.Failure{Arn: &arn, Reason: &reason})
			continue
		}
		change(&t)
		shown := types.ProtectedTask{TaskArn: t.TaskArn, ProtectionEnabled: t.ProtectedUntil.After(time.Now())}
		if shown.ProtectionEnabled {
			shown.ExpirationDate = aws.Time(t.ProtectedUntil)
		}
		protected = append(protected, shown)
	}
	return protected, failures, nil
}
