package ecs

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// revision is a service revision: what tasks are made of, which never changes
// (image digests are added when the first task has pulled), and how its
// rollout stands, as Service.deployments tells.
type revision struct {
	types.ServiceRevision
	ID        string
	Rollout   types.DeploymentRolloutState
	Reason    string
	Failed    int32 // tasks that failed one after another
	UpdatedAt time.Time
}

// revise takes the snapshot of a service that its next tasks are made of.
func (e *ECS) revise(ctx context.Context, key string, row service) revision {
	call, id := wire.From(ctx), newNumber()
	r := revision{ID: id, ServiceRevision: types.ServiceRevision{
		ServiceRevisionArn:       aws.String(call.ARN("ecs", "service-revision/"+path(key)+"/"+id)),
		ServiceArn:               row.ServiceArn,
		ClusterArn:               row.ClusterArn,
		TaskDefinition:           row.TaskDefinition,
		LaunchType:               row.LaunchType,
		CapacityProviderStrategy: row.CapacityProviderStrategy,
		PlatformFamily:           row.PlatformFamily,
		PlatformVersion:          aws.String("1.4.0"),
		LoadBalancers:            row.LoadBalancers,
		NetworkConfiguration:     row.NetworkConfiguration,
		CreatedAt:                aws.Time(time.Now()),
		ResolvedConfiguration:    &types.ResolvedConfiguration{LoadBalancers: []types.ServiceRevisionLoadBalancer{}},
	}}
	for _, b := range row.LoadBalancers {
		resolved := types.ServiceRevisionLoadBalancer{TargetGroupArn: b.TargetGroupArn}
		if b.AdvancedConfiguration != nil {
			resolved.ProductionListenerRule = b.AdvancedConfiguration.ProductionListenerRule
		}
		r.ResolvedConfiguration.LoadBalancers = append(r.ResolvedConfiguration.LoadBalancers, resolved)
	}
	if _, d, err := e.definition(ctx, row.TaskDefinition); err == nil {
		for _, c := range d.ContainerDefinitions {
			r.ContainerImages = append(r.ContainerImages, types.ContainerImage{ContainerName: c.Name, Image: c.Image})
		}
	}
	r.roll(types.DeploymentRolloutStateInProgress, "ECS deployment ecs-svc/"+id+" in progress.")
	return r
}

// roll says how the rollout stands.
func (r *revision) roll(state types.DeploymentRolloutState, reason string) {
	r.Rollout, r.Reason, r.UpdatedAt = state, reason, time.Now()
}

// restore gives a service back what a revision of it was made of.
func (r revision) restore(row *service) {
	row.TaskDefinition = r.TaskDefinition
	row.LoadBalancers = r.LoadBalancers
	row.NetworkConfiguration = r.NetworkConfiguration
	row.LaunchType = r.LaunchType
	row.CapacityProviderStrategy = r.CapacityProviderStrategy
}

// DescribeServiceRevisions shows up to twenty revisions.
func (e *ECS) DescribeServiceRevisions(ctx context.Context, in *ecs.DescribeServiceRevisionsInput) (*ecs.DescribeServiceRevisionsOutput, error) {
	if n := len(in.ServiceRevisionArns); n == 0 || n > 20 {
		return nil, invalid("The number of service revision ARNs must be between 1 and 20.")
	}
	out := &ecs.DescribeServiceRevisionsOutput{ServiceRevisions: []types.ServiceRevision{}, Failures: []types.Failure{}}
	for _, arn := range in.ServiceRevisionArns {
		key, ok := rowKey(ctx, arn, "service-revision")
		if !ok {
			return nil, invalid("Invalid service revision ARN: %s", arn)
		}
		row, ok := e.rows.revisions.Get(key)
		if !ok {
			out.Failures = append(out.Failures, types.Failure{Arn: &arn, Reason: aws.String("MISSING")})
			continue
		}
		out.ServiceRevisions = append(out.ServiceRevisions, row.ServiceRevision)
	}
	return out, nil
}

// digest records what a container's image turned out to be, and returns what
// it is for all tasks of the revision: the digest that the first of them
// found, unless the container asks for no such consistency.
func (e *ECS) digest(t task, c types.ContainerDefinition, digest string) string {
	if t.Service == "" || digest == "" || c.VersionConsistency == types.VersionConsistencyDisabled {
		return digest
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	key := t.serviceKey() + "/" + t.Revision
	r, ok := e.rows.revisions.Get(key)
	if !ok {
		return digest
	}
	for i, image := range r.ContainerImages {
		switch {
		case *image.ContainerName != *c.Name:
		case image.ImageDigest != nil:
			return *image.ImageDigest
		default:
			r.ContainerImages[i].ImageDigest = &digest
			e.rows.revisions.Put(key, r)
		}
	}
	return digest
}
