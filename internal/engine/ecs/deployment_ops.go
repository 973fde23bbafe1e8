package ecs

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// ListServiceDeployments lists a service's deployments, newest first.
func (e *ECS) ListServiceDeployments(ctx context.Context, in *ecs.ListServiceDeploymentsInput) (*ecs.ListServiceDeploymentsOutput, error) {
	_, prefix, err := e.cluster(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	key := prefix + ref(in.Service)
	if _, ok := e.rows.services.Get(key); !ok {
		return nil, serviceNotFound()
	}
	briefs := []types.ServiceDeploymentBrief{}
	for _, d := range e.rows.deployments.All(key + "/") {
		if listed(d, in) {
			briefs = append(briefs, brief(d))
		}
	}
	slices.SortStableFunc(briefs, func(a, b types.ServiceDeploymentBrief) int { return b.CreatedAt.Compare(*a.CreatedAt) })
	briefs, next, err := wire.Page(briefs, in.NextToken, in.MaxResults, 20, "InvalidParameterException")
	return &ecs.ListServiceDeploymentsOutput{ServiceDeployments: briefs, NextToken: next}, err
}

func listed(d deployment, in *ecs.ListServiceDeploymentsInput) bool {
	if len(in.Status) > 0 && !slices.Contains(in.Status, d.Status) {
		return false
	}
	c := in.CreatedAt
	return c == nil || (c.After == nil || d.CreatedAt.After(*c.After)) && (c.Before == nil || d.CreatedAt.Before(*c.Before))
}

func brief(d deployment) types.ServiceDeploymentBrief {
	return types.ServiceDeploymentBrief{
		ServiceDeploymentArn: d.ServiceDeploymentArn, ServiceArn: d.ServiceArn, ClusterArn: d.ClusterArn,
		Status: d.Status, StatusReason: d.StatusReason, TargetServiceRevisionArn: d.TargetServiceRevision.Arn,
		CreatedAt: d.CreatedAt, StartedAt: d.StartedAt, FinishedAt: d.FinishedAt,
	}
}

// DescribeServiceDeployments shows up to twenty deployments.
func (e *ECS) DescribeServiceDeployments(ctx context.Context, in *ecs.DescribeServiceDeploymentsInput) (*ecs.DescribeServiceDeploymentsOutput, error) {
	if n := len(in.ServiceDeploymentArns); n == 0 || n > 20 {
		return nil, invalid("The number of service deployment ARNs must be between 1 and 20.")
	}
	out := &ecs.DescribeServiceDeploymentsOutput{ServiceDeployments: []types.ServiceDeployment{}, Failures: []types.Failure{}}
	for _, arn := range in.ServiceDeploymentArns {
		key, ok := rowKey(ctx, arn, "service-deployment")
		if !ok {
			return nil, invalid("Invalid service deployment ARN: %s", arn)
		}
		d, ok := e.rows.deployments.Get(key)
		if !ok {
			out.Failures = append(out.Failures, types.Failure{Arn: &arn, Reason: aws.String("MISSING")})
			continue
		}
		out.ServiceDeployments = append(out.ServiceDeployments, e.showServiceDeployment(key, d))
	}
	return out, nil
}

// showServiceDeployment adds the counts of the revisions' tasks.
func (e *ECS) showServiceDeployment(key string, d deployment) types.ServiceDeployment {
	shown, service := d.ServiceDeployment, key[:strings.LastIndex(key, "/")]
	row, ok := e.rows.services.Get(service)
	if !ok {
		return shown
	}
	counts := e.count(service, row)
	summary := func(id string) *types.ServiceRevisionSummary {
		r, n := e.revisionARN(service, id), counts[id]
		return &types.ServiceRevisionSummary{Arn: &r, RequestedTaskCount: n.requested, RunningTaskCount: n.running, PendingTaskCount: n.pending}
	}
	shown.TargetServiceRevision = summary(d.Target)
	shown.SourceServiceRevisions = []types.ServiceRevisionSummary{}
	for _, id := range d.Source {
		shown.SourceServiceRevisions = append(shown.SourceServiceRevisions, *summary(id))
	}
	return shown
}

func (e *ECS) revisionARN(service, id string) string {
	r, _ := e.rows.revisions.Get(service + "/" + id)
	return aws.ToString(r.ServiceRevisionArn)
}

// StopServiceDeployment asks for a rollback of a deployment that has not
// ended; the scheduler does it.
func (e *ECS) StopServiceDeployment(ctx context.Context, in *ecs.StopServiceDeploymentInput) (*ecs.StopServiceDeploymentOutput, error) {
	if s := in.StopType; s != "" && s != types.StopServiceDeploymentStopTypeRollback {
		return nil, invalid("Invalid value for stopType: %s. Valid values are ROLLBACK.", s)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	key, d, err := e.serviceDeployment(ctx, in.ServiceDeploymentArn)
	if err != nil {
		return nil, err
	}
	if d.ended() {
		return nil, wire.Fault("ConflictException", "The service deployment is in %s status and cannot be stopped.", d.Status)
	}
	if d.Status == types.ServiceDeploymentStatusPending || d.Status == types.ServiceDeploymentStatusInProgress {
		d.Status, d.UpdatedAt = types.ServiceDeploymentStatusRollbackRequested, aws.Time(time.Now())
		d.StatusReason = aws.String("Service deployment rollback was requested.")
		e.rows.deployments.Put(key, d)
		e.nudge()
	}
	return &ecs.StopServiceDeploymentOutput{ServiceDeploymentArn: d.ServiceDeploymentArn}, nil
}

// ContinueServiceDeployment answers a hook that awaits it. ROLLING deployments
// have no hooks, so nothing ever does.
func (e *ECS) ContinueServiceDeployment(ctx context.Context, in *ecs.ContinueServiceDeploymentInput) (*ecs.ContinueServiceDeploymentOutput, error) {
	if aws.ToString(in.HookId) == "" {
		return nil, invalid("hookId can not be blank.")
	}
	_, d, err := e.serviceDeployment(ctx, in.ServiceDeploymentArn)
	if err != nil {
		return nil, err
	}
	if d.Status != types.ServiceDeploymentStatusInProgress {
		return nil, wire.Fault("ConflictException", "The service deployment is in %s status and cannot be continued.", d.Status)
	}
	return nil, wire.Fault("ConflictException", "The lifecycle hook %s is not awaiting an action.", *in.HookId)
}

func (e *ECS) serviceDeployment(ctx context.Context, arn *string) (string, deployment, error) {
	key, ok := rowKey(ctx, aws.ToString(arn), "service-deployment")
	if !ok {
		return "", deployment{}, invalid("Invalid service deployment ARN: %s", aws.ToString(arn))
	}
	d, ok := e.rows.deployments.Get(key)
	if !ok {
		return "", d, wire.Fault("ServiceDeploymentNotFoundException", "The service deployment was not found.")
	}
	return key, d, nil
}
