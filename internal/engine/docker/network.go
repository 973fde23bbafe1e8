package docker

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
)

// network returns the name of the Docker network of a VPC, which it makes when
// there is none. The gateway has the first address of the range.
func (r *Runtime) network(ctx context.Context, vpc string, ranges netip.Prefix) (string, error) {
	r.networks.Lock()
	defer r.networks.Unlock()
	name := "photon-" + r.options.Name + "-" + vpc
	ranges = ranges.Masked()
	have, err := r.docker.NetworkInspect(ctx, name, client.NetworkInspectOptions{})
	switch {
	case errdefs.IsNotFound(err):
	case err != nil:
		return "", fmt.Errorf("network %s: %s", name, daemonText(err))
	case spans(have.Network.IPAM, ranges):
		return name, nil
	default:
		if _, err := r.docker.NetworkRemove(ctx, name, client.NetworkRemoveOptions{}); err != nil {
			return "", fmt.Errorf("network %s: has another range than %s: %s", name, ranges, daemonText(err))
		}
	}
	err = r.makeNetwork(ctx, name, ranges)
	if err != nil && strings.Contains(err.Error(), "overlaps") {
		// A VPC that was deleted may have left a network with this range.
		if err := r.removeNetworks(ctx); err != nil {
			return "", err
		}
		err = r.makeNetwork(ctx, name, ranges)
	}
	if err != nil {
		return "", fmt.Errorf("network %s with range %s: %s", name, ranges, daemonText(err))
	}
	return name, nil
}

func (r *Runtime) makeNetwork(ctx context.Context, name string, ranges netip.Prefix) error {
	_, err := r.docker.NetworkCreate(ctx, name, client.NetworkCreateOptions{
		Driver: "bridge",
		IPAM: &network.IPAM{Config: []network.IPAMConfig{{
			Subnet:  ranges,
			Gateway: ranges.Addr().Next(),
		}}},
		Labels: map[string]string{engineLabel: r.options.Name},
	})
	return err
}

// removeNetworks removes this engine's networks that no container is in.
func (r *Runtime) removeNetworks(ctx context.Context) error {
	list, err := r.docker.NetworkList(ctx, client.NetworkListOptions{Filters: r.own()})
	if err != nil {
		return fmt.Errorf("networks: %s", daemonText(err))
	}
	for _, each := range list.Items {
		_, err := r.docker.NetworkRemove(ctx, each.ID, client.NetworkRemoveOptions{})
		if err != nil && !errdefs.IsNotFound(err) && !strings.Contains(err.Error(), "has active endpoints") {
			return fmt.Errorf("network %s: %s", each.Name, daemonText(err))
		}
	}
	return nil
}

func spans(ipam network.IPAM, ranges netip.Prefix) bool {
	return len(ipam.Config) == 1 && ipam.Config[0].Subnet == ranges
}
