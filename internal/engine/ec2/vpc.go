package ec2

import (
	"context"
	"net/netip"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/wire"
)

type vpc struct {
	ID, CIDR     string
	Default      bool
	DNSSupport   bool
	DNSHostnames bool
}

func (v vpc) id() string { return v.ID }

func (v vpc) missing(id string) error {
	return wire.Fault("InvalidVpcID.NotFound", "The vpc ID '%s' does not exist", id)
}

func (v vpc) field(name string) ([]string, bool) {
	switch name {
	case "vpc-id":
		return []string{v.ID}, true
	case "cidr", "cidr-block", "cidr-block-association.cidr-block":
		return []string{v.CIDR}, true
	case "is-default", "isDefault":
		return []string{strconv.FormatBool(v.Default)}, true
	case "state", "cidr-block-association.state":
		return []string{map[string]string{"state": "available", "cidr-block-association.state": "associated"}[name]}, true
	}
	return nil, false
}

func (e *EC2) vpcShape(ctx context.Context, v vpc) types.Vpc {
	return types.Vpc{
		VpcId: &v.ID, CidrBlock: &v.CIDR, IsDefault: &v.Default,
		OwnerId: aws.String(wire.From(ctx).Account), State: types.VpcStateAvailable,
		DhcpOptionsId: aws.String("default"), InstanceTenancy: types.TenancyDefault,
		CidrBlockAssociationSet: []types.VpcCidrBlockAssociation{{
			AssociationId:  aws.String("vpc-cidr-assoc-" + v.ID[len("vpc-"):]),
			CidrBlock:      &v.CIDR,
			CidrBlockState: &types.VpcCidrBlockState{State: types.VpcCidrBlockStateCodeAssociated},
		}},
		Tags: tagList(e.tagsOf(ctx, v.ID)),
	}
}

func (e *EC2) createVpc(ctx context.Context, in *ec2.CreateVpcInput) (*ec2.CreateVpcOutput, error) {
	if in.CidrBlock == nil {
		return nil, missingParameter("cidrBlock")
	}
	block, err := parseBlock(*in.CidrBlock, "InvalidVpc.Range")
	if err != nil {
		return nil, err
	}
	if in.InstanceTenancy != "" && in.InstanceTenancy != types.TenancyDefault {
		return nil, wire.Fault("UnsupportedOperation", "CreateVpc: the engine has no instances, and no tenancy but default.")
	}
	tags, err := tagsFor(in.TagSpecifications, types.ResourceTypeVpc)
	if err != nil {
		return nil, err
	}
	made := e.addVpc(ctx, vpc{ID: newID("vpc"), CIDR: block.String(), DNSSupport: true})
	e.setTags(ctx, made.ID, tags)
	return &ec2.CreateVpcOutput{Vpc: new(e.vpcShape(ctx, made))}, nil
}

// addVpc makes a VPC with what every VPC has: a default security group and a
// main route table.
func (e *EC2) addVpc(ctx context.Context, v vpc) vpc {
	world := wire.From(ctx).World()
	e.vpcs.Put(world+v.ID, v)
	id := newID("sg")
	e.groups.Put(world+id, group{
		ID: id, VPC: v.ID, Name: "default", Description: "default VPC security group",
		Rules: []rule{{ID: newID("sgr"), Protocol: "-1", Group: id}, openEgress()},
	})
	table := newID("rtb")
	e.routes.Put(world+table, routeTable{
		ID: table, VPC: v.ID,
		Routes:       []route{{Destination: v.CIDR, Gateway: "local"}},
		Associations: []association{{ID: newID("rtbassoc"), Main: true}},
	})
	return v
}

func (e *EC2) createDefaultVpc(ctx context.Context, _ *ec2.CreateDefaultVpcInput) (*ec2.CreateDefaultVpcOutput, error) {
	if _, ok := e.defaultVpc(ctx); ok {
		return nil, wire.Fault("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region.")
	}
	made, err := e.addDefaultNetwork(ctx)
	if err != nil {
		return nil, err
	}
	return &ec2.CreateDefaultVpcOutput{Vpc: new(e.vpcShape(ctx, made))}, nil
}

func (e *EC2) defaultVpc(ctx context.Context) (vpc, bool) {
	for _, v := range e.vpcs.All(wire.From(ctx).World()) {
		if v.Default {
			return v, true
		}
	}
	return vpc{}, false
}

func (e *EC2) describeVpcs(ctx context.Context, in *ec2.DescribeVpcsInput) (*ec2.DescribeVpcsOutput, error) {
	rows, err := find(ctx, e, e.vpcs, in.VpcIds, in.Filters)
	if err != nil {
		return nil, err
	}
	rows, next, err := page(rows, in.VpcIds, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	shapes := convert(rows, func(v vpc) types.Vpc { return e.vpcShape(ctx, v) })
	return &ec2.DescribeVpcsOutput{Vpcs: shapes, NextToken: next}, nil
}

func (e *EC2) describeVpcAttribute(ctx context.Context, in *ec2.DescribeVpcAttributeInput) (*ec2.DescribeVpcAttributeOutput, error) {
	v, err := get(ctx, e.vpcs, in.VpcId)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeVpcAttributeOutput{VpcId: &v.ID}
	switch in.Attribute {
	case types.VpcAttributeNameEnableDnsSupport:
		out.EnableDnsSupport = &types.AttributeBooleanValue{Value: &v.DNSSupport}
	case types.VpcAttributeNameEnableDnsHostnames:
		out.EnableDnsHostnames = &types.AttributeBooleanValue{Value: &v.DNSHostnames}
	case types.VpcAttributeNameEnableNetworkAddressUsageMetrics:
		out.EnableNetworkAddressUsageMetrics = &types.AttributeBooleanValue{Value: aws.Bool(false)}
	default:
		return nil, wire.Fault("InvalidParameterValue", "Value (%s) for parameter attribute is invalid. Unknown attribute.", in.Attribute)
	}
	return out, nil
}

func (e *EC2) modifyVpcAttribute(ctx context.Context, in *ec2.ModifyVpcAttributeInput) (*ec2.ModifyVpcAttributeOutput, error) {
	v, err := get(ctx, e.vpcs, in.VpcId)
	if err != nil {
		return nil, err
	}
	if in.EnableDnsHostnames != nil && in.EnableDnsSupport != nil {
		return nil, wire.Fault("InvalidParameterCombination", "Fields for multiple attribute types specified")
	}
	switch {
	case in.EnableDnsHostnames != nil:
		v.DNSHostnames = aws.ToBool(in.EnableDnsHostnames.Value)
	case in.EnableDnsSupport != nil:
		v.DNSSupport = aws.ToBool(in.EnableDnsSupport.Value)
	default:
		return nil, missingParameter("attribute")
	}
	e.vpcs.Put(wire.From(ctx).World()+v.ID, v)
	return &ec2.ModifyVpcAttributeOutput{}, nil
}

// deleteVpc deletes an empty VPC with its default group and main route table.
func (e *EC2) deleteVpc(ctx context.Context, in *ec2.DeleteVpcInput) (*ec2.DeleteVpcOutput, error) {
	v, err := get(ctx, e.vpcs, in.VpcId)
	if err != nil {
		return nil, err
	}
	if e.vpcInUse(ctx, v.ID) {
		return nil, wire.Fault("DependencyViolation", "The vpc '%s' has dependencies and cannot be deleted.", v.ID)
	}
	world := wire.From(ctx).World()
	for key, g := range e.groups.All(world) {
		if g.VPC == v.ID {
			e.dropGroup(key, g)
		}
	}
	for key, t := range e.routes.All(world) {
		if t.VPC == v.ID {
			e.routes.Delete(key)
			e.tags.Delete(key)
		}
	}
	e.vpcs.Delete(world + v.ID)
	e.tags.Delete(world + v.ID)
	return &ec2.DeleteVpcOutput{}, nil
}

func (e *EC2) vpcInUse(ctx context.Context, id string) bool {
	world := wire.From(ctx).World()
	for _, s := range e.subnets.All(world) {
		if s.VPC == id {
			return true
		}
	}
	for _, g := range e.groups.All(world) {
		if g.VPC == id && g.Name != "default" {
			return true
		}
	}
	for _, g := range e.gateways.All(world) {
		if g.VPC == id {
			return true
		}
	}
	for _, t := range e.routes.All(world) {
		if t.VPC == id && !t.main() {
			return true
		}
	}
	return false
}

// parseBlock parses the address range of a VPC or subnet: /16 to /28.
func parseBlock(text, outOfRange string) (netip.Prefix, error) {
	block, err := netip.ParsePrefix(text)
	if err != nil || !block.Addr().Is4() {
		return block, wire.Fault("InvalidParameterValue", "Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block.", text)
	}
	if block.Bits() < 16 || block.Bits() > 28 {
		return block, wire.Fault(outOfRange, "The CIDR '%s' is invalid.", text)
	}
	return block.Masked(), nil
}

func missingParameter(name string) error {
	return wire.Fault("MissingParameter", "The request must contain the parameter %s", name)
}
