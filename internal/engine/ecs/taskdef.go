package ecs

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// definition is a registered task definition. All but its status and its tags
// stays as it was registered.
type definition struct {
	types.TaskDefinition
	Tags []types.Tag
}

// RegisterTaskDefinition makes the next revision of a family.
func (e *ECS) RegisterTaskDefinition(ctx context.Context, in *ecs.RegisterTaskDefinitionInput) (*ecs.RegisterTaskDefinitionOutput, error) {
	if err := checkDefinition(in); err != nil {
		return nil, err
	}
	if err := e.checkGroups(in); err != nil {
		return nil, err
	}
	call := wire.From(ctx)
	family := *in.Family
	e.mu.Lock()
	defer e.mu.Unlock()
	number, _ := e.rows.families.Get(call.World() + family)
	number++ // never given twice, even when the last one is deleted
	e.rows.families.Put(call.World()+family, number)
	row := definition{TaskDefinition: define(in), Tags: in.Tags}
	row.Revision = number
	row.TaskDefinitionArn = aws.String(call.ARN("ecs", "task-definition/"+family+":"+strconv.Itoa(int(number))))
	row.RegisteredAt = aws.Time(time.Now())
	row.RegisteredBy = aws.String("arn:aws:iam::" + call.Account + ":root")
	e.rows.definitions.Put(definitionKey(call.World(), family, number), row)
	return &ecs.RegisterTaskDefinitionOutput{TaskDefinition: &row.TaskDefinition, Tags: row.Tags}, nil
}

// define fills in the defaults of AWS.
func define(in *ecs.RegisterTaskDefinitionInput) types.TaskDefinition {
	cpu, memory, _ := checkSize(aws.ToString(in.Cpu), aws.ToString(in.Memory))
	d := types.TaskDefinition{
		Family: in.Family, Status: types.TaskDefinitionStatusActive,
		Cpu: text(cpu), Memory: text(memory), NetworkMode: types.NetworkModeAwsvpc,
		ExecutionRoleArn: in.ExecutionRoleArn, TaskRoleArn: in.TaskRoleArn,
		EphemeralStorage: in.EphemeralStorage, RuntimePlatform: in.RuntimePlatform,
		RequiresCompatibilities: in.RequiresCompatibilities,
		Compatibilities:         []types.Compatibility{types.CompatibilityEc2, types.CompatibilityFargate},
		EnableFaultInjection:    in.EnableFaultInjection, PidMode: in.PidMode,
		PlacementConstraints: []types.TaskDefinitionPlacementConstraint{},
		Volumes:              append([]types.Volume{}, in.Volumes...),
	}
	for _, c := range in.ContainerDefinitions {
		d.ContainerDefinitions = append(d.ContainerDefinitions, defineContainer(c))
	}
	return d
}

func defineContainer(c types.ContainerDefinition) types.ContainerDefinition {
	if c.Essential == nil {
		c.Essential = aws.Bool(true)
	}
	ports := []types.PortMapping{}
	for _, p := range c.PortMappings {
		if p.Protocol == "" {
			p.Protocol = types.TransportProtocolTcp
		}
		p.HostPort = p.ContainerPort
		ports = append(ports, p)
	}
	c.PortMappings = ports
	if h := c.HealthCheck; h != nil {
		filled := types.HealthCheck{Command: h.Command, StartPeriod: h.StartPeriod,
			Interval: or(h.Interval, 30), Timeout: or(h.Timeout, 5), Retries: or(h.Retries, 3)}
		c.HealthCheck = &filled
	}
	c.Environment = append([]types.KeyValuePair{}, c.Environment...)
	c.MountPoints = append([]types.MountPoint{}, c.MountPoints...)
	c.VolumesFrom = append([]types.VolumeFrom{}, c.VolumesFrom...)
	c.SystemControls = append([]types.SystemControl{}, c.SystemControls...)
	return c
}

// or is the value, or what AWS takes where there is none.
func or(value *int32, fallback int32) *int32 {
	if value == nil {
		return &fallback
	}
	return value
}

// definition finds a task definition by family (the latest ACTIVE revision),
// family:revision or ARN.
func (e *ECS) definition(ctx context.Context, reference *string) (string, definition, error) {
	world, name := wire.From(ctx).World(), aws.ToString(reference)
	if strings.HasPrefix(name, "arn:") {
		key, ok := rowKey(ctx, name, "task-definition")
		if !ok {
			return "", definition{}, refused("Unable to describe task definition.")
		}
		name = strings.TrimPrefix(key, world)
	}
	family, number, numbered := strings.Cut(name, ":")
	if numbered {
		n, err := strconv.ParseInt(number, 10, 32)
		if err != nil {
			return "", definition{}, invalid("Invalid revision number. Number: %s", number)
		}
		key := definitionKey(world, family, int32(n))
		if row, ok := e.rows.definitions.Get(key); ok {
			return key, row, nil
		}
		return "", definition{}, refused("Unable to describe task definition.")
	}
	return e.latest(world, family)
}

func (e *ECS) latest(world, family string) (string, definition, error) {
	var key string
	var found definition
	for k, row := range e.rows.definitions.All(world + family + ":") {
		if row.Status == types.TaskDefinitionStatusActive {
			key, found = k, row
		}
	}
	if key == "" {
		return "", found, refused("Unable to describe task definition.")
	}
	return key, found, nil
}

// runnable finds a task definition that a task may be started from.
func (e *ECS) runnable(ctx context.Context, reference *string) (definition, error) {
	if aws.ToString(reference) == "" {
		return definition{}, invalid("TaskDefinition can not be blank.")
	}
	_, row, err := e.definition(ctx, reference)
	if err != nil {
		return row, refused("TaskDefinition not found.")
	}
	if row.Status != types.TaskDefinitionStatusActive {
		return row, refused("TaskDefinition is inactive")
	}
	return row, nil
}

// DescribeTaskDefinition shows one revision.
func (e *ECS) DescribeTaskDefinition(ctx context.Context, in *ecs.DescribeTaskDefinitionInput) (*ecs.DescribeTaskDefinitionOutput, error) {
	if aws.ToString(in.TaskDefinition) == "" {
		return nil, refused("Task Definition can not be blank.")
	}
	_, row, err := e.definition(ctx, in.TaskDefinition)
	if err != nil {
		return nil, err
	}
	out := &ecs.DescribeTaskDefinitionOutput{TaskDefinition: &row.TaskDefinition}
	for _, field := range in.Include {
		if field == types.TaskDefinitionFieldTags {
			out.Tags = row.Tags
		}
	}
	return out, nil
}
