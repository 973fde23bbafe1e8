package ec2

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"photon/internal/engine/wire"
)

// Interface is an elastic network interface, for whoever uses its address.
type Interface struct {
	ID, Subnet, VPC, Zone, MAC string
	Address                    netip.Addr
	Range                      netip.Prefix // of the VPC
}

// Subnet is a subnet as its users need it.
type Subnet struct {
	VPC, Zone, ZoneID string
	CIDR              netip.Prefix
}

// Attach makes a network interface with the next free address of the subnet.
// Without groups it gets the VPC's default group. Errors carry EC2's codes.
func (e *EC2) Attach(ctx context.Context, subnet string, groups []string, description string) (Interface, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, err := get(ctx, e.subnets, &subnet)
	if err != nil {
		return Interface{}, err
	}
	groups, err = e.groupsIn(ctx, s.VPC, groups)
	if err != nil {
		return Interface{}, err
	}
	address, err := e.freeAddress(ctx, s)
	if err != nil {
		return Interface{}, err
	}
	world := wire.From(ctx).World()
	octets := address.As4()
	made := eni{
		ID: newID("eni"), Subnet: s.ID, VPC: s.VPC, Zone: s.Zone, ZoneID: s.ZoneID,
		MAC:     fmt.Sprintf("02:42:%02x:%02x:%02x:%02x", octets[0], octets[1], octets[2], octets[3]),
		Address: address, Groups: groups, Description: description,
	}
	s.Last = address
	e.subnets.Put(world+s.ID, s)
	e.interfaces.Put(world+made.ID, made)
	v, _ := e.vpcs.Get(world + s.VPC)
	return Interface{
		ID: made.ID, Subnet: made.Subnet, VPC: made.VPC, Zone: made.Zone, MAC: made.MAC,
		Address: address, Range: netip.MustParsePrefix(v.CIDR),
	}, nil
}

// groupsIn checks that the groups exist in a VPC; none means its default group.
func (e *EC2) groupsIn(ctx context.Context, vpc string, ids []string) ([]string, error) {
	for _, id := range ids {
		g, err := get(ctx, e.groups, &id)
		if err != nil {
			return nil, err
		}
		if g.VPC != vpc {
			return nil, wire.Fault("InvalidGroup.NotFound", "The security group '%s' does not exist in VPC '%s'", id, vpc)
		}
	}
	if len(ids) > 0 {
		return slices.Clone(ids), nil
	}
	for _, g := range e.groups.All(wire.From(ctx).World()) {
		if g.VPC == vpc && g.Name == "default" {
			return []string{g.ID}, nil
		}
	}
	return nil, group{}.missing("sg-default")
}

// Detach deletes a network interface; one that is gone already is no error.
func (e *EC2) Detach(ctx context.Context, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := wire.From(ctx).World() + id
	e.interfaces.Delete(key)
	e.tags.Delete(key)
	return nil
}

// CheckNetwork fails with ECS's InvalidParameterException when a subnet or a
// security group does not exist, or when they are not of one VPC.
func (e *EC2) CheckNetwork(ctx context.Context, subnets, groups []string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	const code = "InvalidParameterException"
	world, vpc := wire.From(ctx).World(), ""
	for _, id := range subnets {
		s, ok := e.subnets.Get(world + id)
		if !ok {
			return wire.Fault(code, "Error retrieving subnet information for [%s]: The subnet ID '%s' does not exist (ErrorCode: InvalidSubnetID.NotFound)", id, id)
		}
		if vpc != "" && s.VPC != vpc {
			return wire.Fault(code, "All subnets must belong to the same VPC.")
		}
		vpc = s.VPC
	}
	for _, id := range groups {
		g, ok := e.groups.Get(world + id)
		if !ok {
			return wire.Fault(code, "Error retrieving security group information for [%s]: The security group '%s' does not exist (ErrorCode: InvalidGroup.NotFound)", id, id)
		}
		if vpc != "" && g.VPC != vpc {
			return wire.Fault(code, "The security group '%s' and the subnets must belong to the same VPC.", id)
		}
	}
	return nil
}

// Subnet returns the subnet with an id; false when it does not exist.
func (e *EC2) Subnet(ctx context.Context, id string) (Subnet, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s, ok := e.subnets.Get(wire.From(ctx).World() + id)
	if !ok {
		return Subnet{}, false
	}
	return Subnet{VPC: s.VPC, Zone: s.Zone, ZoneID: s.ZoneID, CIDR: netip.MustParsePrefix(s.CIDR)}, true
}

// GroupVPC returns the VPC of a security group; false when it does not exist.
func (e *EC2) GroupVPC(ctx context.Context, id string) (string, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	g, ok := e.groups.Get(wire.From(ctx).World() + id)
	return g.VPC, ok
}

// DefaultGroup returns the default security group of a VPC; false when the
// VPC does not exist.
func (e *EC2) DefaultGroup(ctx context.Context, vpc string) (string, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	ids, err := e.groupsIn(ctx, vpc, nil)
	if err != nil {
		return "", false
	}
	return ids[0], true
}

// HasVPC tells whether a VPC exists, as target groups must know.
func (e *EC2) HasVPC(ctx context.Context, id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.vpcs.Get(wire.From(ctx).World() + id)
	return ok
}
