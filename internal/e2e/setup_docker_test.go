//go:build docker

// Package e2e tests the product as its users have it: the real program, the
// engine as a process, containers on the Docker Engine. It needs bin/photon
// (make build) and takes its time.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// world is an engine of the tests' own, with the images of the test
// application in its registry.
type world struct {
	address string // of the engine
	dir     string
	photon  string // the program
}

var the world

func TestMain(m *testing.M) {
	code, err := withWorld(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

func withWorld(run func() int) (int, error) {
	dir, err := os.MkdirTemp("", "photon")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	root, err := filepath.Abs("../..")
	if err != nil {
		return 0, err
	}
	address, err := freeAddress()
	if err != nil {
		return 0, err
	}
	the = world{address: address, dir: dir, photon: filepath.Join(root, "bin", "photon")}
	if err := the.buildApp(); err != nil {
		return 0, err
	}
	if out, err := the.command(context.Background(), "engine", "start").CombinedOutput(); err != nil {
		return 0, fmt.Errorf("engine start: %w: %s", err, out)
	}
	defer the.command(context.Background(), "engine", "stop").Run()
	if out, err := the.command(context.Background(), "engine", "push", "photon-e2e-app:1").CombinedOutput(); err != nil {
		return 0, fmt.Errorf("engine push: %w: %s", err, out)
	}
	return run(), nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// buildApp makes the image photon-e2e-app:1 in the Docker Engine's store.
func (w world) buildApp() error {
	context := filepath.Join(w.dir, "app")
	if err := os.MkdirAll(context, 0o755); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-o", filepath.Join(context, "app"), "./testdata/app")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("test application: %w: %s", err, out)
	}
	dockerfile := "FROM scratch\nCOPY app /app\nENTRYPOINT [\"/app\"]\n"
	if err := os.WriteFile(filepath.Join(context, "Dockerfile"), []byte(dockerfile), 0o644); err != nil {
		return err
	}
	image := exec.Command("docker", "build", "--quiet", "--tag", "photon-e2e-app:1", context)
	image.Env = append(os.Environ(), "DOCKER_BUILDKIT=0")
	if out, err := image.CombinedOutput(); err != nil {
		return fmt.Errorf("image: %w: %s", err, out)
	}
	return nil
}

// command is photon with the test's engine.
func (w world) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, w.photon, args...)
	command.Env = append(os.Environ(),
		"PHOTON_ENGINE_ADDR="+w.address, "PHOTON_ENGINE_DIR="+filepath.Join(w.dir, "engine"), "NO_COLOR=1")
	command.Dir = w.dir
	return command
}

// result is what a run of photon gave.
type result struct {
	code        int
	out, talked string // stdout, stderr
}

func (r result) String() string {
	return fmt.Sprintf("exit code %d\n%s%s", r.code, r.out, r.talked)
}

// photon runs the program to its end.
func photon(t *testing.T, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	command := the.command(ctx, args...)
	var out, talked bytes.Buffer
	command.Stdout, command.Stderr = &out, &talked
	err := command.Run()
	if err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return result{command.ProcessState.ExitCode(), out.String(), talked.String()}
}

// mustRun runs the program and wants an exit code.
func mustRun(t *testing.T, code int, args ...string) result {
	t.Helper()
	r := photon(t, args...)
	if r.code != code {
		t.Fatalf("photon %s: want exit code %d, got %s", strings.Join(args, " "), code, r)
	}
	return r
}

// file writes a deployment file of the test application; change edits it.
func file(t *testing.T, name string, change func(map[string]any)) string {
	t.Helper()
	document := map[string]any{
		"name":  name,
		"image": the.address + "/photon-e2e-app:1",
		"http": map[string]any{
			"port": 8080, "drain": "2s",
			"health": map[string]any{"path": "/healthz", "interval": "5s", "timeout": "2s", "grace": "5s", "unhealthy": 2},
		},
		"env": map[string]any{"VERSION": "one"},
	}
	if change != nil {
		change(document)
	}
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name+".json")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// env sets a variable of a file's containers.
func env(document map[string]any, name, value string) {
	document["env"].(map[string]any)[name] = value
}
