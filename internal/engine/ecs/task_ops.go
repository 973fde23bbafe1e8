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

// StopTask tells a task to stop.
func (e *ECS) StopTask(ctx context.Context, in *ecs.StopTaskInput) (*ecs.StopTaskOutput, error) {
	_, prefix, err := e.cluster(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	t, ok := e.rows.tasks.Get(prefix + ref(in.Task))
	if !ok {
		return nil, invalid("The referenced task was not found.")
	}
	if !t.stopped() {
		reason := aws.ToString(in.Reason)
		if reason == "" {
			reason = "Task stopped by user"
		}
		t.stop(types.TaskStopCodeUserInitiated, reason)
		e.rows.tasks.Put(t.Key, t)
		e.nudge()
	}
	return &ecs.StopTaskOutput{Task: &t.Task}, nil
}

// DescribeTasks shows up to a hundred tasks; stopped ones stay for an hour.
func (e *ECS) DescribeTasks(ctx context.Context, in *ecs.DescribeTasksInput) (*ecs.DescribeTasksOutput, error) {
	if len(in.Tasks) == 0 {
		return nil, invalid("Tasks cannot be empty.")
	}
	if len(in.Tasks) > 100 {
		return nil, invalid("Tasks cannot have more than 100 elements.")
	}
	_, prefix, err := e.cluster(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &ecs.DescribeTasksOutput{Tasks: []types.Task{}, Failures: []types.Failure{}}
	for _, name := range in.Tasks {
		t, ok := e.rows.tasks.Get(prefix + ref(&name))
		if !ok {
			arn := wire.From(ctx).ARN("ecs", "task/"+path(prefix)+ref(&name))
			out.Failures = append(out.Failures, types.Failure{Arn: &arn, Reason: aws.String("MISSING")})
			continue
		}
		if !slices.Contains(in.Include, types.TaskFieldTags) {
			t.Tags = nil
		}
		out.Tasks = append(out.Tasks, t.Task)
	}
	return out, nil
}

// ListTasks lists the ARNs of the tasks that all filters fit; without a
// desired status those that shall run.
func (e *ECS) ListTasks(ctx context.Context, in *ecs.ListTasksInput) (*ecs.ListTasksOutput, error) {
	_, prefix, err := e.cluster(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	if err := checkFilters(in); err != nil {
		return nil, err
	}
	if name := ref(in.ServiceName); name != "" {
		if _, ok := e.rows.services.Get(prefix + name); !ok {
			return nil, serviceNotFound()
		}
	}
	var found []task
	for _, t := range e.rows.tasks.All(prefix) {
		if fits(t, in) {
			found = append(found, t)
		}
	}
	slices.SortStableFunc(found, func(a, b task) int { return a.CreatedAt.Compare(*b.CreatedAt) })
	arns := []string{}
	for _, t := range found {
		arns = append(arns, *t.TaskArn)
	}
	arns, next, err := wire.Page(arns, in.NextToken, in.MaxResults, 100, "InvalidParameterException")
	return &ecs.ListTasksOutput{TaskArns: arns, NextToken: next}, err
}

func checkFilters(in *ecs.ListTasksInput) error {
	if in.DesiredStatus == types.DesiredStatusPending {
		return invalid("Desired status PENDING is not supported.")
	}
	if d := in.DesiredStatus; d != "" && !slices.Contains(d.Values(), d) {
		return invalid("Invalid value for desiredStatus: %s", d)
	}
	if in.DaemonName != nil {
		return unsupported("daemons")
	}
	other := in.Family != nil || in.ServiceName != nil || in.LaunchType != "" || in.ContainerInstance != nil
	if in.StartedBy != nil && other {
		return invalid("startedBy must be the only filter, apart from desiredStatus.")
	}
	if in.Family != nil && in.ServiceName != nil {
		return invalid("family and serviceName cannot be used together.")
	}
	return nil
}

func fits(t task, in *ecs.ListTasksInput) bool {
	status := string(in.DesiredStatus)
	if status == "" {
		status = "RUNNING"
	}
	same := func(want *string, got string) bool { return want == nil || *want == got }
	service := ref(in.ServiceName)
	family, _, _ := strings.Cut(last(*t.TaskDefinitionArn), ":")
	return aws.ToString(t.DesiredStatus) == status &&
		in.ContainerInstance == nil &&
		(service == "" || service == t.Service) &&
		same(in.StartedBy, aws.ToString(t.StartedBy)) && same(in.Family, family) &&
		(in.LaunchType == "" || in.LaunchType == t.LaunchType)
}

// ExecuteCommand is refused: the engine has no session manager.
func (e *ECS) ExecuteCommand(context.Context, *ecs.ExecuteCommandInput) (*ecs.ExecuteCommandOutput, error) {
	return nil, unsupported("ExecuteCommand")
}
