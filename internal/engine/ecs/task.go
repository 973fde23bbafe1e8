package ecs

import (
	"net/netip"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// task is a task as DescribeTasks shows it, and what its agent and its
// scheduler must know. Its agent alone changes LastStatus.
type task struct {
	types.Task
	Key            string
	Service        string   // name, of a service's task
	Revision       string   // id
	Groups         []string // security groups
	Interface      Interface
	Targets        []target
	Checked        bool // an essential container has a health check
	Proven         bool // it has been healthy once
	Failing        bool // stopped because it was unhealthy
	ProtectedUntil time.Time
}

// target is where a load balancer reaches a task.
type target struct {
	Group   string
	Address netip.AddrPort
}

func (t task) stopped() bool { return aws.ToString(t.LastStatus) == "STOPPED" }

func (t task) id() string { return last(t.Key) }

// serviceKey is the key of the service that the task belongs to.
func (t task) serviceKey() string { return t.Key[:strings.LastIndex(t.Key, "/")+1] + t.Service }

// phase is where the task is in its life, as the scheduler sees it.
func (t task) phase() phase {
	if aws.ToString(t.DesiredStatus) == "RUNNING" {
		if aws.ToString(t.LastStatus) == "RUNNING" {
			return running
		}
		return pending
	}
	switch aws.ToString(t.LastStatus) {
	case "STOPPING", "DEPROVISIONING", "STOPPED":
		return gone
	}
	return leaving
}

// stop wants the task stopped; the first reason stays.
func (t *task) stop(code types.TaskStopCode, reason string) {
	if aws.ToString(t.DesiredStatus) == "STOPPED" {
		return
	}
	t.DesiredStatus, t.StopCode, t.StoppedReason = aws.String("STOPPED"), code, &reason
	t.StoppingAt = aws.Time(time.Now())
	t.Version++
}

// failed tells whether the end of the task counts against its deployment.
func (t task) failed() bool {
	switch t.StopCode {
	case types.TaskStopCodeTaskFailedToStart, types.TaskStopCodeEssentialContainerExited:
		return true
	}
	return t.Failing
}

// birth is what a new task is made of.
type birth struct {
	call       wire.Call
	cluster    string // key prefix of the cluster's rows
	clusterARN *string
	definition definition
	network    *types.NetworkConfiguration
	launch     types.LaunchType
	provider   *string
	group      string
	startedBy  *string
	overrides  *types.TaskOverride
	tags       []types.Tag
	ordinal    int // spreads tasks over subnets
}

// newTask makes the row of a task that is about to be PROVISIONING.
func newTask(b birth) task {
	id := newID()
	d := b.definition
	arn := b.call.ARN("ecs", "task/"+last(*b.clusterARN)+"/"+id)
	t := task{Key: b.cluster + id, Groups: b.network.AwsvpcConfiguration.SecurityGroups, Task: types.Task{
		TaskArn: &arn, ClusterArn: b.clusterARN, TaskDefinitionArn: d.TaskDefinitionArn,
		Cpu: d.Cpu, Memory: d.Memory, CreatedAt: aws.Time(time.Now()),
		LastStatus: aws.String("PROVISIONING"), DesiredStatus: aws.String("RUNNING"),
		LaunchType: b.launch, CapacityProviderName: b.provider,
		PlatformFamily: aws.String("Linux"), PlatformVersion: aws.String("1.4.0"),
		Group: &b.group, StartedBy: b.startedBy, Overrides: b.overrides, Tags: b.tags, Version: 1,
		HealthStatus: types.HealthStatusUnknown, Attributes: []types.Attribute{architecture(d)},
		EphemeralStorage: &types.EphemeralStorage{SizeInGiB: 20},
	}}
	if t.Overrides == nil {
		t.Overrides = &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{}}
	}
	if d.EphemeralStorage != nil {
		t.EphemeralStorage = d.EphemeralStorage
	}
	subnets := b.network.AwsvpcConfiguration.Subnets
	t.Attachments = []types.Attachment{{
		Id: aws.String(newUUID()), Type: aws.String("ElasticNetworkInterface"), Status: aws.String("PRECREATED"),
		Details: pairs("subnetId", subnets[b.ordinal%len(subnets)]),
	}}
	for _, c := range d.ContainerDefinitions {
		t.Containers = append(t.Containers, newContainer(b.call, t, c))
		t.Checked = t.Checked || c.HealthCheck != nil && aws.ToBool(c.Essential)
	}
	return t
}

func newContainer(call wire.Call, t task, c types.ContainerDefinition) types.Container {
	arn := call.ARN("ecs", "container/"+path(t.Key)+"/"+newUUID())
	shown := types.Container{
		ContainerArn: &arn, TaskArn: t.TaskArn, Name: c.Name, Image: c.Image, LastStatus: aws.String("PENDING"),
		Cpu: text(int(c.Cpu)), NetworkInterfaces: []types.NetworkInterface{}, HealthStatus: types.HealthStatusUnknown,
	}
	if c.Memory != nil {
		shown.Memory = text(int(*c.Memory))
	}
	if c.MemoryReservation != nil {
		shown.MemoryReservation = text(int(*c.MemoryReservation))
	}
	return shown
}

func architecture(d definition) types.Attribute {
	value := "x86_64"
	if platformOf(d) == "linux/arm64" {
		value = "arm64"
	}
	return types.Attribute{Name: aws.String("ecs.cpu-architecture"), Value: &value}
}

// platformOf is the platform of a definition's images in Docker's words.
func platformOf(d definition) string {
	if p := d.RuntimePlatform; p != nil && p.CpuArchitecture == types.CPUArchitectureArm64 {
		return "linux/arm64"
	}
	return "linux/amd64"
}

func pairs(namesAndValues ...string) []types.KeyValuePair {
	var list []types.KeyValuePair
	for i := 0; i < len(namesAndValues); i += 2 {
		list = append(list, types.KeyValuePair{Name: &namesAndValues[i], Value: &namesAndValues[i+1]})
	}
	return list
}
