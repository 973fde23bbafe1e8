// Package elb is the engine's Elastic Load Balancing (v2): application load
// balancers, listeners, rules, target groups and the health of targets. It
// never touches a request: the data plane, which it is given, does.
package elb

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

// Parts are the neighbours of load balancing. The engine connects them.
type Parts struct {
	Plane   Plane
	Network Network
	// Dial connects to a target for a health check.
	Dial func(ctx context.Context, target netip.AddrPort) (net.Conn, error)
	// Metric records one value.
	Metric func(ctx context.Context, namespace, name, unit string, value float64, dimensions map[string]string)
}

// Plane is the data plane; package balancer has functions of these types.
type Plane struct {
	// Place chooses the DNS name of a new load balancer.
	Place func(taken []string) (string, error)
	// Open listens; bound is the real port, 0 when it is yet to be chosen.
	Open  func(listenerARN, dnsName string, port, bound int) (int, error)
	Close func(listenerARN string)
	// Route sets the rules of an open listener.
	Route func(listenerARN string, rules []types.Rule, idle time.Duration)
	// Serve sets a target group's targets, Forget drops the group.
	Serve  func(groupARN string, serving, draining []netip.AddrPort)
	Forget func(groupARN string)
	// Busy counts the requests that a target is working on.
	Busy func(groupARN string, target netip.AddrPort) int
}

// Network is what load balancers need of VPCs; package ec2 has it.
type Network struct {
	Attach       func(ctx context.Context, subnet string, groups []string, description string) (id string, err error)
	Detach       func(ctx context.Context, id string) error
	Subnet       func(ctx context.Context, id string) (vpc, zone string, ok bool)
	GroupVPC     func(ctx context.Context, id string) (vpc string, ok bool)
	DefaultGroup func(ctx context.Context, vpc string) (id string, ok bool)
	HasVPC       func(ctx context.Context, id string) bool
}

// Options are durations that AWS chooses and does not tell.
type Options struct {
	Provision time.Duration // how long a load balancer is "provisioning"
	Linger    time.Duration // how long its network interfaces outlive it
}

// ELB is the service of all accounts and regions.
type ELB struct {
	parts   Parts
	options Options
	service *wire.Service

	mu sync.Mutex // an operation or a pass of the control loop
	tables
	checks map[string]*check // by the registration's key
	usage  usage
	wake   chan struct{}
	probes sync.WaitGroup
}

// tables are what ELB remembers.
type tables struct {
	loadBalancers *state.Table[loadBalancer]
	groups        *state.Table[targetGroup]
	listeners     *state.Table[listener]
	rules         *state.Table[rule]
	registrations *state.Table[registration]
	leaving       *state.Table[interfaces]
}

// New opens the tables in db. Nothing is served and no target is checked
// before Run.
func New(db *state.DB, parts Parts, options Options) *ELB {
	e := &ELB{
		parts:   parts,
		options: options,
		service: wire.NewService("elasticloadbalancing"),
		tables: tables{
			loadBalancers: state.NewTable[loadBalancer](db, "elb.loadbalancers"),
			groups:        state.NewTable[targetGroup](db, "elb.targetgroups"),
			listeners:     state.NewTable[listener](db, "elb.listeners"),
			rules:         state.NewTable[rule](db, "elb.rules"),
			registrations: state.NewTable[registration](db, "elb.registrations"),
			leaving:       state.NewTable[interfaces](db, "elb.leaving"),
		},
		checks: map[string]*check{},
		wake:   make(chan struct{}, 1),
	}
	e.registerLoadBalancers()
	e.registerListeners()
	e.registerTargetGroups()
	e.registerRest()
	return e
}

// Service is ELB's operations, for the wire.
func (e *ELB) Service() *wire.Service { return e.service }

// op registers a handler that runs alone and is given no parameter but fields.
func op[I, O any](e *ELB, name string, handle func(context.Context, *I) (*O, error), fields ...string) {
	wire.Op(e.service, name, wire.Accept(func(ctx context.Context, in *I) (*O, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		return handle(ctx, in)
	}, fields...))
}

// change is op for operations that the data plane and the control loop must
// hear of.
func change[I, O any](e *ELB, name string, handle func(context.Context, *I) (*O, error), fields ...string) {
	op(e, name, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err == nil {
			e.publish()
			e.stir()
		}
		return out, err
	}, fields...)
}

func (e *ELB) registerLoadBalancers() {
	change(e, "CreateLoadBalancer", e.createLoadBalancer, "Name", "Subnets", "SubnetMappings", "SecurityGroups", "Scheme", "Type", "IpAddressType", "Tags")
	op(e, "DescribeLoadBalancers", e.describeLoadBalancers, "LoadBalancerArns", "Names", "Marker", "PageSize")
	change(e, "DeleteLoadBalancer", e.deleteLoadBalancer, "LoadBalancerArn")
	change(e, "ModifyLoadBalancerAttributes", e.modifyLoadBalancerAttributes, "LoadBalancerArn", "Attributes")
	op(e, "DescribeLoadBalancerAttributes", e.describeLoadBalancerAttributes, "LoadBalancerArn")
	change(e, "SetSubnets", e.setSubnets, "LoadBalancerArn", "Subnets", "SubnetMappings", "IpAddressType")
	change(e, "SetSecurityGroups", e.setSecurityGroups, "LoadBalancerArn", "SecurityGroups")
}

func (e *ELB) registerListeners() {
	change(e, "CreateListener", e.createListener, "LoadBalancerArn", "Port", "Protocol", "DefaultActions", "Tags")
	op(e, "DescribeListeners", e.describeListeners, "LoadBalancerArn", "ListenerArns", "Marker", "PageSize")
	change(e, "ModifyListener", e.modifyListener, "ListenerArn", "Port", "Protocol", "DefaultActions")
	change(e, "DeleteListener", e.deleteListener, "ListenerArn")
	op(e, "DescribeListenerAttributes", e.describeListenerAttributes, "ListenerArn")
	change(e, "CreateRule", e.createRule, "ListenerArn", "Priority", "Conditions", "Actions", "Tags")
	op(e, "DescribeRules", e.describeRules, "ListenerArn", "RuleArns", "Marker", "PageSize")
	change(e, "ModifyRule", e.modifyRule, "RuleArn", "Conditions", "Actions")
	change(e, "DeleteRule", e.deleteRule, "RuleArn")
	change(e, "SetRulePriorities", e.setRulePriorities, "RulePriorities")
}

func (e *ELB) registerTargetGroups() {
	health := []string{
		"HealthCheckEnabled", "HealthCheckIntervalSeconds", "HealthCheckPath", "HealthCheckPort", "HealthCheckProtocol",
		"HealthCheckTimeoutSeconds", "HealthyThresholdCount", "UnhealthyThresholdCount", "Matcher",
	}
	change(e, "CreateTargetGroup", e.createTargetGroup,
		append([]string{"Name", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId", "IpAddressType", "Tags"}, health...)...)
	op(e, "DescribeTargetGroups", e.describeTargetGroups, "LoadBalancerArn", "TargetGroupArns", "Names", "Marker", "PageSize")
	change(e, "ModifyTargetGroup", e.modifyTargetGroup, append([]string{"TargetGroupArn"}, health...)...)
	change(e, "DeleteTargetGroup", e.deleteTargetGroup, "TargetGroupArn")
	change(e, "ModifyTargetGroupAttributes", e.modifyTargetGroupAttributes, "TargetGroupArn", "Attributes")
	op(e, "DescribeTargetGroupAttributes", e.describeTargetGroupAttributes, "TargetGroupArn")
	change(e, "RegisterTargets", e.registerTargets, "TargetGroupArn", "Targets")
	change(e, "DeregisterTargets", e.deregisterTargets, "TargetGroupArn", "Targets")
	op(e, "DescribeTargetHealth", e.describeTargetHealth, "TargetGroupArn", "Targets")
}

func (e *ELB) registerRest() {
	op(e, "AddTags", e.addTags, "ResourceArns", "Tags")
	op(e, "RemoveTags", e.removeTags, "ResourceArns", "TagKeys")
	op(e, "DescribeTags", e.describeTags, "ResourceArns")
	op(e, "DescribeAccountLimits", e.describeAccountLimits, "Marker", "PageSize")
	op(e, "DescribeSSLPolicies", e.describeSSLPolicies, "Names", "LoadBalancerType", "Marker", "PageSize")
}
