package ec2

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/wire"
)

// gateway is an internet gateway.
type gateway struct {
	ID  string
	VPC string // empty while detached
}

func (g gateway) id() string { return g.ID }

func (g gateway) missing(id string) error {
	return wire.Fault("InvalidInternetGatewayID.NotFound", "The internetGateway ID '%s' does not exist", id)
}

func (g gateway) field(name string) ([]string, bool) {
	var attached []string
	if g.VPC != "" {
		attached = []string{g.VPC}
	}
	switch name {
	case "internet-gateway-id":
		return []string{g.ID}, true
	case "attachment.vpc-id":
		return attached, true
	case "attachment.state":
		if g.VPC == "" {
			return nil, true
		}
		return []string{"available"}, true
	}
	return nil, false
}

func (e *EC2) gatewayShape(ctx context.Context, g gateway) types.InternetGateway {
	shape := types.InternetGateway{
		InternetGatewayId: &g.ID, OwnerId: aws.String(wire.From(ctx).Account), Tags: tagList(e.tagsOf(ctx, g.ID)),
	}
	if g.VPC != "" {
		// AWS says "available" here, which is no constant of the SDK.
		shape.Attachments = []types.InternetGatewayAttachment{{VpcId: &g.VPC, State: "available"}}
	}
	return shape
}

func (e *EC2) createGateway(ctx context.Context, in *ec2.CreateInternetGatewayInput) (*ec2.CreateInternetGatewayOutput, error) {
	tags, err := tagsFor(in.TagSpecifications, types.ResourceTypeInternetGateway)
	if err != nil {
		return nil, err
	}
	made := gateway{ID: newID("igw")}
	e.gateways.Put(wire.From(ctx).World()+made.ID, made)
	e.setTags(ctx, made.ID, tags)
	return &ec2.CreateInternetGatewayOutput{InternetGateway: new(e.gatewayShape(ctx, made))}, nil
}

func (e *EC2) describeGateways(ctx context.Context, in *ec2.DescribeInternetGatewaysInput) (*ec2.DescribeInternetGatewaysOutput, error) {
	rows, err := find(ctx, e, e.gateways, in.InternetGatewayIds, in.Filters)
	if err != nil {
		return nil, err
	}
	rows, next, err := page(rows, in.InternetGatewayIds, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	shapes := convert(rows, func(g gateway) types.InternetGateway { return e.gatewayShape(ctx, g) })
	return &ec2.DescribeInternetGatewaysOutput{InternetGateways: shapes, NextToken: next}, nil
}

func (e *EC2) attachGateway(ctx context.Context, in *ec2.AttachInternetGatewayInput) (*ec2.AttachInternetGatewayOutput, error) {
	g, err := get(ctx, e.gateways, in.InternetGatewayId)
	if err != nil {
		return nil, err
	}
	v, err := get(ctx, e.vpcs, in.VpcId)
	if err != nil {
		return nil, err
	}
	world := wire.From(ctx).World()
	if g.VPC != "" {
		return nil, wire.Fault("Resource.AlreadyAssociated", "resource %s is already attached to network %s", g.ID, g.VPC)
	}
	for _, other := range e.gateways.All(world) {
		if other.VPC == v.ID {
			return nil, wire.Fault("InvalidParameterValue", "Network %s already has an internet gateway attached", v.ID)
		}
	}
	g.VPC = v.ID
	e.gateways.Put(world+g.ID, g)
	return &ec2.AttachInternetGatewayOutput{}, nil
}

// detachGateway refuses while interfaces of the VPC may have public addresses.
func (e *EC2) detachGateway(ctx context.Context, in *ec2.DetachInternetGatewayInput) (*ec2.DetachInternetGatewayOutput, error) {
	g, err := get(ctx, e.gateways, in.InternetGatewayId)
	if err != nil {
		return nil, err
	}
	v, err := get(ctx, e.vpcs, in.VpcId)
	if err != nil {
		return nil, err
	}
	if g.VPC != v.ID {
		return nil, wire.Fault("Gateway.NotAttached", "resource %s is not attached to network %s", g.ID, v.ID)
	}
	world := wire.From(ctx).World()
	for _, i := range e.interfaces.All(world) {
		if i.VPC == v.ID {
			return nil, wire.Fault("DependencyViolation", "Network %s has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.", v.ID)
		}
	}
	g.VPC = ""
	e.gateways.Put(world+g.ID, g)
	return &ec2.DetachInternetGatewayOutput{}, nil
}

func (e *EC2) deleteGateway(ctx context.Context, in *ec2.DeleteInternetGatewayInput) (*ec2.DeleteInternetGatewayOutput, error) {
	g, err := get(ctx, e.gateways, in.InternetGatewayId)
	if err != nil {
		return nil, err
	}
	if g.VPC != "" {
		return nil, wire.Fault("DependencyViolation", "The internetGateway '%s' has dependencies and cannot be deleted.", g.ID)
	}
	key := wire.From(ctx).World() + g.ID
	e.gateways.Delete(key)
	e.tags.Delete(key)
	return &ec2.DeleteInternetGatewayOutput{}, nil
}
