package cloud

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"photon/internal/rollout"
)

// Observe takes one look at a rollout. An Observation without a deployment's
// ARN says that AWS does not show the deployment yet. What explains a failure
// costs more calls: it is looked up when there is something to explain, and
// remembered between looks.
func (a *Account) Observe(ctx context.Context, w Watch) (rollout.Observation, error) {
	o := rollout.Observation{Time: time.Now(), Workload: w.Workload, Service: w.Service}
	var deployment *types.ServiceDeployment
	var service *types.Service
	group, both := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		deployment, err = a.deployment(both, w)
		return err
	})
	group.Go(func() (err error) {
		service, err = a.service(both, w)
		return err
	})
	if err := group.Wait(); err != nil {
		return rollout.Observation{}, explain(err, "service "+w.Service)
	}
	if deployment == nil {
		return o, nil
	}
	o.Deployment = deploymentOf(deployment)
	if service == nil {
		return o, nil
	}
	o.Events = eventsOf(service.Events, aws.ToTime(deployment.CreatedAt).Add(-clockSkew))
	newer, err := a.newer(ctx, w, service, deployment)
	if err != nil {
		return rollout.Observation{}, explain(err, "service "+w.Service)
	}
	o.Newer = newer
	if err := a.explainRollout(ctx, w, service, &o); err != nil {
		return rollout.Observation{}, explain(err, "service "+w.Service)
	}
	return o, nil
}

// deployment is the one to watch; nil when AWS does not show it (yet).
func (a *Account) deployment(ctx context.Context, w Watch) (*types.ServiceDeployment, error) {
	arn, err := a.deploymentARN(ctx, w)
	if err != nil || arn == "" {
		return nil, err
	}
	out, err := a.ecs().DescribeServiceDeployments(ctx, &ecs.DescribeServiceDeploymentsInput{
		ServiceDeploymentArns: []string{arn},
	})
	if err != nil {
		return nil, err
	}
	if len(out.ServiceDeployments) == 0 {
		return nil, nil
	}
	return &out.ServiceDeployments[0], nil
}

// deploymentARN finds the deployment of a Watch that does not name it: the
// first one that was made since.
func (a *Account) deploymentARN(ctx context.Context, w Watch) (string, error) {
	if w.Deployment != "" {
		return w.Deployment, nil
	}
	if known, ok := a.named.get(w); ok {
		return known, nil
	}
	started, err := a.deploymentsSince(ctx, w, w.Since)
	if err != nil {
		return "", err
	}
	started = slices.DeleteFunc(started, func(arn string) bool { return arn == w.Before })
	if len(started) == 0 {
		return "", nil
	}
	a.named.set(w, started[0])
	return started[0], nil
}

// deploymentsSince lists the deployments that were made after a time, oldest
// first.
func (a *Account) deploymentsSince(ctx context.Context, w Watch, since time.Time) ([]string, error) {
	out, err := a.ecs().ListServiceDeployments(ctx, &ecs.ListServiceDeploymentsInput{
		Cluster: &w.Cluster, Service: &w.Service, CreatedAt: &types.CreatedAt{After: &since},
	})
	if is(err, "ServiceNotFoundException", "ClusterNotFoundException") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list := out.ServiceDeployments
	slices.SortFunc(list, func(x, y types.ServiceDeploymentBrief) int {
		return aws.ToTime(x.CreatedAt).Compare(aws.ToTime(y.CreatedAt))
	})
	var arns []string
	for _, d := range list {
		arns = append(arns, aws.ToString(d.ServiceDeploymentArn))
	}
	return arns, nil
}

// service is the service itself; nil when it is gone.
func (a *Account) service(ctx context.Context, w Watch) (*types.Service, error) {
	found, err := a.describeServices(ctx, w.Cluster, w.Service)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// newer is the ARN of a later deployment, which only a service that runs
// another one than ours can have.
func (a *Account) newer(ctx context.Context, w Watch, service *types.Service, ours *types.ServiceDeployment) (string, error) {
	own, current := aws.ToString(ours.ServiceDeploymentArn), aws.ToString(service.CurrentServiceDeployment)
	if current == own || current == "" {
		return "", nil
	}
	// AWS leaves out what was created at the very moment that it is asked
	// about, and a newer one can have been.
	later, err := a.deploymentsSince(ctx, w, aws.ToTime(ours.CreatedAt).Add(-time.Millisecond))
	if err != nil {
		return "", err
	}
	later = slices.DeleteFunc(later, func(arn string) bool { return arn == own })
	if len(later) == 0 {
		return "", nil
	}
	return later[len(later)-1], nil
}

func deploymentOf(d *types.ServiceDeployment) rollout.Deployment {
	seen := rollout.Deployment{
		ARN:          aws.ToString(d.ServiceDeploymentArn),
		Status:       string(d.Status),
		StatusReason: aws.ToString(d.StatusReason),
		Stage:        string(d.LifecycleStage),
		Started:      aws.ToTime(d.CreatedAt),
		First:        len(d.SourceServiceRevisions) == 0,
	}
	if d.StartedAt != nil {
		seen.Started = *d.StartedAt
	}
	if target := d.TargetServiceRevision; target != nil {
		seen.Revision, seen.New = aws.ToString(target.Arn), tasksOf(*target)
	}
	for _, source := range d.SourceServiceRevisions {
		old := tasksOf(source)
		seen.Old.Requested += old.Requested
		seen.Old.Running += old.Running
		seen.Old.Pending += old.Pending
	}
	if b := d.DeploymentCircuitBreaker; b != nil {
		seen.Breaker = rollout.Breaker{
			Status: string(b.Status), Failures: int(b.FailureCount), Threshold: int(b.Threshold),
		}
	}
	if r := d.Rollback; r != nil {
		seen.Rollback = rollout.Rollback{
			Reason: aws.ToString(r.Reason), Revision: aws.ToString(r.ServiceRevisionArn),
		}
	}
	return seen
}

func tasksOf(r types.ServiceRevisionSummary) rollout.Tasks {
	return rollout.Tasks{
		Requested: int(r.RequestedTaskCount), Running: int(r.RunningTaskCount), Pending: int(r.PendingTaskCount),
	}
}

// eventsOf turns AWS's events, newest first, around.
func eventsOf(list []types.ServiceEvent, since time.Time) []rollout.Event {
	var events []rollout.Event
	for _, e := range slices.Backward(list) {
		if when := aws.ToTime(e.CreatedAt); !when.Before(since) {
			events = append(events, rollout.Event{ID: aws.ToString(e.Id), Time: when, Message: aws.ToString(e.Message)})
		}
	}
	return events
}
