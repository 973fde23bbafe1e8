package elb

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

// Rows are kept under the world and the ARN. Each holds the API's own shape;
// what the API derives (states, associations) is filled in when it is shown.

type loadBalancer struct {
	Shape      types.LoadBalancer
	Attributes map[string]string // those that differ from the defaults
	Interfaces []string
	Tags       map[string]string
}

type targetGroup struct {
	Shape      types.TargetGroup
	Attributes map[string]string
	Tags       map[string]string
}

// listener has its default actions in its default rule.
type listener struct {
	Shape types.Listener
	Bound int // the port of this machine
	Tags  map[string]string
}

type rule struct {
	Shape    types.Rule
	Listener string // ARN
	Tags     map[string]string
}

// registration is a target in a target group.
type registration struct {
	Group    string // ARN
	Target   types.TargetDescription
	Draining time.Time // since when; zero while it is registered
}

// interfaces are those of a deleted load balancer.
type interfaces struct {
	LoadBalancer string // ARN
	IDs          []string
	Until        time.Time
}

func (r loadBalancer) arn() string { return aws.ToString(r.Shape.LoadBalancerArn) }
func (r targetGroup) arn() string  { return aws.ToString(r.Shape.TargetGroupArn) }
func (r listener) arn() string     { return aws.ToString(r.Shape.ListenerArn) }
func (r rule) arn() string         { return aws.ToString(r.Shape.RuleArn) }

// key is where the row with an ARN stands. The world is the ARN's own, so that
// control loops find it too; a caller of another world is kept out by find.
func key(arn string) string { return worldOf(arn) + arn }

func worldOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[4] + "/" + parts[3] + "/"
}

// as gives a control loop the world that the ARN is of.
func as(ctx context.Context, arn string) context.Context {
	account, region, _ := strings.Cut(strings.TrimSuffix(worldOf(arn), "/"), "/")
	return wire.With(ctx, wire.Call{Service: "elasticloadbalancing", Account: account, Region: region})
}

// find returns the row with an ARN in the caller's world.
func find[T any](ctx context.Context, table *state.Table[T], arn *string, code, noun string) (T, error) {
	text := aws.ToString(arn)
	if text == "" {
		var zero T
		return zero, wire.Fault("ValidationError", "A %s ARN must be specified", noun)
	}
	row, ok := table.Get(wire.From(ctx).World() + text)
	if !ok {
		return row, wire.Fault(code, "One or more %ss not found: '%s'", noun, text)
	}
	return row, nil
}

func (e *ELB) findLoadBalancer(ctx context.Context, arn *string) (loadBalancer, error) {
	return find(ctx, e.loadBalancers, arn, "LoadBalancerNotFound", "load balancer")
}

func (e *ELB) findGroup(ctx context.Context, arn *string) (targetGroup, error) {
	return find(ctx, e.groups, arn, "TargetGroupNotFound", "target group")
}

func (e *ELB) findListener(ctx context.Context, arn *string) (listener, error) {
	return find(ctx, e.listeners, arn, "ListenerNotFound", "listener")
}

func (e *ELB) findRule(ctx context.Context, arn *string) (rule, error) {
	return find(ctx, e.rules, arn, "RuleNotFound", "rule")
}

// named is "app/name/id" of a load balancer or "targetgroup/name/id".
func named(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	return strings.TrimPrefix(parts[len(parts)-1], "loadbalancer/")
}

func newID() string {
	id := make([]byte, 8)
	rand.Read(id)
	return hex.EncodeToString(id)
}

// checkName applies the naming rules of load balancers and target groups.
func checkName(name, noun string) error {
	switch {
	case name == "":
		return wire.Fault("ValidationError", "A %s name must be specified", noun)
	case len(name) > 32:
		return wire.Fault("ValidationError", "The %s name '%s' cannot be longer than '32' characters", noun, name)
	case strings.HasPrefix(name, "-"), strings.HasSuffix(name, "-"):
		return wire.Fault("ValidationError", "The %s name '%s' cannot begin or end with '-'", noun, name)
	case noun == "load balancer" && strings.HasPrefix(name, "internal-"):
		return wire.Fault("ValidationError", "The load balancer name '%s' cannot begin with 'internal-'", name)
	}
	for _, c := range name {
		if !(c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return wire.Fault("ValidationError", "The %s name '%s' can only contain characters that are alphanumeric characters and hyphens(-)", noun, name)
		}
	}
	return nil
}
