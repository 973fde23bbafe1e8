package elb

import (
	"context"
	"errors"
	"slices"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/wire"
)

func (e *ELB) createListener(ctx context.Context, in *elbv2.CreateListenerInput) (*elbv2.CreateListenerOutput, error) {
	lb, err := e.findLoadBalancer(ctx, in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	if err := checkEndpoint(in.Protocol, in.Port); err != nil {
		return nil, err
	}
	actions, err := e.checkActions(ctx, lb, in.DefaultActions)
	if err != nil {
		return nil, err
	}
	tags, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	siblings := e.listenersOf(lb.arn())
	for _, have := range siblings {
		if *have.Shape.Port != *in.Port {
			continue
		}
		if !sameActions(e.defaultRule(have).Shape.Actions, actions) || !sameTags(have.Tags, tags) {
			return nil, wire.Fault("DuplicateListener", "A listener already exists on this port for this load balancer '%s'", lb.arn())
		}
		return &elbv2.CreateListenerOutput{Listeners: []types.Listener{e.showListener(have)}}, nil
	}
	if len(siblings) >= maxListeners {
		return nil, wire.Fault("TooManyListeners", "The maximum number of listeners has been reached on load balancer '%s'", lb.arn())
	}
	row, err := e.openListener(lb, in.Port, actions, tags)
	if err != nil {
		return nil, err
	}
	return &elbv2.CreateListenerOutput{Listeners: []types.Listener{e.showListener(row)}}, nil
}

// checkEndpoint refuses what the data plane cannot serve.
func checkEndpoint(protocol types.ProtocolEnum, port *int32) error {
	switch protocol {
	case types.ProtocolEnumHttp:
	case types.ProtocolEnumHttps:
		return wire.Fault("UnsupportedOperation", "The engine does not have HTTPS listeners, only HTTP")
	case "":
		return wire.Fault("ValidationError", "A listener protocol must be specified")
	default:
		return wire.Fault("ValidationError", "Listener protocol '%s' is not supported with a load balancer of type 'application'", protocol)
	}
	if port == nil || *port < 1 || *port > 65535 {
		return wire.Fault("ValidationError", "A listener port must be between '1' and '65535'")
	}
	return nil
}

// openListener opens the port and, when that worked, makes the listener with
// its default rule.
func (e *ELB) openListener(lb loadBalancer, port *int32, actions []types.Action, tags map[string]string) (listener, error) {
	arn := listenerPrefix(lb.arn()) + newID()
	bound, err := e.open(arn, lb, int(*port))
	if err != nil {
		return listener{}, err
	}
	row := listener{Bound: bound, Tags: tags, Shape: types.Listener{
		ListenerArn: aws.String(arn), LoadBalancerArn: lb.Shape.LoadBalancerArn, Port: port, Protocol: types.ProtocolEnumHttp,
	}}
	e.listeners.Put(key(arn), row)
	e.putRule(rule{Listener: arn, Shape: types.Rule{
		RuleArn: aws.String(ruleARN(arn)), Priority: aws.String("default"), IsDefault: aws.Bool(true),
		Actions: actions, Conditions: []types.RuleCondition{},
	}})
	return row, nil
}

func (e *ELB) open(arn string, lb loadBalancer, port int) (int, error) {
	bound, err := e.parts.Plane.Open(arn, aws.ToString(lb.Shape.DNSName), port, 0)
	if errors.Is(err, syscall.EADDRINUSE) {
		return 0, wire.Fault("InvalidConfigurationRequest", "Listener port %d: %v; another program on this machine uses it", port, err)
	}
	if err != nil {
		return 0, wire.Fault("InvalidConfigurationRequest", "Listener port %d: %v", port, err)
	}
	return bound, nil
}

func ruleARN(listenerARN string) string { return rulePrefix(listenerARN) + newID() }

// rulePrefix begins the ARNs of a listener's rules.
func rulePrefix(listenerARN string) string {
	return strings.Replace(listenerARN, ":listener/", ":listener-rule/", 1) + "/"
}

// listenerPrefix begins the ARNs of a load balancer's listeners.
func listenerPrefix(loadBalancerARN string) string {
	return strings.Replace(loadBalancerARN, ":loadbalancer/", ":listener/", 1) + "/"
}

// ownerOf is the ARN of the load balancer that a listener's ARN contains.
func ownerOf(listenerARN string) string {
	last := strings.LastIndexByte(listenerARN, '/')
	return strings.Replace(listenerARN[:last], ":listener/", ":loadbalancer/", 1)
}

// listenersOf are the listeners of a load balancer in the order of their ports.
func (e *ELB) listenersOf(loadBalancerARN string) []listener {
	var found []listener
	for _, row := range e.listeners.All(key(listenerPrefix(loadBalancerARN))) {
		found = append(found, row)
	}
	slices.SortFunc(found, func(a, b listener) int { return int(*a.Shape.Port - *b.Shape.Port) })
	return found
}

func (e *ELB) showListener(row listener) types.Listener {
	row.Shape.DefaultActions = e.defaultRule(row).Shape.Actions
	return row.Shape
}

func (e *ELB) describeListeners(ctx context.Context, in *elbv2.DescribeListenersInput) (*elbv2.DescribeListenersOutput, error) {
	var found []types.Listener
	if in.LoadBalancerArn != nil {
		lb, err := e.findLoadBalancer(ctx, in.LoadBalancerArn)
		if err != nil {
			return nil, err
		}
		for _, row := range e.listenersOf(lb.arn()) {
			found = append(found, e.showListener(row))
		}
	} else if len(in.ListenerArns) == 0 {
		return nil, wire.Fault("ValidationError", "You must specify either listener ARNs or a load balancer ARN")
	}
	for _, arn := range in.ListenerArns {
		row, err := e.findListener(ctx, &arn)
		if err != nil {
			return nil, err
		}
		found = append(found, e.showListener(row))
	}
	page, next, err := wire.Page(found, in.Marker, in.PageSize, pageSize, "ValidationError")
	return &elbv2.DescribeListenersOutput{Listeners: page, NextMarker: next}, err
}

func (e *ELB) modifyListener(ctx context.Context, in *elbv2.ModifyListenerInput) (*elbv2.ModifyListenerOutput, error) {
	row, err := e.findListener(ctx, in.ListenerArn)
	if err != nil {
		return nil, err
	}
	lb, err := e.findLoadBalancer(ctx, row.Shape.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	byDefault := e.defaultRule(row)
	if in.DefaultActions != nil {
		if byDefault.Shape.Actions, err = e.checkActions(ctx, lb, in.DefaultActions); err != nil {
			return nil, err
		}
	}
	if in.Protocol != "" {
		if err := checkEndpoint(in.Protocol, row.Shape.Port); err != nil {
			return nil, err
		}
	}
	if in.Port != nil && *in.Port != *row.Shape.Port {
		if row, err = e.movePort(lb, row, in.Port); err != nil {
			return nil, err
		}
	}
	e.putRule(byDefault)
	return &elbv2.ModifyListenerOutput{Listeners: []types.Listener{e.showListener(row)}}, nil
}

func (e *ELB) movePort(lb loadBalancer, row listener, port *int32) (listener, error) {
	if err := checkEndpoint(row.Shape.Protocol, port); err != nil {
		return row, err
	}
	for _, other := range e.listenersOf(lb.arn()) {
		if *other.Shape.Port == *port {
			return row, wire.Fault("DuplicateListener", "A listener already exists on this port for this load balancer '%s'", lb.arn())
		}
	}
	e.parts.Plane.Close(row.arn())
	bound, err := e.open(row.arn(), lb, int(*port))
	if err != nil {
		_, _ = e.parts.Plane.Open(row.arn(), aws.ToString(lb.Shape.DNSName), int(*row.Shape.Port), row.Bound)
		e.publish()
		return row, err
	}
	row.Shape.Port, row.Bound = port, bound
	e.listeners.Put(key(row.arn()), row)
	return row, nil
}

func (e *ELB) deleteListener(ctx context.Context, in *elbv2.DeleteListenerInput) (*elbv2.DeleteListenerOutput, error) {
	row, err := e.findListener(ctx, in.ListenerArn)
	if err != nil {
		return nil, err
	}
	e.dropListener(row)
	return &elbv2.DeleteListenerOutput{}, nil
}

// dropListener removes a listener with its rules.
func (e *ELB) dropListener(row listener) {
	e.parts.Plane.Close(row.arn())
	for _, r := range e.rulesOf(row.arn()) {
		e.rules.Delete(key(r.arn()))
	}
	e.listeners.Delete(key(row.arn()))
}

func (e *ELB) describeListenerAttributes(ctx context.Context, in *elbv2.DescribeListenerAttributesInput) (*elbv2.DescribeListenerAttributesOutput, error) {
	if _, err := e.findListener(ctx, in.ListenerArn); err != nil {
		return nil, err
	}
	return &elbv2.DescribeListenerAttributesOutput{Attributes: []types.ListenerAttribute{
		{Key: aws.String("routing.http.response.server.enabled"), Value: aws.String("true")},
	}}, nil
}
