package elb

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/wire"
)

// registrationPrefix begins the keys of a target group's targets.
func registrationPrefix(groupARN string) string { return key(groupARN) + "|" }

func registrationKey(groupARN string, t types.TargetDescription) string {
	return registrationPrefix(groupARN) + aws.ToString(t.Id) + ":" + strconv.Itoa(int(aws.ToInt32(t.Port)))
}

// address is where a target listens; false for an instance, which is data.
func (r registration) address() (netip.AddrPort, bool) {
	ip, err := netip.ParseAddr(aws.ToString(r.Target.Id))
	return netip.AddrPortFrom(ip, uint16(aws.ToInt32(r.Target.Port))), err == nil
}

// checkTarget fills in the group's port and refuses what cannot be a target.
func checkTarget(group targetGroup, t types.TargetDescription) (types.TargetDescription, error) {
	id := aws.ToString(t.Id)
	if group.Shape.TargetType == types.TargetTypeEnumIp {
		ip, err := netip.ParseAddr(id)
		if err != nil || !ip.Is4() {
			return t, wire.Fault("ValidationError", "The IP address '%s' is not a valid IPv4 address", id)
		}
		if !ip.IsPrivate() && !inCarrierRange(ip) {
			return t, wire.Fault("ValidationError", "The IP address '%s' must be within the VPC of the target group or a private range", id)
		}
	} else if len(id) < 3 || id[:2] != "i-" {
		return t, wire.Fault("InvalidTarget", "The following targets are not in a running state and cannot be registered: '%s'", id)
	}
	if t.QuicServerId != nil {
		return t, wire.Fault("UnsupportedOperation", "The engine does not have QUIC targets")
	}
	if t.Port == nil {
		t.Port = group.Shape.Port
	}
	if *t.Port < 1 || *t.Port > 65535 {
		return t, wire.Fault("ValidationError", "Target port '%d' must be between '1' and '65535'", *t.Port)
	}
	return t, nil
}

// inCarrierRange: AWS takes 100.64.0.0/10 besides RFC 1918.
func inCarrierRange(ip netip.Addr) bool {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64, 0, 0}), 10).Contains(ip)
}

func (e *ELB) registerTargets(ctx context.Context, in *elbv2.RegisterTargetsInput) (*elbv2.RegisterTargetsOutput, error) {
	group, err := e.findGroup(ctx, in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	if len(in.Targets) == 0 {
		return nil, wire.Fault("ValidationError", "At least one target must be specified")
	}
	targets := make([]types.TargetDescription, len(in.Targets))
	for i, t := range in.Targets {
		if targets[i], err = checkTarget(group, t); err != nil {
			return nil, err
		}
	}
	have := 0
	for range e.registrations.All(registrationPrefix(group.arn())) {
		have++
	}
	if have+len(targets) > maxTargets {
		return nil, wire.Fault("TooManyTargets", "The maximum number of targets in target group '%s' has been reached", group.arn())
	}
	for _, t := range targets {
		at := registrationKey(group.arn(), t)
		if old, ok := e.registrations.Get(at); ok && old.Draining.IsZero() {
			continue
		}
		delete(e.checks, at) // a target that comes back begins anew
		e.registrations.Put(at, registration{Group: group.arn(), Target: t})
	}
	return &elbv2.RegisterTargetsOutput{}, nil
}

func (e *ELB) deregisterTargets(ctx context.Context, in *elbv2.DeregisterTargetsInput) (*elbv2.DeregisterTargetsOutput, error) {
	group, err := e.findGroup(ctx, in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	var leaving []string // a target that is not registered is gone already
	for _, t := range in.Targets {
		leaving = append(leaving, e.matching(group, t)...)
	}
	for _, at := range leaving {
		row, _ := e.registrations.Get(at)
		if row.Draining.IsZero() {
			row.Draining = time.Now()
			e.registrations.Put(at, row)
		}
	}
	return &elbv2.DeregisterTargetsOutput{}, nil
}

// matching are the keys of the registrations that a description means; one
// without a port means all ports.
func (e *ELB) matching(group targetGroup, t types.TargetDescription) []string {
	var keys []string
	for at, row := range e.registrations.All(registrationPrefix(group.arn())) {
		samePort := t.Port == nil || *t.Port == aws.ToInt32(row.Target.Port)
		if aws.ToString(row.Target.Id) == aws.ToString(t.Id) && samePort {
			keys = append(keys, at)
		}
	}
	return keys
}

func (e *ELB) describeTargetHealth(ctx context.Context, in *elbv2.DescribeTargetHealthInput) (*elbv2.DescribeTargetHealthOutput, error) {
	group, err := e.findGroup(ctx, in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	out := &elbv2.DescribeTargetHealthOutput{TargetHealthDescriptions: []types.TargetHealthDescription{}}
	used := e.user(group.arn()) != ""
	if len(in.Targets) == 0 {
		for at, row := range e.registrations.All(registrationPrefix(group.arn())) {
			out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, e.describeHealth(group, at, row, used))
		}
	}
	for _, t := range in.Targets {
		found := e.matching(group, t)
		if len(found) == 0 {
			out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, notRegistered(t))
		}
		for _, at := range found {
			row, _ := e.registrations.Get(at)
			out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, e.describeHealth(group, at, row, used))
		}
	}
	return out, nil
}

func notRegistered(t types.TargetDescription) types.TargetHealthDescription {
	return types.TargetHealthDescription{Target: &t, TargetHealth: &types.TargetHealth{
		State: types.TargetHealthStateEnumUnused, Reason: types.TargetHealthReasonEnumNotRegistered,
		Description: aws.String("Target is not registered to the target group"),
	}}
}

func (e *ELB) describeHealth(group targetGroup, at string, row registration, used bool) types.TargetHealthDescription {
	h := e.health(at, row, used)
	shape := types.TargetHealthDescription{Target: &row.Target, TargetHealth: h.shape()}
	port := aws.ToString(group.Shape.HealthCheckPort)
	if port == trafficPort {
		port = strconv.Itoa(int(aws.ToInt32(row.Target.Port)))
	}
	shape.HealthCheckPort = aws.String(port)
	return shape
}

// TargetGroup is a target group as far as the scheduler of tasks cares.
type TargetGroup struct {
	TargetType    string // "ip", "instance"
	LoadBalancers []string
	VPC           string
}

// Describe tells about a target group; false when it does not exist.
func (e *ELB) Describe(ctx context.Context, targetGroupARN string) (TargetGroup, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	row, err := e.findGroup(ctx, &targetGroupARN)
	if err != nil {
		return TargetGroup{}, false
	}
	group := TargetGroup{TargetType: string(row.Shape.TargetType), VPC: aws.ToString(row.Shape.VpcId)}
	if user := e.user(row.arn()); user != "" {
		group.LoadBalancers = []string{user}
	}
	return group, true
}

// Register adds a target or, with away set, begins to drain it. Draining a
// target that is not registered is done already.
func (e *ELB) Register(ctx context.Context, targetGroupARN string, target netip.AddrPort, away bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	description := []types.TargetDescription{{Id: aws.String(target.Addr().String()), Port: aws.Int32(int32(target.Port()))}}
	var err error
	if away {
		_, err = e.deregisterTargets(ctx, &elbv2.DeregisterTargetsInput{TargetGroupArn: &targetGroupARN, Targets: description})
	} else {
		_, err = e.registerTargets(ctx, &elbv2.RegisterTargetsInput{TargetGroupArn: &targetGroupARN, Targets: description})
	}
	if err == nil {
		e.publish()
		e.stir()
	}
	return err
}

// Health returns the state of a target in ELB's words with reason code and
// description; "" for one that is not registered, or has been drained.
func (e *ELB) Health(ctx context.Context, targetGroupARN string, target netip.AddrPort) (state, reason, description string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	group, err := e.findGroup(ctx, &targetGroupARN)
	if err != nil {
		return "", "", ""
	}
	found := e.matching(group, types.TargetDescription{Id: aws.String(target.Addr().String()), Port: aws.Int32(int32(target.Port()))})
	if len(found) == 0 {
		return "", "", ""
	}
	row, _ := e.registrations.Get(found[0])
	h := e.health(found[0], row, e.user(group.arn()) != "")
	return string(h.State), string(h.Reason), h.Description
}

// targets splits a group: draining are the targets on their way out, and
// serving those that may get requests: the healthy ones or, when there is no
// healthy one, all unhealthy ones (AWS: fail open).
func (e *ELB) targets(group targetGroup, used bool) (serving, draining []netip.AddrPort) {
	var unhealthy []netip.AddrPort
	for at, row := range e.registrations.All(registrationPrefix(group.arn())) {
		address, ok := row.address()
		if !ok {
			continue
		}
		switch e.health(at, row, used).State {
		case types.TargetHealthStateEnumHealthy:
			serving = append(serving, address)
		case types.TargetHealthStateEnumUnhealthy:
			unhealthy = append(unhealthy, address)
		case types.TargetHealthStateEnumDraining:
			draining = append(draining, address)
		}
	}
	if len(serving) == 0 {
		serving = unhealthy
	}
	return slices.Clip(serving), draining
}
