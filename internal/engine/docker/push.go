package docker

import (
	"cmp"
	"context"
	"errors"

	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/client"

	"photon/internal/engine/runtime"
)

// Push gives an image of the Docker Engine's store a second name, whose host
// is a registry, and pushes it there.
func (r *Runtime) Push(ctx context.Context, image, target string, auth runtime.Auth) error {
	if _, err := r.docker.ImageTag(ctx, client.ImageTagOptions{Source: image, Target: target}); err != nil {
		return errors.New(daemonText(err))
	}
	header, err := authconfig.Encode(registry.AuthConfig{Username: auth.Username, Password: auth.Password})
	if err != nil {
		return err
	}
	push, err := r.docker.ImagePush(ctx, target, client.ImagePushOptions{RegistryAuth: header})
	if err != nil {
		return errors.New(daemonText(err))
	}
	return cmp.Or(push.Wait(ctx), push.Close())
}
