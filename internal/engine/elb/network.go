package elb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photon/internal/engine/wire"
)

func (e *ELB) setSubnets(ctx context.Context, in *elbv2.SetSubnetsInput) (*elbv2.SetSubnetsOutput, error) {
	row, err := e.findLoadBalancer(ctx, in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	if err := checkAddressType(in.IpAddressType); err != nil {
		return nil, err
	}
	vpc, zones, err := e.zones(ctx, in.Subnets, in.SubnetMappings)
	if err != nil {
		return nil, err
	}
	if vpc != aws.ToString(row.Shape.VpcId) {
		return nil, wire.Fault("InvalidConfigurationRequest", "The subnets must belong to VPC '%s' of the load balancer", aws.ToString(row.Shape.VpcId))
	}
	row.Shape.AvailabilityZones = zones
	if err := e.reattach(ctx, row); err != nil {
		return nil, err
	}
	return &elbv2.SetSubnetsOutput{AvailabilityZones: zones, IpAddressType: row.Shape.IpAddressType}, nil
}

func (e *ELB) setSecurityGroups(ctx context.Context, in *elbv2.SetSecurityGroupsInput) (*elbv2.SetSecurityGroupsOutput, error) {
	row, err := e.findLoadBalancer(ctx, in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	if len(in.SecurityGroups) == 0 {
		return nil, wire.Fault("ValidationError", "At least one security group must be specified")
	}
	groups, err := e.securityGroups(ctx, aws.ToString(row.Shape.VpcId), in.SecurityGroups)
	if err != nil {
		return nil, err
	}
	row.Shape.SecurityGroups = groups
	if err := e.reattach(ctx, row); err != nil {
		return nil, err
	}
	return &elbv2.SetSecurityGroupsOutput{SecurityGroupIds: groups}, nil
}

// reattach replaces the network interfaces by ones that fit the new shape.
func (e *ELB) reattach(ctx context.Context, row loadBalancer) error {
	attached, err := e.attach(ctx, row.Shape)
	if err != nil {
		return err
	}
	e.detach(ctx, row.Interfaces)
	row.Interfaces = attached
	e.loadBalancers.Put(key(row.arn()), row)
	return nil
}
