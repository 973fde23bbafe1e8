package ecr

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/smithy-go"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

// bench is an ECR with its registry on a loopback address and an API client.
type bench struct {
	*ECR
	host   string
	dir    string
	client *ecr.Client
}

func newBench(t testing.TB) *bench {
	t.Helper()
	return open(t, state.Memory(), t.TempDir())
}

func open(t testing.TB, db *state.DB, dir string) *bench {
	t.Helper()
	var host string
	e := New(db, filepath.Join(dir, "ecr"), func() string { return host })
	server := httptest.NewServer(e.Handler())
	t.Cleanup(server.Close)
	host = strings.TrimPrefix(server.URL, "http://")
	return &bench{ECR: e, host: host, dir: dir, client: clientOf(e, "us-east-1")}
}

func clientOf(e *ECR, region string) *ecr.Client {
	return ecr.New(ecr.Options{
		Region: region, BaseEndpoint: aws.String("http://engine"), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""),
		HTTPClient:  &http.Client{Transport: wire.Transport(wire.NewMux(e.Service()))},
	})
}

func (b *bench) create(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := b.client.CreateRepository(context.Background(), &ecr.CreateRepositoryInput{RepositoryName: &name}); err != nil {
			t.Fatal(err)
		}
	}
}

// loginOf returns user and password as aws ecr get-login-password gives them.
func loginOf(t testing.TB, client *ecr.Client) authn.AuthConfig {
	t.Helper()
	out, err := client.GetAuthorizationToken(context.Background(), &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	pair, err := base64.StdEncoding.DecodeString(*out.AuthorizationData[0].AuthorizationToken)
	if err != nil {
		t.Fatal(err)
	}
	user, password, _ := strings.Cut(string(pair), ":")
	return authn.AuthConfig{Username: user, Password: password}
}

func (b *bench) auth(t testing.TB) remote.Option {
	t.Helper()
	return remote.WithAuth(authn.FromConfig(loginOf(t, b.client)))
}

func (b *bench) ref(t testing.TB, path string) name.Reference {
	t.Helper()
	ref, err := name.ParseReference(b.host + "/" + path)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func (b *bench) push(t testing.TB, path string, image v1.Image) string {
	t.Helper()
	if err := remote.Write(b.ref(t, path), image, b.auth(t)); err != nil {
		t.Fatal(err)
	}
	return sum(t, image)
}

func sum(t testing.TB, image interface{ Digest() (v1.Hash, error) }) string {
	t.Helper()
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

// newImage makes an image of random layers in Docker's format.
func newImage(t testing.TB, layers int) v1.Image {
	t.Helper()
	image, err := random.Image(1000, int64(layers))
	if err != nil {
		t.Fatal(err)
	}
	return mutate.ConfigMediaType(mutate.MediaType(image, types.DockerManifestSchema2), types.DockerConfigJSON)
}

// do makes a request to the registry with a login.
func (b *bench) do(t testing.TB, method, path string, body string, header ...string) *http.Response {
	t.Helper()
	if !strings.HasPrefix(path, "http://") {
		path = "http://" + b.host + path
	}
	request, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	auth := loginOf(t, b.client)
	request.SetBasicAuth(auth.Username, auth.Password)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

// faultOf returns code and message of an AWS error.
func faultOf(err error) string {
	var fault smithy.APIError
	if errors.As(err, &fault) {
		return fault.ErrorCode() + ": " + fault.ErrorMessage()
	}
	return ""
}
