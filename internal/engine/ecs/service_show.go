package ecs

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// DescribeServices shows up to ten services, INACTIVE ones too.
func (e *ECS) DescribeServices(ctx context.Context, in *ecs.DescribeServicesInput) (*ecs.DescribeServicesOutput, error) {
	if len(in.Services) == 0 {
		return nil, invalid("Services cannot be empty.")
	}
	if len(in.Services) > 10 {
		return nil, invalid("Services cannot have more than 10 elements.")
	}
	cluster, prefix, err := e.cluster(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &ecs.DescribeServicesOutput{Services: []types.Service{}, Failures: []types.Failure{}}
	for _, name := range in.Services {
		row, ok := e.rows.services.Get(prefix + ref(&name))
		if !ok {
			arn := wire.From(ctx).ARN("ecs", "service/"+*cluster.ClusterName+"/"+ref(&name))
			out.Failures = append(out.Failures, types.Failure{Arn: &arn, Reason: aws.String("MISSING")})
			continue
		}
		out.Services = append(out.Services, e.showService(prefix+ref(&name), row, included(in.Include)))
	}
	return out, nil
}

// ListServices lists the ARNs of the services that are not INACTIVE.
func (e *ECS) ListServices(ctx context.Context, in *ecs.ListServicesInput) (*ecs.ListServicesOutput, error) {
	_, prefix, err := e.cluster(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	arns := []string{}
	for _, row := range e.rows.services.All(prefix) {
		if row.status() == "INACTIVE" || in.LaunchType != "" && row.LaunchType != in.LaunchType ||
			in.SchedulingStrategy != "" && row.SchedulingStrategy != in.SchedulingStrategy {
			continue
		}
		arns = append(arns, *row.ServiceArn)
	}
	arns, next, err := wire.Page(arns, in.NextToken, in.MaxResults, 10, "InvalidParameterException")
	return &ecs.ListServicesOutput{ServiceArns: arns, NextToken: next}, err
}

// ListServicesByNamespace is refused: the engine has no namespaces.
func (e *ECS) ListServicesByNamespace(context.Context, *ecs.ListServicesByNamespaceInput) (*ecs.ListServicesByNamespaceOutput, error) {
	return nil, wire.Fault("UnsupportedFeatureException", "the engine does not run namespaces yet")
}

// showService adds counts, deployments, revisions and events to the row.
func (e *ECS) showService(key string, row service, tags bool) types.Service {
	shown := row.Service
	if !tags {
		shown.Tags = nil
	}
	shown.Events, _ = e.rows.events.Get(key)
	if shown.Events == nil {
		shown.Events = []types.ServiceEvent{}
	}
	shown.Deployments, shown.CurrentServiceRevisions = []types.Deployment{}, nil
	if row.status() != "INACTIVE" {
		shown.CurrentServiceDeployment = aws.String(strings.Replace(*row.ServiceArn, ":service/", ":service-deployment/", 1) + "/" + row.Deployment)
	}
	counts := e.count(key, row)
	for _, r := range e.liveRevisions(key, row, counts) {
		n := counts[r.ID]
		shown.RunningCount += n.running
		shown.PendingCount += n.pending
		if row.status() == "INACTIVE" {
			continue
		}
		shown.Deployments = append(shown.Deployments, showDeployment(row, r, n))
		shown.CurrentServiceRevisions = append(shown.CurrentServiceRevisions, types.ServiceCurrentRevisionSummary{
			Arn: r.ServiceRevisionArn, RequestedTaskCount: n.requested, RunningTaskCount: n.running, PendingTaskCount: n.pending,
		})
	}
	return shown
}

// census counts the tasks of one revision.
type census struct{ requested, running, pending int32 }

// count counts a service's tasks by the id of their revision.
func (e *ECS) count(key string, row service) map[string]census {
	counts := map[string]census{}
	for _, t := range e.rows.tasks.living(key[:strings.LastIndex(key, "/")+1]) {
		if t.Service != *row.ServiceName {
			continue
		}
		n := counts[t.Revision]
		if aws.ToString(t.DesiredStatus) == "RUNNING" {
			n.requested++
		}
		switch aws.ToString(t.LastStatus) {
		case "RUNNING", "DEACTIVATING":
			n.running++
		case "PROVISIONING", "PENDING", "ACTIVATING":
			n.pending++
		}
		counts[t.Revision] = n
	}
	if n, ok := counts[row.Goal]; !ok || n.requested < row.DesiredCount {
		n.requested = row.DesiredCount
		counts[row.Goal] = n
	}
	return counts
}

// liveRevisions are the goal and the revisions that still have tasks, newest
// first after the goal.
func (e *ECS) liveRevisions(key string, row service, counts map[string]census) []revision {
	var live []revision
	for _, r := range e.rows.revisions.All(key + "/") {
		if _, ok := counts[r.ID]; ok {
			live = append(live, r)
		}
	}
	slices.SortFunc(live, func(a, b revision) int {
		if (a.ID == row.Goal) != (b.ID == row.Goal) {
			if a.ID == row.Goal {
				return -1
			}
			return 1
		}
		return b.CreatedAt.Compare(*a.CreatedAt)
	})
	return live
}

// showDeployment is a revision as Service.deployments shows it.
func showDeployment(row service, r revision, n census) types.Deployment {
	status := "ACTIVE"
	if r.ID == row.Goal {
		status = "PRIMARY"
		n.requested = row.DesiredCount
	}
	return types.Deployment{
		Id: aws.String("ecs-svc/" + r.ID), Status: &status, TaskDefinition: r.TaskDefinition,
		DesiredCount: n.requested, RunningCount: n.running, PendingCount: n.pending, FailedTasks: r.Failed,
		CreatedAt: r.CreatedAt, UpdatedAt: aws.Time(r.UpdatedAt),
		LaunchType: r.LaunchType, CapacityProviderStrategy: r.CapacityProviderStrategy,
		PlatformFamily: r.PlatformFamily, PlatformVersion: r.PlatformVersion, NetworkConfiguration: r.NetworkConfiguration,
		RolloutState: r.Rollout, RolloutStateReason: aws.String(r.Reason),
	}
}
