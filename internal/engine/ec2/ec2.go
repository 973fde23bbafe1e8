// Package ec2 is the engine's EC2, the networking part: VPCs, subnets,
// security groups, gateways, route tables and network interfaces. It never
// moves a packet: what runs containers gives them the addresses kept here.
package ec2

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"sync"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

// EC2 is the networking of every world. The first call in a world finds AWS's
// default VPC there.
type EC2 struct {
	mu      sync.Mutex // held for the whole of each operation
	service *wire.Service
	first   byte // second octet of the first VPC's range

	worlds     *state.Table[bool] // worlds that were given their default VPC
	vpcs       *state.Table[vpc]
	subnets    *state.Table[subnet]
	groups     *state.Table[group]
	interfaces *state.Table[eni]
	gateways   *state.Table[gateway]
	routes     *state.Table[routeTable]
	tags       *state.Table[map[string]string]
}

// New returns the EC2 whose state is in db. The first default VPC has the
// range 10.first.0.0/16, later ones those after it.
func New(db *state.DB, first byte) *EC2 {
	e := &EC2{
		first:      first,
		service:    wire.NewService("ec2"),
		worlds:     state.NewTable[bool](db, "ec2.worlds"),
		vpcs:       state.NewTable[vpc](db, "ec2.vpcs"),
		subnets:    state.NewTable[subnet](db, "ec2.subnets"),
		groups:     state.NewTable[group](db, "ec2.groups"),
		interfaces: state.NewTable[eni](db, "ec2.interfaces"),
		gateways:   state.NewTable[gateway](db, "ec2.gateways"),
		routes:     state.NewTable[routeTable](db, "ec2.routes"),
		tags:       state.NewTable[map[string]string](db, "ec2.tags"),
	}
	e.registerNetworks()
	e.registerGroups()
	e.registerRoutes()
	e.registerRest()
	return e
}

// Service is EC2's operations, for the wire.
func (e *EC2) Service() *wire.Service { return e.service }

// op registers a handler that runs alone, in a world that has its default
// VPC, and is given no parameter but fields.
func op[I, O any](e *EC2, name string, handle func(context.Context, *I) (*O, error), fields ...string) {
	wire.Op(e.service, name, wire.Accept(func(ctx context.Context, in *I) (*O, error) {
		e.mu.Lock()
		defer e.mu.Unlock()
		if err := e.settle(ctx); err != nil {
			return nil, err
		}
		return handle(ctx, in)
	}, fields...))
}

func (e *EC2) registerNetworks() {
	op(e, "CreateVpc", e.createVpc, "CidrBlock", "InstanceTenancy", "TagSpecifications")
	op(e, "CreateDefaultVpc", e.createDefaultVpc)
	op(e, "DescribeVpcs", e.describeVpcs, "VpcIds", "Filters", "MaxResults", "NextToken")
	op(e, "DescribeVpcAttribute", e.describeVpcAttribute, "VpcId", "Attribute")
	op(e, "ModifyVpcAttribute", e.modifyVpcAttribute, "VpcId", "EnableDnsHostnames", "EnableDnsSupport")
	op(e, "DeleteVpc", e.deleteVpc, "VpcId")
	op(e, "CreateSubnet", e.createSubnet, "VpcId", "CidrBlock", "AvailabilityZone", "AvailabilityZoneId", "TagSpecifications")
	op(e, "DescribeSubnets", e.describeSubnets, "SubnetIds", "Filters", "MaxResults", "NextToken")
	op(e, "ModifySubnetAttribute", e.modifySubnetAttribute, "SubnetId", "MapPublicIpOnLaunch")
	op(e, "DeleteSubnet", e.deleteSubnet, "SubnetId")
	op(e, "DescribeNetworkInterfaces", e.describeInterfaces, "NetworkInterfaceIds", "Filters", "MaxResults", "NextToken", "IncludeManagedResources")
}

func (e *EC2) registerGroups() {
	rule := []string{"GroupId", "GroupName", "IpPermissions", "CidrIp", "FromPort", "ToPort", "IpProtocol"}
	authorize := append([]string{"SourceSecurityGroupName", "TagSpecifications"}, rule...)
	revoke := append([]string{"SourceSecurityGroupName", "SecurityGroupRuleIds"}, rule...)
	op(e, "CreateSecurityGroup", e.createGroup, "GroupName", "Description", "VpcId", "TagSpecifications")
	op(e, "DeleteSecurityGroup", e.deleteGroup, "GroupId", "GroupName")
	op(e, "DescribeSecurityGroups", e.describeGroups, "GroupIds", "GroupNames", "Filters", "MaxResults", "NextToken")
	op(e, "DescribeSecurityGroupRules", e.describeRules, "SecurityGroupRuleIds", "Filters", "MaxResults", "NextToken")
	op(e, "AuthorizeSecurityGroupIngress", e.authorizeIngress, authorize...)
	op(e, "AuthorizeSecurityGroupEgress", e.authorizeEgress, authorize...)
	op(e, "RevokeSecurityGroupIngress", e.revokeIngress, revoke...)
	op(e, "RevokeSecurityGroupEgress", e.revokeEgress, revoke...)
}

func (e *EC2) registerRoutes() {
	op(e, "CreateInternetGateway", e.createGateway, "TagSpecifications")
	op(e, "DescribeInternetGateways", e.describeGateways, "InternetGatewayIds", "Filters", "MaxResults", "NextToken")
	op(e, "AttachInternetGateway", e.attachGateway, "InternetGatewayId", "VpcId")
	op(e, "DetachInternetGateway", e.detachGateway, "InternetGatewayId", "VpcId")
	op(e, "DeleteInternetGateway", e.deleteGateway, "InternetGatewayId")
	op(e, "CreateRouteTable", e.createRouteTable, "VpcId", "ClientToken", "TagSpecifications")
	op(e, "DescribeRouteTables", e.describeRouteTables, "RouteTableIds", "Filters", "MaxResults", "NextToken")
	op(e, "AssociateRouteTable", e.associateRouteTable, "RouteTableId", "SubnetId")
	op(e, "DisassociateRouteTable", e.disassociateRouteTable, "AssociationId")
	op(e, "DeleteRouteTable", e.deleteRouteTable, "RouteTableId")
	op(e, "CreateRoute", e.createRoute, "RouteTableId", "DestinationCidrBlock", "GatewayId")
	op(e, "DeleteRoute", e.deleteRoute, "RouteTableId", "DestinationCidrBlock")
}

func (e *EC2) registerRest() {
	op(e, "CreateTags", e.createTags, "Resources", "Tags")
	op(e, "DeleteTags", e.deleteTags, "Resources", "Tags")
	op(e, "DescribeTags", e.describeTags, "Filters", "MaxResults", "NextToken")
	op(e, "DescribeRegions", e.describeRegions, "RegionNames", "AllRegions", "Filters")
	op(e, "DescribeAvailabilityZones", e.describeZones, "ZoneNames", "ZoneIds", "AllAvailabilityZones", "Filters")
	op(e, "DescribeAccountAttributes", e.describeAccountAttributes, "AttributeNames")
}

// newID makes a resource id in the long form, such as "vpc-" and 17 digits.
func newID(prefix string) string {
	digits := make([]byte, 9)
	rand.Read(digits)
	return prefix + "-0" + hex.EncodeToString(digits)[:16]
}
