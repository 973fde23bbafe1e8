package ecr

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

func TestPushIsRefused(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	b.push(t, "orders:1", newImage(t, 1))
	if _, err := b.client.PutImageTagMutability(context.Background(), &ecr.PutImageTagMutabilityInput{
		RepositoryName: aws.String("orders"), ImageTagMutability: types.ImageTagMutabilityImmutable,
	}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, ref, want string }{
		{"no repository", "none:1", "404 NAME_UNKNOWN: The repository with name 'none' does not exist in the registry with id '000000000000'"},
		{"immutable tag", "orders:1", "400 TAG_INVALID: The image tag '1' already exists in the 'orders' repository and cannot be overwritten because the tag is immutable."},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := remote.Write(b.ref(t, test.ref), newImage(t, 1), b.auth(t))
			var refused *transport.Error
			if !errors.As(err, &refused) || len(refused.Errors) != 1 {
				t.Fatalf("got %v", err)
			}
			if got := fmt.Sprintf("%d %s: %s", refused.StatusCode, refused.Errors[0].Code, refused.Errors[0].Message); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestManifestsAreRefused(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	layer := "sha256:" + strings.Repeat("0", 64)
	for _, test := range []struct{ name, ref, mediaType, body, want string }{
		{"not JSON", "1", ociManifest, "{", "400 MANIFEST_INVALID: Invalid parameter at 'imageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"},
		{"old schema", "1", "application/vnd.docker.distribution.manifest.v1+json", `{"schemaVersion":1}`, "400 MANIFEST_INVALID: Unsupported image: manifest with schemaVersion other than 2"},
		{"other type", "1", "text/plain", `{"schemaVersion":2}`, "400 MANIFEST_INVALID: Unsupported image: media type 'text/plain'"},
		{"two types", "1", ociManifest, `{"schemaVersion":2,"mediaType":"` + dockerManifest + `"}`, "400 MANIFEST_INVALID: Invalid parameter at 'imageManifest' failed to satisfy constraint: 'media type must be the one of the request'"},
		{"no config", "1", ociManifest, `{"schemaVersion":2}`, "400 MANIFEST_INVALID: Invalid parameter at 'imageManifest' failed to satisfy constraint: 'must have a config'"},
		{"bad digest", "1", ociManifest, `{"schemaVersion":2,"config":{"digest":"x"}}`, "400 MANIFEST_INVALID: Invalid parameter at 'imageManifest' failed to satisfy constraint: 'must have valid digests'"},
		{"missing layer", "1", ociManifest, `{"schemaVersion":2,"config":{"digest":"` + layer + `"}}`, "404 MANIFEST_BLOB_UNKNOWN: Layers with digests '[" + layer + "]' do not exist in the repository with name 'orders' in the registry with id '000000000000'"},
		{"missing child", "1", ociIndex, `{"schemaVersion":2,"manifests":[{"digest":"` + layer + `"}]}`, "404 MANIFEST_BLOB_UNKNOWN: The image with digest '" + layer + "' that the index refers to does not exist in the repository with name 'orders'"},
		{"another digest", layer, ociIndex, `{"schemaVersion":2}`, "400 DIGEST_INVALID: The digest '" + layer + "' does not match the digest '" + digestOf([]byte(`{"schemaVersion":2}`)) + "' of the image manifest"},
		{"bad tag", "-x", ociIndex, `{"schemaVersion":2}`, "400 MANIFEST_INVALID: invalid tag or digest"},
		{"too large", "1", ociIndex, strings.Repeat(" ", largestManifest+1), "413 SIZE_INVALID: manifest is larger than 4194304 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := errorOf(t, b.do(t, http.MethodPut, "/v2/orders/manifests/"+test.ref, test.body, "Content-Type", test.mediaType)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestUnknownThings(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	none := "sha256:" + strings.Repeat("0", 64)
	for _, test := range []struct{ method, path, want string }{
		{"GET", "/v2/orders/manifests/9", "404 MANIFEST_UNKNOWN: The image with imageId {imageDigest:'null', imageTag:'9'} does not exist within the repository with name 'orders' in the registry with id '000000000000'"},
		{"DELETE", "/v2/orders/manifests/9", "404 MANIFEST_UNKNOWN: The image with imageId {imageDigest:'null', imageTag:'9'} does not exist within the repository with name 'orders' in the registry with id '000000000000'"},
		{"GET", "/v2/orders/blobs/" + none, "404 BLOB_UNKNOWN: blob unknown to registry"},
		{"GET", "/v2/orders/blobs/x", "400 DIGEST_INVALID: invalid digest"},
		{"DELETE", "/v2/orders/blobs/" + none, "405 UNSUPPORTED: The operation is unsupported."},
		{"POST", "/v2/orders/manifests/9", "405 UNSUPPORTED: The operation is unsupported."},
		{"POST", "/v2/orders/tags/list", "405 UNSUPPORTED: The operation is unsupported."},
		{"GET", "/v2/orders/blobs/uploads/", "405 UNSUPPORTED: The operation is unsupported."},
		{"GET", "/v2/none/tags/list", "404 NAME_UNKNOWN: The repository with name 'none' does not exist in the registry with id '000000000000'"},
		{"GET", "/v2/orders", "404 UNSUPPORTED: no such endpoint"},
		{"GET", "/v2/orders/tags/list?n=x", "400 PAGINATION_NUMBER_INVALID: invalid number of results requested"},
	} {
		if got := errorOf(t, b.do(t, test.method, test.path, "")); got != test.want {
			t.Errorf("%s %s:\ngot  %s\nwant %s", test.method, test.path, got, test.want)
		}
	}
}
