package cloud

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/plan"
	"photon/internal/resource"
)

// Settled reports, after Do, whether the steps that come after this one may
// begin; if not, waiting says to a person what is waited for. Only a deleted
// service takes its time: its tasks hold network interfaces until they are
// gone.
func (a *Account) Settled(ctx context.Context, step plan.Step) (settled bool, waiting string, err error) {
	if step.Action != plan.Delete || step.Key().Kind != resource.KindService {
		return true, "", nil
	}
	cluster, name := clusterOf(step.Have.ID), step.Key().Name
	left, err := a.describeServices(ctx, cluster, name)
	if err != nil {
		return false, "", explain(err, "service "+name)
	}
	going, err := a.tasksGoing(ctx, cluster, name)
	if err != nil {
		return false, "", explain(err, "service "+name)
	}
	switch {
	case going == 1:
		return false, "1 task is stopping", nil
	case going > 1:
		return false, fmt.Sprintf("%d tasks are stopping", going), nil
	case len(left) > 0:
		return false, "it is " + strings.ToLower(aws.ToString(left[0].Status)), nil
	}
	return true, "", nil
}

// tasksGoing counts the tasks of a service that have not stopped.
func (a *Account) tasksGoing(ctx context.Context, cluster, service string) (int, error) {
	going := 0
	for _, desired := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
		tasks, err := a.tasks(ctx, &ecs.ListTasksInput{Cluster: &cluster, ServiceName: &service, DesiredStatus: desired})
		if err != nil {
			return 0, err
		}
		for _, t := range tasks {
			if aws.ToString(t.LastStatus) != "STOPPED" {
				going++
			}
		}
	}
	return going, nil
}
