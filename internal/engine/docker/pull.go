package docker

import (
	"cmp"
	"context"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/authconfig"
	"github.com/moby/moby/api/types/registry"
	"github.com/moby/moby/client"
	"github.com/opencontainers/image-spec/specs-go/v1"

	"photon/internal/engine/runtime"
)

// Pull implements runtime.Runtime. An image that is in the Docker Engine's
// store and fits the platform is not asked for again, unless a registry may
// have moved its tag meanwhile.
func (r *Runtime) Pull(ctx context.Context, image, platform string, auth runtime.Auth) (runtime.Image, error) {
	have, err := r.find(ctx, image)
	if err != nil {
		return runtime.Image{}, &runtime.PullError{Image: image, Reason: runtime.PullFailed, Detail: daemonText(err)}
	}
	if have != nil && have.fits(platform) && !movable(image) {
		return runtime.Image{Digest: have.digest(image)}, nil
	}
	if err := r.fetch(ctx, image, platform, auth); err != nil {
		if have != nil && !have.fits(platform) {
			return runtime.Image{}, wrongPlatform(image, have, platform)
		}
		return runtime.Image{}, pullError(image, err)
	}
	have, err = r.find(ctx, image)
	switch {
	case err != nil:
		return runtime.Image{}, &runtime.PullError{Image: image, Reason: runtime.PullFailed, Detail: daemonText(err)}
	case have == nil:
		return runtime.Image{}, &runtime.PullError{Image: image, Reason: runtime.PullFailed, Detail: "gone from the Docker Engine's store right after the pull"}
	case !have.fits(platform):
		return runtime.Image{}, wrongPlatform(image, have, platform)
	}
	return runtime.Image{Digest: have.digest(image)}, nil
}

// movable reports whether a reference is a tag in a registry. A name without
// a registry's host is one of the Docker Engine's own store first.
func movable(image string) bool {
	host, _, ok := strings.Cut(image, "/")
	return ok && strings.ContainsAny(host, ".:") && !strings.Contains(image, "@")
}

func (r *Runtime) fetch(ctx context.Context, image, platform string, auth runtime.Auth) error {
	options := client.ImagePullOptions{}
	if platform != "" {
		system, arch, _ := strings.Cut(platform, "/")
		options.Platforms = []v1.Platform{{OS: system, Architecture: arch}}
	}
	if auth != (runtime.Auth{}) {
		header, err := authconfig.Encode(registry.AuthConfig{Username: auth.Username, Password: auth.Password})
		if err != nil {
			return err
		}
		options.RegistryAuth = header
	}
	pull, err := r.docker.ImagePull(ctx, image, options)
	if err != nil {
		return err
	}
	return cmp.Or(pull.Wait(ctx), pull.Close())
}

func wrongPlatform(image string, have *stored, want string) error {
	return &runtime.PullError{
		Image: image, Reason: runtime.PullPlatform,
		Detail: "image is for " + have.platform() + ", not for " + want,
	}
}

// pullError sorts what the Docker Engine says about a pull. Before API 1.47
// the text is all there is. The order matters: an answer of a registry that
// refuses a login also says that the repository may not exist.
func pullError(image string, err error) error {
	text := daemonText(err)
	reason := runtime.PullFailed
	switch {
	case has(text, "no matching manifest", "does not match the specified platform", "cannot be used on this platform"):
		reason = runtime.PullPlatform
	case has(text, "denied", "unauthorized", "no basic auth credentials", "authentication required") || errdefs.IsUnauthorized(err):
		reason = runtime.PullDenied
	case has(text, "not found", "manifest unknown", "name unknown", "does not exist", "repository name not known") || errdefs.IsNotFound(err):
		reason = runtime.PullNotFound
	}
	return &runtime.PullError{Image: image, Reason: reason, Detail: text}
}

func has(text string, any ...string) bool {
	for _, part := range any {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// daemonText is the Docker Engine's own words, without the client's preface.
func daemonText(err error) string {
	return strings.TrimPrefix(err.Error(), "Error response from daemon: ")
}
