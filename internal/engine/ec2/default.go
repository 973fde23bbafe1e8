package ec2

import (
	"context"
	"fmt"
	"net/netip"

	"photon/internal/engine/wire"
)

// settle gives a world its default VPC at first use.
func (e *EC2) settle(ctx context.Context) error {
	world := wire.From(ctx).World()
	if settled, _ := e.worlds.Get(world); settled {
		return nil
	}
	if _, err := e.addDefaultNetwork(ctx); err != nil {
		return err
	}
	e.worlds.Put(world, true)
	return nil
}

// addDefaultNetwork makes what AWS calls the default VPC: a /16 with a public
// /20 subnet in each zone and a route to the internet.
func (e *EC2) addDefaultNetwork(ctx context.Context) (vpc, error) {
	block, err := e.freeBlock()
	if err != nil {
		return vpc{}, err
	}
	made := e.addVpc(ctx, vpc{ID: newID("vpc"), CIDR: block.String(), Default: true, DNSSupport: true, DNSHostnames: true})
	world := wire.From(ctx).World()
	octets := block.Addr().As4()
	for i, z := range zones(wire.From(ctx).Region) {
		octets[2] = byte(16 * i)
		s := subnet{
			ID: newID("subnet"), VPC: made.ID, Zone: z.Name, ZoneID: z.ID,
			CIDR:    netip.PrefixFrom(netip.AddrFrom4(octets), 20).String(),
			Default: true, MapPublicIP: true,
		}
		e.subnets.Put(world+s.ID, s)
	}
	g := gateway{ID: newID("igw"), VPC: made.ID}
	e.gateways.Put(world+g.ID, g)
	for key, t := range e.routes.All(world) {
		if t.VPC == made.ID {
			t.Routes = append(t.Routes, route{Destination: "0.0.0.0/0", Gateway: g.ID})
			e.routes.Put(key, t)
		}
	}
	return made, nil
}

// freeBlock picks a /16 that no VPC of any world overlaps: containers of all
// worlds share this machine, so their addresses must not meet. It stays away
// from 10.0/16 and the low ranges that office networks like.
func (e *EC2) freeBlock() (netip.Prefix, error) {
	for i := range 240 {
		octet := 16 + (int(e.first)-16+i)%240
		block := netip.MustParsePrefix(fmt.Sprintf("10.%d.0.0/16", octet))
		if !e.overlapsVpc(block) {
			return block, nil
		}
	}
	return netip.Prefix{}, wire.Fault("VpcLimitExceeded", "The maximum number of VPCs has been reached.")
}

func (e *EC2) overlapsVpc(block netip.Prefix) bool {
	for _, v := range e.vpcs.All("") {
		if block.Overlaps(netip.MustParsePrefix(v.CIDR)) {
			return true
		}
	}
	return false
}
