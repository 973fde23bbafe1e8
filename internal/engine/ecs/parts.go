// Package ecs is the engine's Elastic Container Service: clusters, task
// definitions, tasks, services and their deployments, with the scheduler and
// the agents that run tasks. It never talks to Docker: a runtime.Runtime does.
package ecs

import (
	"context"
	"net/netip"
	"time"

	"photon/internal/engine/runtime"
)

// Parts are the neighbours that the scheduler and its agents rely on. The
// engine connects them; ecs imports none of the packages behind them. Every
// context carries a wire.Call with the account and region of the work.
type Parts struct {
	Runtime runtime.Runtime

	// Attach makes the network interface of a task (ec2). Errors are what a
	// task's stoppedReason shows. Detach deletes it again.
	Attach func(ctx context.Context, subnet string, groups []string, description string) (Interface, error)
	Detach func(ctx context.Context, id string) error
	// CheckNetwork fails as CreateService does when a subnet or security
	// group does not exist or they are of different VPCs (ec2).
	CheckNetwork func(ctx context.Context, subnets, groups []string) error

	// Targets is the load balancer's side (elb).
	Targets Targets

	// Append writes log events, creating the stream (not the group) (logs).
	Append func(ctx context.Context, group, stream string, events []LogEvent) error
	// CreateGroup makes the log group unless it exists (logs): what the
	// awslogs option awslogs-create-group asks for. Nil means that task
	// definitions with that option are refused.
	CreateGroup func(ctx context.Context, group string) error
	// Secret returns the value behind a container secret's valueFrom:
	// Secrets Manager ARN with its suffixes, SSM name or ARN (secrets).
	Secret func(ctx context.Context, valueFrom string) (string, error)
	// Key returns the ARN of the customer's KMS key that encrypts that
	// value; empty when it is AWS's own (secrets).
	Key func(ctx context.Context, valueFrom string) string

	// Allowed fails when the role does not exist, cannot be assumed by the
	// service principal, or may not do action on resource (iam). An empty
	// action checks the trust alone.
	Allowed func(ctx context.Context, roleARN, principal, action, resource string) error

	// PullAuth returns the login for an image in the engine's own registry,
	// and false for any other image (ecr).
	PullAuth func(ctx context.Context, image string) (runtime.Auth, bool)

	// Metric records one value (cloudwatch).
	Metric func(ctx context.Context, namespace, name, unit string, value float64, dimensions map[string]string)
}

// Targets is what the scheduler needs of load balancing.
type Targets interface {
	// Describe tells what CreateService must know of a target group; false
	// when it does not exist.
	Describe(ctx context.Context, targetGroupARN string) (TargetGroup, bool)
	// Register adds a target or, with away set, begins to drain it.
	Register(ctx context.Context, targetGroupARN string, target netip.AddrPort, away bool) error
	// Health returns the state of a target in ELB's words: "initial",
	// "healthy", "unhealthy", "draining", "unused", with reason code and
	// description. "" means that the target is not registered (drained).
	Health(ctx context.Context, targetGroupARN string, target netip.AddrPort) (state, reason, description string)
}

// TargetGroup is a target group as far as ECS cares.
type TargetGroup struct {
	TargetType    string // "ip", "instance", …
	LoadBalancers []string
	VPC           string
}

// Interface is a task's elastic network interface.
type Interface struct {
	ID, Subnet, VPC, Zone, MAC string
	Address                    netip.Addr
	Range                      netip.Prefix // of the VPC
}

// LogEvent is one line of a container's output.
type LogEvent struct {
	Time    time.Time
	Message string
}
