package elb

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/wire"
)

func (e *ELB) createTargetGroup(ctx context.Context, in *elbv2.CreateTargetGroupInput) (*elbv2.CreateTargetGroupOutput, error) {
	shape, err := e.desiredGroup(ctx, in)
	if err != nil {
		return nil, err
	}
	tags, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	world, count := wire.From(ctx).World(), 0
	for _, have := range e.groups.All(world) {
		count++
		if aws.ToString(have.Shape.TargetGroupName) != *in.Name {
			continue
		}
		if !sameGroup(have.Shape, shape) || !sameTags(have.Tags, tags) {
			return nil, wire.Fault("DuplicateTargetGroupName", "A target group with the same name '%s' exists, but with different settings", *in.Name)
		}
		return &elbv2.CreateTargetGroupOutput{TargetGroups: []types.TargetGroup{e.showGroup(have)}}, nil
	}
	if count >= maxTargetGroups {
		return nil, wire.Fault("TooManyTargetGroups", "The maximum number of target groups has been reached")
	}
	arn := wire.From(ctx).ARN("elasticloadbalancing", "targetgroup/"+*in.Name+"/"+newID())
	shape.TargetGroupArn = aws.String(arn)
	row := targetGroup{Shape: shape, Attributes: map[string]string{}, Tags: tags}
	e.groups.Put(key(arn), row)
	return &elbv2.CreateTargetGroupOutput{TargetGroups: []types.TargetGroup{e.showGroup(row)}}, nil
}

// desiredGroup checks the input and fills in AWS's defaults.
func (e *ELB) desiredGroup(ctx context.Context, in *elbv2.CreateTargetGroupInput) (types.TargetGroup, error) {
	shape := types.TargetGroup{
		TargetGroupName: in.Name, Port: in.Port, Protocol: in.Protocol, ProtocolVersion: in.ProtocolVersion,
		TargetType: in.TargetType, VpcId: in.VpcId, IpAddressType: types.TargetGroupIpAddressTypeEnumIpv4,
	}
	if err := checkName(aws.ToString(in.Name), "target group"); err != nil {
		return shape, err
	}
	if shape.TargetType == "" {
		shape.TargetType = types.TargetTypeEnumInstance
	}
	if shape.ProtocolVersion == nil {
		shape.ProtocolVersion = aws.String("HTTP1")
	}
	if err := e.checkKind(ctx, shape, in.IpAddressType); err != nil {
		return shape, err
	}
	checks := healthSettings{
		Enabled: in.HealthCheckEnabled, Interval: in.HealthCheckIntervalSeconds, Path: in.HealthCheckPath,
		Port: in.HealthCheckPort, Protocol: in.HealthCheckProtocol, Timeout: in.HealthCheckTimeoutSeconds,
		Healthy: in.HealthyThresholdCount, Unhealthy: in.UnhealthyThresholdCount, Matcher: in.Matcher,
	}
	shape.HealthCheckEnabled, shape.HealthCheckProtocol = aws.Bool(true), types.ProtocolEnumHttp
	shape.HealthCheckPath, shape.HealthCheckPort = aws.String("/"), aws.String(trafficPort)
	shape.HealthCheckIntervalSeconds, shape.HealthCheckTimeoutSeconds = aws.Int32(30), aws.Int32(5)
	shape.HealthyThresholdCount, shape.UnhealthyThresholdCount = aws.Int32(5), aws.Int32(2)
	shape.Matcher = &types.Matcher{HttpCode: aws.String("200")}
	return checks.over(shape)
}

// checkKind refuses target groups that nothing here could serve.
func (e *ELB) checkKind(ctx context.Context, shape types.TargetGroup, addresses types.TargetGroupIpAddressTypeEnum) error {
	switch {
	case shape.TargetType == types.TargetTypeEnumLambda || shape.TargetType == types.TargetTypeEnumAlb:
		return wire.Fault("UnsupportedOperation", "The engine does not have target groups of type '%s', only 'ip' and 'instance'", shape.TargetType)
	case shape.TargetType != types.TargetTypeEnumIp && shape.TargetType != types.TargetTypeEnumInstance:
		return wire.Fault("ValidationError", "Target type '%s' is not valid", shape.TargetType)
	case shape.Protocol == "" || shape.Port == nil:
		return wire.Fault("ValidationError", "Protocol and port must be specified")
	case *shape.Port < 1 || *shape.Port > 65535:
		return wire.Fault("ValidationError", "Port '%d' must be between '1' and '65535'", *shape.Port)
	case shape.Protocol != types.ProtocolEnumHttp:
		return wire.Fault("UnsupportedOperation", "The engine does not have target groups of protocol '%s', only HTTP", shape.Protocol)
	case *shape.ProtocolVersion != "HTTP1":
		return wire.Fault("UnsupportedOperation", "The engine does not have protocol version '%s', only HTTP1", *shape.ProtocolVersion)
	case addresses != "" && addresses != types.TargetGroupIpAddressTypeEnumIpv4:
		return wire.Fault("UnsupportedOperation", "The engine does not have target groups of address type '%s', only 'ipv4'", addresses)
	case aws.ToString(shape.VpcId) == "":
		return wire.Fault("ValidationError", "A VPC ID must be specified")
	case !e.parts.Network.HasVPC(ctx, *shape.VpcId):
		return wire.Fault("ValidationError", "The VPC ID '%s' is not found", *shape.VpcId)
	}
	return nil
}

func sameGroup(have, want types.TargetGroup) bool {
	return have.TargetType == want.TargetType && *have.Port == *want.Port && *have.VpcId == *want.VpcId &&
		*have.HealthCheckPath == *want.HealthCheckPath && *have.HealthCheckPort == *want.HealthCheckPort &&
		*have.HealthCheckIntervalSeconds == *want.HealthCheckIntervalSeconds &&
		*have.HealthCheckTimeoutSeconds == *want.HealthCheckTimeoutSeconds &&
		*have.HealthyThresholdCount == *want.HealthyThresholdCount &&
		*have.UnhealthyThresholdCount == *want.UnhealthyThresholdCount &&
		aws.ToString(have.Matcher.HttpCode) == aws.ToString(want.Matcher.HttpCode)
}

// showGroup fills in who uses the group.
func (e *ELB) showGroup(row targetGroup) types.TargetGroup {
	return row.usedBy(e.user(row.arn()))
}

func (row targetGroup) usedBy(loadBalancer string) types.TargetGroup {
	row.Shape.LoadBalancerArns = []string{}
	if loadBalancer != "" {
		row.Shape.LoadBalancerArns = append(row.Shape.LoadBalancerArns, loadBalancer)
	}
	return row.Shape
}

func (e *ELB) describeTargetGroups(ctx context.Context, in *elbv2.DescribeTargetGroupsInput) (*elbv2.DescribeTargetGroupsOutput, error) {
	if in.LoadBalancerArn != nil {
		if _, err := e.findLoadBalancer(ctx, in.LoadBalancerArn); err != nil {
			return nil, err
		}
	}
	var found []types.TargetGroup
	asked := wanted(append(slices.Clone(in.TargetGroupArns), in.Names...))
	users := e.users()
	for _, row := range e.groups.All(wire.From(ctx).World()) {
		if !asked.wants(row.arn(), aws.ToString(row.Shape.TargetGroupName)) {
			continue
		}
		shape := row.usedBy(users[row.arn()])
		if in.LoadBalancerArn == nil || slices.Contains(shape.LoadBalancerArns, *in.LoadBalancerArn) {
			found = append(found, shape)
		}
	}
	if id, ok := asked.first(); ok {
		return nil, wire.Fault("TargetGroupNotFound", "One or more target groups not found: '%s'", id)
	}
	page, next, err := wire.Page(found, in.Marker, in.PageSize, pageSize, "ValidationError")
	return &elbv2.DescribeTargetGroupsOutput{TargetGroups: page, NextMarker: next}, err
}

func (e *ELB) modifyTargetGroup(ctx context.Context, in *elbv2.ModifyTargetGroupInput) (*elbv2.ModifyTargetGroupOutput, error) {
	row, err := e.findGroup(ctx, in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	row.Shape, err = healthSettings{
		Enabled: in.HealthCheckEnabled, Interval: in.HealthCheckIntervalSeconds, Path: in.HealthCheckPath,
		Port: in.HealthCheckPort, Protocol: in.HealthCheckProtocol, Timeout: in.HealthCheckTimeoutSeconds,
		Healthy: in.HealthyThresholdCount, Unhealthy: in.UnhealthyThresholdCount, Matcher: in.Matcher,
	}.over(row.Shape)
	if err != nil {
		return nil, err
	}
	e.groups.Put(key(row.arn()), row)
	return &elbv2.ModifyTargetGroupOutput{TargetGroups: []types.TargetGroup{e.showGroup(row)}}, nil
}

func (e *ELB) deleteTargetGroup(ctx context.Context, in *elbv2.DeleteTargetGroupInput) (*elbv2.DeleteTargetGroupOutput, error) {
	row, ok := e.groups.Get(wire.From(ctx).World() + aws.ToString(in.TargetGroupArn))
	if !ok {
		return &elbv2.DeleteTargetGroupOutput{}, nil // as AWS: it is gone
	}
	if e.user(row.arn()) != "" {
		return nil, wire.Fault("ResourceInUse", "Target group '%s' is currently in use by a listener or a rule", row.arn())
	}
	for k := range maps.Collect(e.registrations.All(registrationPrefix(row.arn()))) {
		e.registrations.Delete(k)
		delete(e.checks, k)
	}
	e.groups.Delete(key(row.arn()))
	e.parts.Plane.Forget(row.arn())
	return &elbv2.DeleteTargetGroupOutput{}, nil
}
