package cli

import (
	"hash/fnv"
	"math/rand"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"photon/internal/engine/wire"
)

// push puts an image for both architectures into the world's registry, as
// docker buildx does, and returns its reference. The same name and tag is the
// same image in every world.
func (w *world) push(repository, tag string) string {
	w.Helper()
	reference, options := w.registry(repository, tag)
	if err := remote.WriteIndex(reference, w.index(repository+tag), options...); err != nil {
		w.Fatal(err)
	}
	return reference.Name()
}

// pushOne is push of an image for one architecture, as docker build makes it.
func (w *world) pushOne(repository, tag string) string {
	w.Helper()
	reference, options := w.registry(repository, tag)
	image := must(mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "linux", Architecture: "amd64"}))(w)
	if err := remote.Write(reference, image, options...); err != nil {
		w.Fatal(err)
	}
	return reference.Name()
}

// registry is the place of an image, and how it gets there.
func (w *world) registry(repository, tag string) (name.Reference, []remote.Option) {
	w.Helper()
	login, err := w.engine.Repository(w.Context(), worldAccount, worldRegion, repository)
	if err != nil {
		w.Fatal(err)
	}
	return must(name.ParseReference(worldRegistry + "/" + repository + ":" + tag))(w), []remote.Option{
		remote.WithContext(w.Context()), remote.WithJobs(1), remote.WithTransport(wire.Transport(w.engine)),
		remote.WithAuth(authn.FromConfig(authn.AuthConfig{Username: login.Username, Password: login.Password})),
	}
}

func (w *world) index(name string) v1.ImageIndex {
	w.Helper()
	seed := fnv.New64()
	seed.Write([]byte(name))
	bytes := rand.NewSource(int64(seed.Sum64()))
	index := v1.ImageIndex(empty.Index)
	for _, arch := range []string{"amd64", "arm64"} {
		image := must(random.Image(16, 1, random.WithSource(bytes)))(w)
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
	}
	return index
}
