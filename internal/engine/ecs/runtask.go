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

// run remembers a RunTask that had a client token.
type run struct {
	Request string
	Tasks   []string // keys
	At      time.Time
}

// RunTask starts tasks that belong to no service.
func (e *ECS) RunTask(ctx context.Context, in *ecs.RunTaskInput) (*ecs.RunTaskOutput, error) {
	if err := checkRun(in); err != nil {
		return nil, err
	}
	cluster, prefix, err := e.cluster(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	d, err := e.runnable(ctx, in.TaskDefinition)
	if err != nil {
		return nil, err
	}
	launch, strategy := in.LaunchType, in.CapacityProviderStrategy
	if launch == "" && len(strategy) == 0 {
		strategy = cluster.DefaultCapacityProviderStrategy
	}
	if err := checkLaunch(cluster, launch, strategy, in.PlatformVersion); err != nil {
		return nil, err
	}
	if err := checkOverrides(d, in.Overrides); err != nil {
		return nil, err
	}
	if err := e.checkNetwork(ctx, in.NetworkConfiguration); err != nil {
		return nil, err
	}
	return e.runTasks(ctx, prefix, cluster, d, in, strategy)
}

func (e *ECS) runTasks(ctx context.Context, prefix string, cluster types.Cluster, d definition, in *ecs.RunTaskInput, strategy []types.CapacityProviderStrategyItem) (*ecs.RunTaskOutput, error) {
	token := aws.ToString(in.ClientToken)
	e.mu.Lock()
	defer e.mu.Unlock()
	if made, ok := e.rows.runs.Get(prefix + token); ok && token != "" {
		return e.again(made, in)
	}
	out, made := &ecs.RunTaskOutput{Tasks: []types.Task{}, Failures: []types.Failure{}}, run{Request: fingerprint(in), At: time.Now()}
	for i := range int(*or(in.Count, 1)) {
		t := newTask(runBirth(ctx, prefix, cluster, d, in, provider(strategy, i), i))
		e.rows.tasks.Put(t.Key, t)
		out.Tasks, made.Tasks = append(out.Tasks, t.Task), append(made.Tasks, t.Key)
	}
	if token != "" {
		e.rows.runs.Put(prefix+token, made)
	}
	e.nudge()
	return out, nil
}

// again answers a repeated RunTask with the tasks of the first.
func (e *ECS) again(made run, in *ecs.RunTaskInput) (*ecs.RunTaskOutput, error) {
	out := &ecs.RunTaskOutput{Tasks: []types.Task{}, Failures: []types.Failure{}}
	var arns []string
	for _, key := range made.Tasks {
		if t, ok := e.rows.tasks.Get(key); ok {
			out.Tasks, arns = append(out.Tasks, t.Task), append(arns, *t.TaskArn)
		}
	}
	if made.Request != fingerprint(in) {
		return nil, &types.ConflictException{Message: aws.String("The client token was used with other parameters."), ResourceIds: arns}
	}
	return out, nil
}

func runBirth(ctx context.Context, prefix string, cluster types.Cluster, d definition, in *ecs.RunTaskInput, provider *string, ordinal int) birth {
	b := birth{
		call: wire.From(ctx), cluster: prefix, clusterARN: cluster.ClusterArn, definition: d,
		network: networkWithDefaults(in.NetworkConfiguration), launch: types.LaunchTypeFargate, provider: provider,
		group: aws.ToString(in.Group), startedBy: in.StartedBy, overrides: in.Overrides, tags: slices.Clone(in.Tags), ordinal: ordinal,
	}
	if b.group == "" {
		b.group = "family:" + *d.Family
	}
	if in.PropagateTags == types.PropagateTagsTaskDefinition {
		b.tags = append(b.tags, d.Tags...)
	}
	if in.EnableECSManagedTags {
		b.tags = append(b.tags, managedTags(cluster.ClusterArn, nil)...)
	}
	return b
}

func checkRun(in *ecs.RunTaskInput) error {
	if c := in.Count; c != nil && (*c < 1 || *c > 10) {
		return invalid("Count must be between 1 and 10.")
	}
	if len(aws.ToString(in.ClientToken)) > 64 {
		return invalid("clientToken must be at most 64 characters long.")
	}
	if len(aws.ToString(in.StartedBy)) > 128 {
		return invalid("startedBy must be at most 128 characters long.")
	}
	if strings.HasPrefix(aws.ToString(in.Group), "service:") {
		return invalid("The group name must not begin with 'service:'.")
	}
	if p := in.PropagateTags; p != "" && p != types.PropagateTagsTaskDefinition && p != types.PropagateTagsNone {
		return invalid("propagateTags %s is not supported by RunTask. Use TASK_DEFINITION.", p)
	}
	if err := checkAbsent(map[string]bool{
		"enableExecuteCommand": in.EnableExecuteCommand, "volumeConfigurations": len(in.VolumeConfigurations) > 0,
	}); err != nil {
		return err
	}
	if err := checkPlacement(in.PlacementConstraints, in.PlacementStrategy); err != nil {
		return err
	}
	return checkTags(in.Tags)
}

// checkOverrides refuses overrides of what is not there.
func checkOverrides(d definition, o *types.TaskOverride) error {
	if o == nil {
		return nil
	}
	if len(fingerprint(o)) > 8192 {
		return invalid("Container Overrides length must be at most 8192.")
	}
	for _, change := range o.ContainerOverrides {
		named := func(c types.ContainerDefinition) bool { return *c.Name == aws.ToString(change.Name) }
		if !slices.ContainsFunc(d.ContainerDefinitions, named) {
			return invalid("Override for container named %s is not a container in the TaskDefinition.", aws.ToString(change.Name))
		}
		if len(change.EnvironmentFiles) > 0 || len(change.ResourceRequirements) > 0 {
			return unsupported("overrides of environmentFiles and resourceRequirements")
		}
	}
	//lint:ignore SA1019 what is deprecated is refused, not ignored
	if len(o.InferenceAcceleratorOverrides) > 0 || o.EphemeralStorage != nil {
		return unsupported("overrides of inferenceAccelerators and ephemeralStorage")
	}
	if o.Cpu == nil && o.Memory == nil {
		return nil
	}
	changed := override(d, o)
	_, _, err := checkSize(*changed.Cpu, *changed.Memory)
	return err
}
