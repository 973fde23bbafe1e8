package docker

import (
	"context"
	"fmt"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"
)

// Labels on everything that the runtime makes.
const (
	engineLabel = "photon.engine" // Options.Name
	taskLabel   = "photon.task"   // task id
)

// parallelRemovals keeps the Docker Engine responsive while much is removed.
const parallelRemovals = 8

// Sweep removes every container and network of this engine, also those of an
// earlier process that crashed. It may be called before the first sandbox is
// made and after the last one is removed.
func (r *Runtime) Sweep(ctx context.Context) error {
	list, err := r.docker.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: r.own()})
	if err != nil {
		return fmt.Errorf("containers: %s", daemonText(err))
	}
	ids := make([]string, 0, len(list.Items))
	for _, each := range list.Items {
		ids = append(ids, each.ID)
	}
	if err := r.removeContainers(ctx, ids); err != nil {
		return err
	}
	return r.removeNetworks(ctx)
}

func (r *Runtime) removeContainers(ctx context.Context, ids []string) error {
	var group errgroup.Group
	group.SetLimit(parallelRemovals)
	for _, id := range ids {
		group.Go(func() error { return r.removeContainer(ctx, id) })
	}
	return group.Wait()
}

// removeContainer kills and removes a container; one that is gone, or that
// somebody else is removing, is no error.
func (r *Runtime) removeContainer(ctx context.Context, id string) error {
	_, err := r.docker.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if err == nil || errdefs.IsNotFound(err) {
		return nil
	}
	if errdefs.IsConflict(err) && has(err.Error(), "already in progress") {
		return nil
	}
	return fmt.Errorf("container %.12s: %s", id, daemonText(err))
}

func (r *Runtime) own() client.Filters {
	return make(client.Filters).Add("label", engineLabel+"="+r.options.Name)
}
