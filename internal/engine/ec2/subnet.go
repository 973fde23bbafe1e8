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

type subnet struct {
	ID, VPC, CIDR string
	Zone, ZoneID  string
	Default       bool
	MapPublicIP   bool
	Last          netip.Addr // the address that was given out last
}

func (s subnet) id() string { return s.ID }

func (s subnet) missing(id string) error {
	return wire.Fault("InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist", id)
}

func (s subnet) field(name string) ([]string, bool) {
	switch name {
	case "subnet-id":
		return []string{s.ID}, true
	case "vpc-id":
		return []string{s.VPC}, true
	case "availability-zone", "availabilityZone":
		return []string{s.Zone}, true
	case "availability-zone-id", "availabilityZoneId":
		return []string{s.ZoneID}, true
	case "cidr", "cidrBlock", "cidr-block":
		return []string{s.CIDR}, true
	case "default-for-az", "defaultForAz":
		return []string{strconv.FormatBool(s.Default)}, true
	case "map-public-ip-on-launch":
		return []string{strconv.FormatBool(s.MapPublicIP)}, true
	case "state":
		return []string{"available"}, true
	}
	return nil, false
}

func (e *EC2) subnetShape(ctx context.Context, s subnet) types.Subnet {
	call := wire.From(ctx)
	return types.Subnet{
		SubnetId: &s.ID, VpcId: &s.VPC, CidrBlock: &s.CIDR,
		AvailabilityZone: &s.Zone, AvailabilityZoneId: &s.ZoneID,
		DefaultForAz: &s.Default, MapPublicIpOnLaunch: &s.MapPublicIP,
		AvailableIpAddressCount:     aws.Int32(e.freeAddresses(ctx, s)),
		AssignIpv6AddressOnCreation: aws.Bool(false), MapCustomerOwnedIpOnLaunch: aws.Bool(false),
		EnableDns64: aws.Bool(false), Ipv6Native: aws.Bool(false),
		OwnerId: &call.Account, State: types.SubnetStateAvailable,
		SubnetArn: aws.String(call.ARN("ec2", "subnet/"+s.ID)),
		Tags:      tagList(e.tagsOf(ctx, s.ID)),
	}
}

func (e *EC2) createSubnet(ctx context.Context, in *ec2.CreateSubnetInput) (*ec2.CreateSubnetOutput, error) {
	v, err := get(ctx, e.vpcs, in.VpcId)
	if err != nil {
		return nil, err
	}
	if in.CidrBlock == nil {
		return nil, missingParameter("cidrBlock")
	}
	block, err := parseBlock(*in.CidrBlock, "InvalidSubnet.Range")
	if err != nil {
		return nil, err
	}
	if err := e.checkPlace(ctx, v, block); err != nil {
		return nil, err
	}
	z, err := pickZone(wire.From(ctx).Region, in.AvailabilityZone, in.AvailabilityZoneId)
	if err != nil {
		return nil, err
	}
	tags, err := tagsFor(in.TagSpecifications, types.ResourceTypeSubnet)
	if err != nil {
		return nil, err
	}
	made := subnet{ID: newID("subnet"), VPC: v.ID, CIDR: block.String(), Zone: z.Name, ZoneID: z.ID}
	e.subnets.Put(wire.From(ctx).World()+made.ID, made)
	e.setTags(ctx, made.ID, tags)
	return &ec2.CreateSubnetOutput{Subnet: new(e.subnetShape(ctx, made))}, nil
}

// checkPlace checks that a subnet's range is inside its VPC and free there.
func (e *EC2) checkPlace(ctx context.Context, v vpc, block netip.Prefix) error {
	whole := netip.MustParsePrefix(v.CIDR)
	if !whole.Contains(block.Addr()) || block.Bits() < whole.Bits() {
		return wire.Fault("InvalidSubnet.Range", "The CIDR '%s' is invalid.", block)
	}
	for _, s := range e.subnets.All(wire.From(ctx).World()) {
		if s.VPC == v.ID && netip.MustParsePrefix(s.CIDR).Overlaps(block) {
			return wire.Fault("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", block)
		}
	}
	return nil
}

func (e *EC2) describeSubnets(ctx context.Context, in *ec2.DescribeSubnetsInput) (*ec2.DescribeSubnetsOutput, error) {
	rows, err := find(ctx, e, e.subnets, in.SubnetIds, in.Filters)
	if err != nil {
		return nil, err
	}
	rows, next, err := page(rows, in.SubnetIds, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	shapes := convert(rows, func(s subnet) types.Subnet { return e.subnetShape(ctx, s) })
	return &ec2.DescribeSubnetsOutput{Subnets: shapes, NextToken: next}, nil
}

func (e *EC2) modifySubnetAttribute(ctx context.Context, in *ec2.ModifySubnetAttributeInput) (*ec2.ModifySubnetAttributeOutput, error) {
	s, err := get(ctx, e.subnets, in.SubnetId)
	if err != nil {
		return nil, err
	}
	if in.MapPublicIpOnLaunch == nil {
		return nil, missingParameter("attribute")
	}
	s.MapPublicIP = aws.ToBool(in.MapPublicIpOnLaunch.Value)
	e.subnets.Put(wire.From(ctx).World()+s.ID, s)
	return &ec2.ModifySubnetAttributeOutput{}, nil
}

func (e *EC2) deleteSubnet(ctx context.Context, in *ec2.DeleteSubnetInput) (*ec2.DeleteSubnetOutput, error) {
	s, err := get(ctx, e.subnets, in.SubnetId)
	if err != nil {
		return nil, err
	}
	world := wire.From(ctx).World()
	for _, i := range e.interfaces.All(world) {
		if i.Subnet == s.ID {
			return nil, wire.Fault("DependencyViolation", "The subnet '%s' has dependencies and cannot be deleted.", s.ID)
		}
	}
	for key, t := range e.routes.All(world) {
		if t.release(s.ID) {
			e.routes.Put(key, t)
		}
	}
	e.subnets.Delete(world + s.ID)
	e.tags.Delete(world + s.ID)
	return &ec2.DeleteSubnetOutput{}, nil
}
