package docker

import (
	"context"
	"strings"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/image"
)

// Image looks for an image in the Docker Engine's own store, without asking a
// registry. The digest is the image's ID: Pull and Start accept it in the form
// "<repository>@<digest>". The platform is like "linux/amd64".
func (r *Runtime) Image(ctx context.Context, ref string) (digest, platform string, found bool, err error) {
	have, err := r.find(ctx, ref)
	if err != nil || have == nil {
		return "", "", false, err
	}
	return have.ID, have.platform(), true, nil
}

// stored is an image in the Docker Engine's store.
type stored struct {
	image.InspectResponse
	name string // by which the Docker Engine finds it
}

// find looks an image up by reference, and by ID where the reference ends with
// a digest that no registry gave. It returns nil when there is none.
func (r *Runtime) find(ctx context.Context, ref string) (*stored, error) {
	names := []string{ref}
	if _, digest, ok := strings.Cut(ref, "@"); ok {
		names = append(names, digest)
	}
	for _, name := range names {
		result, err := r.docker.ImageInspect(ctx, name)
		if err == nil {
			return &stored{result.InspectResponse, name}, nil
		}
		if !errdefs.IsNotFound(err) {
			return nil, err
		}
	}
	return nil, nil
}

func (s *stored) platform() string { return s.Os + "/" + s.Architecture }

func (s *stored) fits(platform string) bool {
	return platform == "" || platform == s.platform()
}

// digest is the one in the reference, else the one that the reference's
// repository gave the image, else the image's ID.
func (s *stored) digest(ref string) string {
	repository, digest, ok := strings.Cut(ref, "@")
	if ok {
		return digest
	}
	if colon := strings.LastIndex(repository, ":"); colon > strings.LastIndex(repository, "/") {
		repository = repository[:colon]
	}
	for _, known := range s.RepoDigests {
		if name, digest, _ := strings.Cut(known, "@"); name == repository {
			return digest
		}
	}
	return s.ID
}
