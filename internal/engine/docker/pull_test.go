package docker

import (
	"errors"
	"testing"

	"github.com/moby/moby/api/types/image"

	"photon/internal/engine/runtime"
)

func TestPullErrorsAreSorted(t *testing.T) {
	const preface = "Error response from daemon: "
	for _, test := range []struct{ text, reason string }{
		{"manifest for 127.0.0.1:5000/app:2 not found: manifest unknown: manifest unknown", runtime.PullNotFound},
		{"name unknown: The repository with name 'app' does not exist in the registry with id '111111111111'", runtime.PullNotFound},
		{"repository 127.0.0.1:5000/app not found: name unknown: repository name not known to registry", runtime.PullNotFound},
		{"pull access denied for app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied", runtime.PullDenied},
		{"Head \"http://127.0.0.1:5000/v2/app/manifests/1\": no basic auth credentials", runtime.PullDenied},
		{"unauthorized: authentication required", runtime.PullDenied},
		{"no matching manifest for linux/arm64 in the manifest list entries", runtime.PullPlatform},
		{"image with reference app:1 was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64", runtime.PullPlatform},
		{"write /var/lib/docker/tmp/GetImageBlob1: no space left on device", runtime.PullFailed},
		{"Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused", runtime.PullFailed},
	} {
		var got *runtime.PullError
		if err := pullError("app:1", errors.New(preface+test.text)); !errors.As(err, &got) {
			t.Fatalf("%T", err)
		}
		if want := (runtime.PullError{Image: "app:1", Reason: test.reason, Detail: test.text}); *got != want {
			t.Errorf("got %+v, want %+v", *got, want)
		}
	}
}

func TestDigestIsTheOneOfTheReferencesRepository(t *testing.T) {
	have := &stored{InspectResponse: image.InspectResponse{
		ID:          "sha256:id",
		RepoDigests: []string{"registry.example.com/other@sha256:other", "127.0.0.1:5000/app@sha256:app"},
	}}
	for ref, want := range map[string]string{
		"127.0.0.1:5000/app":             "sha256:app",
		"127.0.0.1:5000/app:1":           "sha256:app",
		"127.0.0.1:5000/app@sha256:this": "sha256:this",
		"registry.example.com/other:2":   "sha256:other",
		"app:1":                          "sha256:id",
	} {
		if got := have.digest(ref); got != want {
			t.Errorf("%s: got %s, want %s", ref, got, want)
		}
	}
}
