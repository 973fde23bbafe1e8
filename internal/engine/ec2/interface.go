package ec2

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/wire"
)

// eni is an elastic network interface. The engine makes them for tasks and
// load balancers; nobody can make one through the API.
type eni struct {
	ID, Subnet, VPC string
	Zone, ZoneID    string
	MAC             string
	Address         netip.Addr
	Groups          []string
	Description     string
}

func (i eni) id() string { return i.ID }

func (i eni) missing(id string) error {
	return wire.Fault("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '%s' does not exist", id)
}

func (i eni) field(name string) ([]string, bool) {
	switch name {
	case "network-interface-id":
		return []string{i.ID}, true
	case "subnet-id":
		return []string{i.Subnet}, true
	case "vpc-id":
		return []string{i.VPC}, true
	case "group-id":
		return i.Groups, true
	case "description":
		return []string{i.Description}, true
	case "availability-zone":
		return []string{i.Zone}, true
	case "mac-address":
		return []string{i.MAC}, true
	case "private-ip-address", "addresses.private-ip-address":
		return []string{i.Address.String()}, true
	case "status":
		return []string{"in-use"}, true
	case "interface-type":
		return []string{"interface"}, true
	case "requester-id":
		return []string{i.requester()}, true
	case "requester-managed":
		return []string{"true"}, true
	}
	return nil, false
}

// requester is who AWS says made the interface: the description of a load
// balancer's begins with "ELB ".
func (i eni) requester() string {
	if strings.HasPrefix(i.Description, "ELB ") {
		return "amazon-elb"
	}
	return "amazon-ecs"
}

func (e *EC2) interfaceShape(ctx context.Context, i eni) types.NetworkInterface {
	call := wire.From(ctx)
	name := "ip-" + strings.ReplaceAll(i.Address.String(), ".", "-") + "." + call.Region + ".compute.internal"
	shape := types.NetworkInterface{
		NetworkInterfaceId: &i.ID, SubnetId: &i.Subnet, VpcId: &i.VPC, MacAddress: &i.MAC, Description: &i.Description,
		AvailabilityZone: &i.Zone, AvailabilityZoneId: &i.ZoneID, OwnerId: &call.Account,
		InterfaceType: types.NetworkInterfaceTypeInterface, Status: types.NetworkInterfaceStatusInUse,
		RequesterId: aws.String(i.requester()), RequesterManaged: aws.Bool(true), SourceDestCheck: aws.Bool(true),
		PrivateIpAddress: aws.String(i.Address.String()), PrivateDnsName: &name,
		PrivateIpAddresses: []types.NetworkInterfacePrivateIpAddress{{
			Primary: aws.Bool(true), PrivateIpAddress: aws.String(i.Address.String()), PrivateDnsName: &name,
		}},
		TagSet: tagList(e.tagsOf(ctx, i.ID)),
	}
	for _, id := range i.Groups {
		g, _ := e.groups.Get(call.World() + id)
		shape.Groups = append(shape.Groups, types.GroupIdentifier{GroupId: &id, GroupName: &g.Name})
	}
	return shape
}

func (e *EC2) describeInterfaces(ctx context.Context, in *ec2.DescribeNetworkInterfacesInput) (*ec2.DescribeNetworkInterfacesOutput, error) {
	rows, err := find(ctx, e, e.interfaces, in.NetworkInterfaceIds, in.Filters)
	if err != nil {
		return nil, err
	}
	rows, next, err := page(rows, in.NetworkInterfaceIds, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	shapes := convert(rows, func(i eni) types.NetworkInterface { return e.interfaceShape(ctx, i) })
	return &ec2.DescribeNetworkInterfacesOutput{NetworkInterfaces: shapes, NextToken: next}, nil
}

// reserved is how many addresses at the start of a subnet AWS keeps for
// itself; it also keeps the last one.
const reserved = 4

// freeAddress finds the next free address after the one given out last, so
// that an address rests as long as possible before it is used again.
func (e *EC2) freeAddress(ctx context.Context, s subnet) (netip.Addr, error) {
	used := e.addresses(ctx, s.ID)
	block := netip.MustParsePrefix(s.CIDR)
	first := block.Addr()
	for range reserved {
		first = first.Next()
	}
	next := first
	if s.Last.IsValid() {
		next = s.Last.Next()
	}
	for range 1 << (32 - block.Bits()) {
		if !block.Contains(next.Next()) || !block.Contains(next) {
			next = first
		}
		if !slices.Contains(used, next) {
			return next, nil
		}
		next = next.Next()
	}
	return next, wire.Fault("InsufficientFreeAddressesInSubnet", "The specified subnet does not have enough free addresses to satisfy the request.")
}

func (e *EC2) addresses(ctx context.Context, subnet string) []netip.Addr {
	var used []netip.Addr
	for _, i := range e.interfaces.All(wire.From(ctx).World()) {
		if i.Subnet == subnet {
			used = append(used, i.Address)
		}
	}
	return used
}

func (e *EC2) freeAddresses(ctx context.Context, s subnet) int32 {
	size := 1 << (32 - netip.MustParsePrefix(s.CIDR).Bits())
	return int32(size - reserved - 1 - len(e.addresses(ctx, s.ID)))
}
