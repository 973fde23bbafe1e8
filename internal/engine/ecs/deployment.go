package ecs

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// deployment is a service deployment: the way from source revisions to a
// target, and perhaps back.
type deployment struct {
	types.ServiceDeployment
	ID     string
	Target string   // id of the revision to deploy
	Source []string // ids of the revisions that ran at the start
}

// ended tells whether the status is terminal.
func (d deployment) ended() bool {
	switch d.Status {
	case types.ServiceDeploymentStatusSuccessful, types.ServiceDeploymentStatusStopped,
		types.ServiceDeploymentStatusRollbackSuccessful, types.ServiceDeploymentStatusRollbackFailed:
		return true
	}
	return false
}

// rollingBack tells whether the deployment is on its way back.
func (d deployment) rollingBack() bool {
	return d.Status == types.ServiceDeploymentStatusRollbackInProgress
}

// end closes the deployment.
func (d *deployment) end(status types.ServiceDeploymentStatus, reason string) {
	now := time.Now()
	d.Status, d.FinishedAt, d.UpdatedAt = status, &now, &now
	if reason != "" {
		d.StatusReason = &reason
	}
	if status == types.ServiceDeploymentStatusStopped {
		d.StoppedAt = &now
	}
	if b := d.DeploymentCircuitBreaker; b.Status == types.ServiceDeploymentRollbackMonitorsStatusMonitoring {
		b.Status = types.ServiceDeploymentRollbackMonitorsStatusMonitoringComplete
	}
}

// deploy begins a deployment of the service as it stands. The caller holds mu
// and writes the row.
func (e *ECS) deploy(ctx context.Context, key string, row *service) {
	call, r := wire.From(ctx), e.revise(ctx, key, *row)
	e.supersede(key, *row, "Service deployment was stopped because a new service deployment was started.")
	now := time.Now()
	d := deployment{ID: newWord(), Target: r.ID}
	d.ServiceDeployment = types.ServiceDeployment{
		ServiceDeploymentArn:     aws.String(call.ARN("ecs", "service-deployment/"+path(key)+"/"+d.ID)),
		ServiceArn:               row.ServiceArn,
		ClusterArn:               row.ClusterArn,
		CreatedAt:                &now,
		UpdatedAt:                &now,
		Status:                   types.ServiceDeploymentStatusPending,
		DeploymentConfiguration:  row.DeploymentConfiguration,
		DeploymentCircuitBreaker: monitor(row),
		Alarms:                   &types.ServiceDeploymentAlarms{Status: types.ServiceDeploymentRollbackMonitorsStatusDisabled},
		TargetServiceRevision:    &types.ServiceRevisionSummary{Arn: r.ServiceRevisionArn},
	}
	for id := range e.count(key, *row) {
		if _, ok := e.rows.revisions.Get(key + "/" + id); ok {
			d.Source = append(d.Source, id)
		}
	}
	slices.Sort(d.Source)
	row.Goal, row.Deployment, row.Failures, row.StartAfter, row.Steady = r.ID, d.ID, 0, time.Time{}, false
	e.rows.revisions.Put(key+"/"+r.ID, r)
	e.rows.deployments.Put(key+"/"+d.ID, d)
}

func monitor(row *service) *types.ServiceDeploymentCircuitBreaker {
	b := row.DeploymentConfiguration.DeploymentCircuitBreaker
	if b == nil || !b.Enable {
		return &types.ServiceDeploymentCircuitBreaker{Status: types.ServiceDeploymentRollbackMonitorsStatusDisabled}
	}
	return &types.ServiceDeploymentCircuitBreaker{
		Status:    types.ServiceDeploymentRollbackMonitorsStatusMonitoring,
		Threshold: int32(threshold(b, int(row.DesiredCount))),
	}
}

// supersede stops the service's deployment if it has not ended.
func (e *ECS) supersede(key string, row service, reason string) {
	d, ok := e.rows.deployments.Get(key + "/" + row.Deployment)
	if !ok || d.ended() {
		return
	}
	status := types.ServiceDeploymentStatusStopped
	if d.rollingBack() {
		status = types.ServiceDeploymentStatusRollbackFailed
	}
	d.end(status, reason)
	e.rows.deployments.Put(key+"/"+d.ID, d)
}
