package cloud

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"photon/internal/resource"
	"photon/internal/rollout"
)

// Status is a workload as it runs.
type Status struct {
	Workload   string
	Service    string // name in ECS
	Running    int
	Pending    int
	Desired    int
	Image      string // of the version that counts
	Deployment rollout.Deployment
	Release    *resource.Release // nil when the task definition has none
	Address    Address           // zero without a load balancer
	Tasks      []Task
}

// Task is one task of a workload that has not stopped.
type Task struct {
	ID      string
	Status  string // "RUNNING", …
	Health  string // of the container check: "HEALTHY", "UNHEALTHY", "UNKNOWN"
	Zone    string
	Started time.Time // zero before it runs
	New     bool      // of the version that counts
}

// Services tells how each workload of an owner is.
func (a *Account) Services(ctx context.Context, owner string) ([]Status, error) {
	services, err := a.ownServices(ctx, owner)
	if err != nil {
		return nil, explain(err, "services of "+owner)
	}
	rows := make([]Status, len(services))
	group, ctx := errgroup.WithContext(ctx)
	for i, service := range services {
		group.Go(func() error {
			return explain(a.status(ctx, &service, &rows[i]), "service "+aws.ToString(service.ServiceName))
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return rows, nil
}

// status fills in one row; what it asks goes out together.
func (a *Account) status(ctx context.Context, service *types.Service, row *Status) error {
	w := watchOf(service)
	*row = Status{
		Workload: w.Workload, Service: w.Service,
		Running: int(service.RunningCount), Pending: int(service.PendingCount), Desired: int(service.DesiredCount),
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.statusOfDeployment(ctx, w, row) })
	group.Go(func() error { return a.statusOfVersion(ctx, aws.ToString(service.TaskDefinition), row) })
	group.Go(func() error { return a.statusOfTasks(ctx, w, service, row) })
	group.Go(func() (err error) {
		row.Address, err = a.address(ctx, service)
		return err
	})
	return group.Wait()
}

func (a *Account) statusOfDeployment(ctx context.Context, w Watch, row *Status) error {
	if w.Deployment == "" {
		return nil
	}
	deployment, err := a.deployment(ctx, w)
	if err == nil && deployment != nil {
		row.Deployment = deploymentOf(deployment)
	}
	return err
}

func (a *Account) statusOfVersion(ctx context.Context, definition string, row *Status) error {
	out, err := a.describeRevision(ctx, definition)
	if is(err, "ClientException") {
		return nil
	}
	if err != nil {
		return err
	}
	for _, c := range out.TaskDefinition.ContainerDefinitions {
		if aws.ToString(c.Name) == row.Workload {
			row.Image = aws.ToString(c.Image)
		}
	}
	if release, ok := revisionOf(out).release(); ok {
		row.Release = &release
	}
	return nil
}

func (a *Account) statusOfTasks(ctx context.Context, w Watch, service *types.Service, row *Status) error {
	tasks, err := a.tasks(ctx, &ecs.ListTasksInput{Cluster: &w.Cluster, ServiceName: &w.Service})
	if err != nil {
		return err
	}
	for _, t := range tasks {
		row.Tasks = append(row.Tasks, Task{
			ID:      taskID(t),
			Status:  aws.ToString(t.LastStatus),
			Health:  string(t.HealthStatus),
			Zone:    aws.ToString(t.AvailabilityZone),
			Started: aws.ToTime(t.StartedAt),
			New:     aws.ToString(t.TaskDefinitionArn) == aws.ToString(service.TaskDefinition),
		})
	}
	slices.SortFunc(row.Tasks, func(x, y Task) int {
		return cmp.Or(x.Started.Compare(y.Started), cmp.Compare(x.ID, y.ID))
	})
	return nil
}
