package ec2

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/wire"
)

type routeTable struct {
	ID, VPC      string
	Token        string // of the request that made it
	Routes       []route
	Associations []association
}

type route struct {
	Destination string // CIDR
	Gateway     string // "local" or an internet gateway
}

type association struct {
	ID     string
	Subnet string // empty for the main association
	Main   bool
}

func (t routeTable) main() bool {
	return slices.ContainsFunc(t.Associations, func(a association) bool { return a.Main })
}

// release drops the subnet's association and tells whether there was one.
func (t *routeTable) release(subnet string) bool {
	before := len(t.Associations)
	t.Associations = slices.DeleteFunc(t.Associations, func(a association) bool { return a.Subnet == subnet })
	return len(t.Associations) < before
}

func (t routeTable) id() string { return t.ID }

func (t routeTable) missing(id string) error {
	return wire.Fault("InvalidRouteTableID.NotFound", "The routeTable ID '%s' does not exist", id)
}

func (t routeTable) field(name string) ([]string, bool) {
	var values []string
	switch name {
	case "route-table-id":
		return []string{t.ID}, true
	case "vpc-id":
		return []string{t.VPC}, true
	case "association.main":
		return []string{strconv.FormatBool(t.main())}, true
	case "association.subnet-id":
		for _, a := range t.Associations {
			values = append(values, a.Subnet)
		}
		return values, true
	case "association.route-table-association-id":
		for _, a := range t.Associations {
			values = append(values, a.ID)
		}
		return values, true
	case "route.gateway-id":
		for _, r := range t.Routes {
			values = append(values, r.Gateway)
		}
		return values, true
	case "route.destination-cidr-block":
		for _, r := range t.Routes {
			values = append(values, r.Destination)
		}
		return values, true
	}
	return nil, false
}

func (e *EC2) routeTableShape(ctx context.Context, t routeTable) types.RouteTable {
	shape := types.RouteTable{
		RouteTableId: &t.ID, VpcId: &t.VPC, OwnerId: aws.String(wire.From(ctx).Account), Tags: tagList(e.tagsOf(ctx, t.ID)),
	}
	for _, r := range t.Routes {
		shape.Routes = append(shape.Routes, e.routeShape(ctx, t, r))
	}
	for _, a := range t.Associations {
		shape.Associations = append(shape.Associations, types.RouteTableAssociation{
			RouteTableAssociationId: &a.ID, RouteTableId: &t.ID, SubnetId: optional(a.Subnet), Main: &a.Main,
			AssociationState: associated(),
		})
	}
	return shape
}

// routeShape shows a route; one whose gateway is gone is a black hole.
func (e *EC2) routeShape(ctx context.Context, t routeTable, r route) types.Route {
	shape := types.Route{DestinationCidrBlock: &r.Destination, GatewayId: &r.Gateway, State: types.RouteStateActive, Origin: types.RouteOriginCreateRoute}
	if r.Gateway == "local" {
		shape.Origin = types.RouteOriginCreateRouteTable
		return shape
	}
	if g, ok := e.gateways.Get(wire.From(ctx).World() + r.Gateway); !ok || g.VPC != t.VPC {
		shape.State = types.RouteStateBlackhole
	}
	return shape
}

func associated() *types.RouteTableAssociationState {
	return &types.RouteTableAssociationState{State: types.RouteTableAssociationStateCodeAssociated}
}

func (e *EC2) createRouteTable(ctx context.Context, in *ec2.CreateRouteTableInput) (*ec2.CreateRouteTableOutput, error) {
	v, err := get(ctx, e.vpcs, in.VpcId)
	if err != nil {
		return nil, err
	}
	tags, err := tagsFor(in.TagSpecifications, types.ResourceTypeRouteTable)
	if err != nil {
		return nil, err
	}
	token := aws.ToString(in.ClientToken)
	for _, t := range e.routes.All(wire.From(ctx).World()) {
		if token != "" && t.Token == token {
			return &ec2.CreateRouteTableOutput{RouteTable: new(e.routeTableShape(ctx, t)), ClientToken: in.ClientToken}, nil
		}
	}
	made := routeTable{ID: newID("rtb"), VPC: v.ID, Token: token, Routes: []route{{Destination: v.CIDR, Gateway: "local"}}}
	e.putTable(ctx, made)
	e.setTags(ctx, made.ID, tags)
	return &ec2.CreateRouteTableOutput{RouteTable: new(e.routeTableShape(ctx, made)), ClientToken: in.ClientToken}, nil
}

func (e *EC2) putTable(ctx context.Context, t routeTable) {
	e.routes.Put(wire.From(ctx).World()+t.ID, t)
}

func (e *EC2) describeRouteTables(ctx context.Context, in *ec2.DescribeRouteTablesInput) (*ec2.DescribeRouteTablesOutput, error) {
	rows, err := find(ctx, e, e.routes, in.RouteTableIds, in.Filters)
	if err != nil {
		return nil, err
	}
	rows, next, err := page(rows, in.RouteTableIds, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	shapes := convert(rows, func(t routeTable) types.RouteTable { return e.routeTableShape(ctx, t) })
	return &ec2.DescribeRouteTablesOutput{RouteTables: shapes, NextToken: next}, nil
}

func (e *EC2) associateRouteTable(ctx context.Context, in *ec2.AssociateRouteTableInput) (*ec2.AssociateRouteTableOutput, error) {
	t, err := get(ctx, e.routes, in.RouteTableId)
	if err != nil {
		return nil, err
	}
	s, err := get(ctx, e.subnets, in.SubnetId)
	if err != nil {
		return nil, err
	}
	if s.VPC != t.VPC {
		return nil, wire.Fault("InvalidParameterValue", "Route table %s and network %s belong to different networks", t.ID, s.ID)
	}
	for _, other := range e.routes.All(wire.From(ctx).World()) {
		for _, a := range other.Associations {
			if a.Subnet == s.ID {
				return nil, wire.Fault("Resource.AlreadyAssociated", "the specified association for route table %s conflicts with an existing association", t.ID)
			}
		}
	}
	made := association{ID: newID("rtbassoc"), Subnet: s.ID}
	t.Associations = append(t.Associations, made)
	e.putTable(ctx, t)
	return &ec2.AssociateRouteTableOutput{AssociationId: &made.ID, AssociationState: associated()}, nil
}

func (e *EC2) disassociateRouteTable(ctx context.Context, in *ec2.DisassociateRouteTableInput) (*ec2.DisassociateRouteTableOutput, error) {
	id := aws.ToString(in.AssociationId)
	for _, t := range e.routes.All(wire.From(ctx).World()) {
		at := slices.IndexFunc(t.Associations, func(a association) bool { return a.ID == id })
		if at < 0 {
			continue
		}
		if t.Associations[at].Main {
			return nil, wire.Fault("InvalidParameterValue", "cannot disassociate the main route table association %s", id)
		}
		t.Associations = slices.Delete(t.Associations, at, at+1)
		e.putTable(ctx, t)
		return &ec2.DisassociateRouteTableOutput{}, nil
	}
	return nil, wire.Fault("InvalidAssociationID.NotFound", "The association ID '%s' does not exist", id)
}

func (e *EC2) deleteRouteTable(ctx context.Context, in *ec2.DeleteRouteTableInput) (*ec2.DeleteRouteTableOutput, error) {
	t, err := get(ctx, e.routes, in.RouteTableId)
	if err != nil {
		return nil, err
	}
	if len(t.Associations) > 0 {
		return nil, wire.Fault("DependencyViolation", "The routeTable '%s' has dependencies and cannot be deleted.", t.ID)
	}
	key := wire.From(ctx).World() + t.ID
	e.routes.Delete(key)
	e.tags.Delete(key)
	return &ec2.DeleteRouteTableOutput{}, nil
}

func (e *EC2) createRoute(ctx context.Context, in *ec2.CreateRouteInput) (*ec2.CreateRouteOutput, error) {
	t, err := get(ctx, e.routes, in.RouteTableId)
	if err != nil {
		return nil, err
	}
	block, err := netip.ParsePrefix(aws.ToString(in.DestinationCidrBlock))
	if err != nil {
		return nil, wire.Fault("InvalidParameterValue", "Value (%s) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.", aws.ToString(in.DestinationCidrBlock))
	}
	g, err := get(ctx, e.gateways, in.GatewayId)
	if err != nil {
		return nil, err
	}
	if g.VPC != t.VPC {
		return nil, wire.Fault("InvalidParameterValue", "route table %s and network gateway %s belong to different networks", t.ID, g.ID)
	}
	destination := block.Masked().String()
	if slices.ContainsFunc(t.Routes, func(r route) bool { return r.Destination == destination }) {
		return nil, wire.Fault("RouteAlreadyExists", "The route identified by %s already exists.", destination)
	}
	t.Routes = append(t.Routes, route{Destination: destination, Gateway: g.ID})
	e.putTable(ctx, t)
	return &ec2.CreateRouteOutput{Return: aws.Bool(true)}, nil
}

func (e *EC2) deleteRoute(ctx context.Context, in *ec2.DeleteRouteInput) (*ec2.DeleteRouteOutput, error) {
	t, err := get(ctx, e.routes, in.RouteTableId)
	if err != nil {
		return nil, err
	}
	destination := aws.ToString(in.DestinationCidrBlock)
	at := slices.IndexFunc(t.Routes, func(r route) bool { return r.Destination == destination })
	if at < 0 {
		return nil, wire.Fault("InvalidRoute.NotFound", "no route with destination-cidr-block %s in route table %s", destination, t.ID)
	}
	if strings.EqualFold(t.Routes[at].Gateway, "local") {
		return nil, wire.Fault("InvalidParameterValue", "cannot remove local route %s in route table %s", destination, t.ID)
	}
	t.Routes = slices.Delete(t.Routes, at, at+1)
	e.putTable(ctx, t)
	return &ec2.DeleteRouteOutput{}, nil
}
