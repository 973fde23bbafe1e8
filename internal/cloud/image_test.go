package cloud_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"photon/internal/cloud"
	"photon/internal/engine"
	"photon/internal/engine/wire"
	"photon/internal/spec"
)

// imageFor is an image of one platform, with nothing in it.
func imageFor(w *world, arch string) v1.Image {
	w.Helper()
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: "linux", Architecture: arch, RootFS: v1.RootFS{Type: "layers"}})
	return must(w, image, err)
}

// indexFor is an image of several platforms, with an attestation.
func indexFor(w *world, arches ...string) v1.ImageIndex {
	w.Helper()
	index := v1.ImageIndex(empty.Index)
	for _, arch := range arches {
		os := "linux"
		if arch == "unknown" {
			os = arch
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: imageFor(w, arch), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: os, Architecture: arch}},
		})
	}
	return index
}

func reference(w *world, text string) name.Reference {
	w.Helper()
	ref, err := name.ParseReference(text)
	return must(w, ref, err)
}

// surveyed is what a Survey says of one image: its reference, or why not.
func (w *world) surveyed(image, arch string, credentials *spec.SecretRef) string {
	w.Helper()
	s := orders(nil)
	s.Workloads[0].Image, s.Workloads[0].Arch, s.Workloads[0].Credentials = image, arch, credentials
	facts, err := w.account.Survey(w.Context(), s)
	if err == nil {
		return facts.Images[image]
	}
	var refusals cloud.Refusals
	if !errors.As(err, &refusals) {
		w.Fatal(err)
	}
	lines := []string{refusals.Error()}
	for _, refusal := range refusals {
		if refusal.Hint != "" {
			lines = append(lines, "hint: "+refusal.Hint)
		}
	}
	return strings.Join(lines, "\n")
}

// withRegistries sends what is for a host to a handler.
type withRegistries struct {
	hosts map[string]http.Handler
	next  http.RoundTripper
}

func (r withRegistries) RoundTrip(request *http.Request) (*http.Response, error) {
	if handler, ok := r.hosts[request.URL.Host]; ok {
		return wire.Transport(handler).RoundTrip(request)
	}
	if strings.HasSuffix(request.URL.Host, ".internal") {
		return r.next.RoundTrip(request)
	}
	return nil, fmt.Errorf("no such host %s", request.URL.Host)
}

func protected(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "reader" || password != "s3cret" {
			rw.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
			http.Error(rw, "{}", http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(rw, r)
	})
}

// inImageWorld has a public registry, a private one, and ECR.
func inImageWorld(t *testing.T, test func(w *world)) {
	dir := t.TempDir()
	inSlowWorld(t, engine.Options{Dir: dir}, func(w *world) {
		quiet := registry.Logger(log.New(io.Discard, "", 0))
		public, private := registry.New(quiet), registry.New(quiet)
		w.transport.next = withRegistries{next: w.transport.next, hosts: map[string]http.Handler{
			"public.example.com": public, "private.example.com": protected(private),
		}}
		through := remote.WithTransport(w.transport.next)
		must(w, 0, remote.Write(reference(w, "public.example.com/shop:1"), imageFor(w, "amd64"), through))
		must(w, 0, remote.WriteIndex(reference(w, "public.example.com/shop:all"), indexFor(w, "amd64", "arm64", "unknown"), through))
		must(w, 0, remote.Write(reference(w, "private.example.com/shop:1"), imageFor(w, "amd64"), through,
			remote.WithAuth(authn.FromConfig(authn.AuthConfig{Username: "reader", Password: "s3cret"}))))
		w.pushToECR("shop:1")
		test(w)
	})
}

func (w *world) pushToECR(image string) {
	w.Helper()
	client := ecr.NewFromConfig(w.byHand())
	repository, _, _ := strings.Cut(image, ":")
	_, err := client.CreateRepository(w.Context(), &ecr.CreateRepositoryInput{RepositoryName: &repository})
	must(w, 0, err)
	out, err := client.GetAuthorizationToken(w.Context(), &ecr.GetAuthorizationTokenInput{})
	must(w, 0, err)
	token, err := base64.StdEncoding.DecodeString(aws.ToString(out.AuthorizationData[0].AuthorizationToken))
	user, password, _ := strings.Cut(string(must(w, token, err)), ":")
	must(w, 0, remote.Write(reference(w, "engine.internal/"+image), imageFor(w, "amd64"),
		remote.WithTransport(w.transport.next),
		remote.WithAuth(authn.FromConfig(authn.AuthConfig{Username: user, Password: password}))))
}

func TestImages(t *testing.T) {
	inImageWorld(t, func(w *world) {
		single, err := imageFor(w, "amd64").Digest()
		must(w, 0, err)
		all, err := indexFor(w, "amd64", "arm64", "unknown").Digest()
		must(w, 0, err)
		_, err = secretsmanager.NewFromConfig(w.byHand()).CreateSecret(w.Context(), &secretsmanager.CreateSecretInput{
			Name: aws.String("reader"), SecretString: aws.String(`{"username":"reader","password":"s3cret"}`),
		})
		must(w, 0, err)
		const ecrHost = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
		credentials := &spec.SecretRef{Store: spec.SecretsManager, Name: "reader"}
		cases := []struct {
			name, image, arch string
			credentials       *spec.SecretRef
			want              string
		}{
			{"public", "public.example.com/shop:1", "amd64", nil, "public.example.com/shop@" + single.String()},
			{"index", "public.example.com/shop:all", "arm64", nil, "public.example.com/shop@" + all.String()},
			{"digest", "public.example.com/shop@" + single.String(), "amd64", nil, "public.example.com/shop@" + single.String()},
			{"credentials", "private.example.com/shop:1", "amd64", credentials, "private.example.com/shop@" + single.String()},
			{"the account's own registry", "engine.internal/shop:1", "amd64", nil, "engine.internal/shop@" + single.String()},
			{"ECR", ecrHost + "/shop:1", "amd64", nil, ecrHost + "/shop@" + single.String()},
			{"only on this machine", "orders:2", "amd64", nil, "orders@" + digest},
			{"wrong platform", "public.example.com/shop:1", "arm64", nil,
				"image public.example.com/shop:1: has linux/amd64; the workload asks for linux/arm64\n" +
					`hint: build it with docker build --platform linux/arm64, or set "arch": "amd64"`},
			{"wrong platform in ECR", ecrHost + "/shop:1", "arm64", nil,
				"image " + ecrHost + "/shop:1: has linux/amd64; the workload asks for linux/arm64\n" +
					`hint: build it with docker build --platform linux/arm64, or set "arch": "amd64"`},
			{"no tag", "public.example.com/shop:2", "amd64", nil,
				"image public.example.com/shop:2: is not in public.example.com, nor is it on this machine"},
			{"no tag in ECR", ecrHost + "/shop:2", "amd64", nil,
				"image " + ecrHost + "/shop:2: is not in " + ecrHost + ", nor is it on this machine"},
			{"no repository in ECR", ecrHost + "/shelf:2", "amd64", nil,
				"image " + ecrHost + "/shelf:2: is not in " + ecrHost + ", nor is it on this machine"},
			{"no credentials", "private.example.com/shop:1", "amd64", nil,
				"image private.example.com/shop:1: is not in private.example.com, or access is denied, nor is it on this machine\n" +
					`hint: for a private registry: "registry": { "credentials": "secretsmanager:…" }, or docker login`},
			{"no reference", "Shop:1:2", "amd64", nil,
				"image Shop:1:2: is not an image reference\nhint: such as \"registry.example.com/orders:1.4.2\""},
			{"no host", "nowhere.example.com/shop:1", "amd64", nil,
				"image nowhere.example.com/shop:1: nowhere.example.com cannot be asked (no such host nowhere.example.com), nor is it on this machine"},
		}
		for _, c := range cases {
			w.compare(c.name, w.surveyed(c.image, c.arch, c.credentials), c.want)
		}
	})
}

// A login of this machine does not help tasks that run elsewhere.
func TestALoginOfThisMachineIsNotOneOfTheTasks(t *testing.T) {
	inImageWorld(t, func(w *world) {
		login := `{"auths": {"private.example.com": {"username": "reader", "password": "s3cret"},` +
			` "public.example.com": {"username": "reader", "password": "s3cret"}}}`
		must(w, 0, os.WriteFile(filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json"), []byte(login), 0o600))
		single, err := imageFor(w, "amd64").Digest()
		must(w, 0, err)
		w.compare("on this machine", w.surveyed("private.example.com/shop:1", "amd64", nil), "private.example.com/shop@"+single.String())
		w.account = w.openWith(nil)
		w.compare("far away", w.surveyed("private.example.com/shop:1", "amd64", nil),
			"image private.example.com/shop:1: private.example.com asks for a login: this machine has one, the tasks have none\n"+
				`hint: for a private registry: "registry": { "credentials": "secretsmanager:…" }`)
		w.compare("no login needed", w.surveyed("public.example.com/shop:1", "amd64", nil), "public.example.com/shop@"+single.String())
	})
}
