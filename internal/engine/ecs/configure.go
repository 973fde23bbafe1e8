package ecs

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/runtime"
	"photon/internal/engine/wire"
)

// override is the definition with the overrides of RunTask laid over it.
func override(d definition, o *types.TaskOverride) definition {
	if o == nil {
		return d
	}
	if o.ExecutionRoleArn != nil {
		d.ExecutionRoleArn = o.ExecutionRoleArn
	}
	if o.TaskRoleArn != nil {
		d.TaskRoleArn = o.TaskRoleArn
	}
	if o.Cpu != nil {
		d.Cpu = o.Cpu
	}
	if o.Memory != nil {
		d.Memory = o.Memory
	}
	d.ContainerDefinitions = slices.Clone(d.ContainerDefinitions)
	for _, change := range o.ContainerOverrides {
		for i, c := range d.ContainerDefinitions {
			if *c.Name == aws.ToString(change.Name) {
				d.ContainerDefinitions[i] = overrideContainer(c, change)
			}
		}
	}
	return d
}

func overrideContainer(c types.ContainerDefinition, change types.ContainerOverride) types.ContainerDefinition {
	if change.Command != nil {
		c.Command = change.Command
	}
	if change.Cpu != nil {
		c.Cpu = *change.Cpu
	}
	if change.Memory != nil {
		c.Memory = change.Memory
	}
	if change.MemoryReservation != nil {
		c.MemoryReservation = change.MemoryReservation
	}
	c.Environment = slices.Concat(c.Environment, change.Environment)
	return c
}

// configure is a container as the runtime starts it. A container without its
// own limits may use all of the task's.
func (a *agent) configure(work context.Context, b *box) runtime.ContainerConfig {
	c, d := b.definition, a.definition
	config := runtime.ContainerConfig{
		Name: *c.Name, Image: b.image, Command: c.Command, Entrypoint: c.EntryPoint,
		WorkingDirectory: aws.ToString(c.WorkingDirectory), User: aws.ToString(c.User),
		Env: a.environment(work, c), CPU: float64(c.Cpu) / 1024, Memory: int64(aws.ToInt32(c.Memory)) << 20,
		ReadOnlyRoot: aws.ToBool(c.ReadonlyRootFilesystem), Health: checkOf(c.HealthCheck), Labels: a.labels(c),
	}
	if config.CPU == 0 {
		config.CPU = coresOf(*d.Cpu)
	}
	if config.Memory == 0 {
		config.Memory = bytesOf(*d.Memory)
	}
	for _, u := range c.Ulimits {
		config.Nofile = int64(u.HardLimit)
	}
	if b.log != nil {
		config.Output = b.log
	}
	return config
}

// environment is what the definition says, what its secrets hold and what
// Fargate adds.
func (a *agent) environment(work context.Context, c types.ContainerDefinition) map[string]string {
	region := wire.From(work).Region
	env := map[string]string{
		"AWS_REGION": region, "AWS_DEFAULT_REGION": region, "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE",
		"ECS_CONTAINER_METADATA_URI_V4": metadataURI + a.metadataID(*c.Name),
		"ECS_AGENT_URI":                 agentURI + a.metadataID(*c.Name),
	}
	if aws.ToString(a.definition.TaskRoleArn) != "" {
		env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = credentialsPath + last(a.key)
	}
	for _, pair := range c.Environment {
		env[*pair.Name] = aws.ToString(pair.Value)
	}
	for _, s := range c.Secrets {
		env[*s.Name] = a.secrets[*s.ValueFrom]
	}
	return env
}

// labels are the definition's labels, and those that ECS adds.
func (a *agent) labels(c types.ContainerDefinition) map[string]string {
	t := a.task()
	labels := map[string]string{
		"com.amazonaws.ecs.cluster":                 *t.ClusterArn,
		"com.amazonaws.ecs.container-name":          *c.Name,
		"com.amazonaws.ecs.task-arn":                *t.TaskArn,
		"com.amazonaws.ecs.task-definition-family":  *a.definition.Family,
		"com.amazonaws.ecs.task-definition-version": *text(int(a.definition.Revision)),
	}
	for name, value := range c.DockerLabels {
		labels[name] = value
	}
	return labels
}

func checkOf(h *types.HealthCheck) *runtime.HealthCheck {
	if h == nil {
		return nil
	}
	seconds := func(n *int32) time.Duration { return time.Duration(aws.ToInt32(n)) * time.Second }
	return &runtime.HealthCheck{
		Command: h.Command, Interval: seconds(h.Interval), Timeout: seconds(h.Timeout),
		Start: seconds(h.StartPeriod), Retries: int(aws.ToInt32(h.Retries)),
	}
}
