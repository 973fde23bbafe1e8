package cloud

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/rollout"
)

const (
	tasksBatch   = 100 // of one DescribeTasks
	explainedBy  = 3   // failures whose log lines are fetched
	linesOfOne   = 10
	scalingIntro = "Scaling activity initiated by" // of tasks that were stopped on purpose
)

// startedBy is what the tasks of a service revision bear.
func startedBy(revision string) string {
	return "ecs-svc/" + revision[strings.LastIndex(revision, "/")+1:]
}

// failures groups the ways in which tasks of a revision ended, with the last
// lines of a task of each of the most frequent ones.
func (a *Account) failures(ctx context.Context, w Watch, revision string) ([]rollout.Failure, error) {
	stopped, err := a.tasks(ctx, &ecs.ListTasksInput{
		Cluster: &w.Cluster, ServiceName: &w.Service, DesiredStatus: types.DesiredStatusStopped,
	})
	if err != nil {
		return nil, err
	}
	stopped = slices.DeleteFunc(stopped, func(t types.Task) bool {
		return aws.ToString(t.StartedBy) != startedBy(revision) || !failed(t)
	})
	groups := groupFailures(stopped)
	var failures []rollout.Failure
	for i, group := range groups {
		if i < explainedBy {
			group.Log = a.lastLines(ctx, group.latest, group.Container)
		}
		failures = append(failures, group.Failure)
	}
	return failures, nil
}

// failed reports whether a task ended by itself or because something was wrong
// with it.
func failed(t types.Task) bool {
	return t.StopCode != "" && !strings.HasPrefix(aws.ToString(t.StoppedReason), scalingIntro)
}

// tasks lists and describes tasks.
func (a *Account) tasks(ctx context.Context, in *ecs.ListTasksInput) ([]types.Task, error) {
	var arns []string
	pages := ecs.NewListTasksPaginator(a.ecs(), in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if is(err, "ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException") {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		arns = append(arns, page.TaskArns...)
	}
	var tasks []types.Task
	for batch := range slices.Chunk(arns, tasksBatch) {
		out, err := a.ecs().DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: in.Cluster, Tasks: batch})
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, out.Tasks...)
	}
	return tasks, nil
}

// failureGroup is a Failure with the task that shows it best.
type failureGroup struct {
	rollout.Failure
	latest types.Task
}

// groupFailures puts tasks together that ended in the same way, the most
// frequent way first.
func groupFailures(stopped []types.Task) []*failureGroup {
	var groups []*failureGroup
	for _, t := range stopped {
		one := taskFailure(t)
		i := slices.IndexFunc(groups, func(g *failureGroup) bool { return sameFailure(g.Failure, one) })
		if i < 0 {
			i, groups = len(groups), append(groups, &failureGroup{Failure: one, latest: t})
		}
		g := groups[i]
		g.Count++
		if aws.ToTime(t.StoppedAt).After(aws.ToTime(g.latest.StoppedAt)) {
			g.latest, g.Task = t, one.Task
		}
	}
	slices.SortStableFunc(groups, func(x, y *failureGroup) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), aws.ToTime(y.latest.StoppedAt).Compare(aws.ToTime(x.latest.StoppedAt)))
	})
	return groups
}

func taskFailure(t types.Task) rollout.Failure {
	f := rollout.Failure{
		StopCode: string(t.StopCode),
		Reason:   aws.ToString(t.StoppedReason),
		Task:     taskID(t),
	}
	if c := culprit(t); c != nil {
		f.Container, f.Detail = aws.ToString(c.Name), aws.ToString(c.Reason)
		if c.ExitCode != nil {
			f.ExitCode = aws.Int(int(*c.ExitCode))
		}
	}
	return f
}

func taskID(t types.Task) string {
	arn := aws.ToString(t.TaskArn)
	return arn[strings.LastIndex(arn, "/")+1:]
}

func sameFailure(x, y rollout.Failure) bool {
	return x.StopCode == y.StopCode && x.Reason == y.Reason && x.Container == y.Container && x.Detail == y.Detail &&
		(x.ExitCode == nil) == (y.ExitCode == nil) && aws.ToInt(x.ExitCode) == aws.ToInt(y.ExitCode)
}

// culprit is the container that explains why a task ended: one with a reason,
// else one that exited with an error, else one that exited; nil when none did.
func culprit(t types.Task) *types.Container {
	for _, explains := range []func(types.Container) bool{
		func(c types.Container) bool { return aws.ToString(c.Reason) != "" },
		func(c types.Container) bool { return aws.ToInt32(c.ExitCode) != 0 },
		func(c types.Container) bool { return c.HealthStatus == types.HealthStatusUnhealthy },
		func(c types.Container) bool { return c.ExitCode != nil },
	} {
		if i := slices.IndexFunc(t.Containers, explains); i >= 0 {
			return &t.Containers[i]
		}
	}
	if len(t.Containers) == 1 {
		return &t.Containers[0]
	}
	return nil
}
