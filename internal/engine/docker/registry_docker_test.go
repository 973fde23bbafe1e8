//go:build docker

package docker

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/moby/moby/client"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"photon/internal/engine/runtime"
)

var login = runtime.Auth{Username: "user", Password: "password"}

// privateRegistry has app:1 for a platform of no test machine, and app:2 for
// this one.
func privateRegistry(t *testing.T) (host, digest string) {
	t.Helper()
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != login.Username || password != login.Password {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	host = strings.TrimPrefix(server.URL, "http://")
	push(t, host+"/app:1", "s390x")
	return host, push(t, host+"/app:2", goArch())
}

func push(t *testing.T, tag, arch string) (digest string) {
	t.Helper()
	ref, err := name.ParseReference(tag)
	if err != nil {
		t.Fatal(err)
	}
	image, err := random.Image(1024, 1)
	if err != nil {
		t.Fatal(err)
	}
	file, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	file.OS, file.Architecture, file.Config = "linux", arch, v1.Config{Cmd: []string{"/none"}}
	if image, err = mutate.ConfigFile(image, file); err != nil {
		t.Fatal(err)
	}
	image = mutate.ConfigMediaType(mutate.MediaType(image, types.DockerManifestSchema2), types.DockerConfigJSON)
	auth := authn.FromConfig(authn.AuthConfig{Username: login.Username, Password: login.Password})
	if err := remote.Write(ref, image, remote.WithAuth(auth)); err != nil {
		t.Fatal(err)
	}
	sum, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return sum.String()
}

func TestPullFromAPrivateRegistry(t *testing.T) {
	r := open(t, "registry")
	ctx := context.Background()
	host, digest := privateRegistry(t)
	platform := "linux/" + goArch()
	for _, test := range []struct {
		name, image string
		auth        runtime.Auth
		reason      string
	}{
		{"no login", "/app:2", runtime.Auth{}, runtime.PullDenied},
		{"wrong login", "/app:2", runtime.Auth{Username: "user", Password: "wrong"}, runtime.PullDenied},
		{"no such tag", "/app:3", login, runtime.PullNotFound},
		{"no such repository", "/none:1", login, runtime.PullNotFound},
		{"wrong platform", "/app:1", login, runtime.PullPlatform},
		{"by digest", "/app@" + digest, login, ""},
		{"by digest, already here", "/app@" + digest, runtime.Auth{}, ""},
		{"by tag", "/app:2", login, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			image, err := r.Pull(ctx, host+test.image, platform, test.auth)
			t.Cleanup(func() {
				_, _ = r.docker.ImageRemove(ctx, host+"/app:1", client.ImageRemoveOptions{Force: true, PruneChildren: true})
			})
			var refused *runtime.PullError
			switch {
			case test.reason == "" && (err != nil || image.Digest != digest):
				t.Errorf("got %+v, %v", image, err)
			case test.reason != "" && (!errors.As(err, &refused) || refused.Reason != test.reason):
				t.Errorf("got %v, want %s", err, test.reason)
			}
		})
	}
	for _, left := range []string{host + "/app:2", host + "/app@" + digest} {
		_, _ = r.docker.ImageRemove(ctx, left, client.ImageRemoveOptions{Force: true, PruneChildren: true})
	}
}

// ECS asks the registry each time: a tag may have moved, or be gone.
func TestATagThatMovedIsPulledAgain(t *testing.T) {
	r := open(t, "moved")
	ctx := context.Background()
	host, first := privateRegistry(t)
	t.Cleanup(func() {
		_, _ = r.docker.ImageRemove(ctx, host+"/app:2", client.ImageRemoveOptions{Force: true, PruneChildren: true})
	})
	pull := func(want string) {
		t.Helper()
		image, err := r.Pull(ctx, host+"/app:2", "linux/"+goArch(), login)
		if err != nil || image.Digest != want {
			t.Errorf("got %s, %v; the tag is at %s", image.Digest, err, want)
		}
	}
	pull(first)
	pull(push(t, host+"/app:2", goArch()))
}
