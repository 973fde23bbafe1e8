//go:build docker

package e2e

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
)

const (
	registryUser     = "reader"
	registryPassword = "MARKER-registry-password"
)

// startRegistry serves a registry of somebody else's with the test application
// in it, and returns the image's name there.
func startRegistry(t *testing.T, private bool) string {
	t.Helper()
	images := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if private && (user != registryUser || password != registryPassword) {
			w.Header().Set("WWW-Authenticate", `Basic realm="private"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		images.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	image := host + "/team/app:1"
	config := t.TempDir() // Photon is not to find this login
	docker(t, "tag", "photon-e2e-app:1", image)
	t.Cleanup(func() { exec.Command("docker", "rmi", "--force", image).Run() })
	if private {
		login := exec.Command("docker", "--config", config, "login", "--username", registryUser, "--password-stdin", host)
		login.Stdin = strings.NewReader(registryPassword)
		if out, err := login.CombinedOutput(); err != nil {
			t.Fatalf("docker login: %v: %s", err, out)
		}
	}
	docker(t, "--config", config, "push", "--quiet", image)
	docker(t, "rmi", "--force", image) // it must be pulled
	return image
}

func docker(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("docker", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("docker %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestAPublicRegistryNeedsNoLogin(t *testing.T) {
	image := startRegistry(t, false)
	path := file(t, "public", func(d map[string]any) { d["image"] = image })
	mustRun(t, 0, "--file", path, "--local")
	if got := get(t, addressOf(t, path)); got != "one" {
		t.Errorf("got %q", got)
	}
	terminate(t, path)
}

func TestAPrivateRegistryIsReadWithTheCredentialsOfTheFile(t *testing.T) {
	image := startRegistry(t, true)
	locked := mustRun(t, 6, "--file", file(t, "private", func(d map[string]any) { d["image"] = image }), "--local")
	if !strings.Contains(locked.talked, `"registry": { "credentials"`) {
		t.Errorf("the refusal does not say how to log in: %s", locked)
	}
	aws(t, "secretsmanager", "create-secret", "--name", "e2e/registry",
		"--secret-string", `{"username":"`+registryUser+`","password":"`+registryPassword+`"}`)
	path := file(t, "private", func(d map[string]any) {
		d["image"] = image
		d["registry"] = map[string]any{"credentials": "secretsmanager:e2e/registry"}
	})
	r := mustRun(t, 0, "--file", path, "--local")
	if strings.Contains(r.out+r.talked, registryPassword) {
		t.Error("the password is shown")
	}
	if got := get(t, addressOf(t, path)); got != "one" {
		t.Errorf("got %q", got)
	}
	terminate(t, path)
}

// docker login and docker push work against the engine's registry as against
// ECR, with the AWS CLI's password.
func TestDockerPushesToTheEnginesRegistry(t *testing.T) {
	aws(t, "ecr", "create-repository", "--repository-name", "pushed")
	config := t.TempDir()
	login := exec.Command("docker", "--config", config, "login", "--username", "AWS", "--password-stdin", the.address)
	login.Stdin = strings.NewReader(strings.TrimSpace(aws(t, "ecr", "get-login-password")))
	if out, err := login.CombinedOutput(); err != nil {
		t.Fatalf("docker login: %v: %s", err, out)
	}
	image := the.address + "/pushed:7"
	docker(t, "tag", "photon-e2e-app:1", image)
	docker(t, "--config", config, "push", "--quiet", image)
	if images := aws(t, "ecr", "describe-images", "--repository-name", "pushed"); !strings.Contains(images, `"7"`) {
		t.Errorf("the image is not in the registry: %s", images)
	}
}
