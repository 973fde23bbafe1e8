//go:build docker

package docker

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/moby/moby/client"

	"photon/internal/engine/runtime"
)

// appImage is the image of testdata/app for this machine; otherArch claims to
// be for a platform that no test machine has.
const (
	appImage  = "photon-test/app:1"
	otherArch = "photon-test/app:s390x"
)

// testRange is the address range of the tests' VPC.
var testRange = netip.MustParsePrefix("10.213.7.0/24")

// programs are the test programs, compiled once.
var programs struct{ app, engine string }

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "photon-docker")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	programs.app, programs.engine = compile(dir, "app"), compile(dir, "engine")
	docker, err := client.New(client.FromEnv)
	if err != nil {
		panic(err)
	}
	defer docker.Close()
	ctx := context.Background()
	for tag, arch := range map[string]string{appImage: "", otherArch: "s390x"} {
		load(ctx, docker, tag, arch)
		defer docker.ImageRemove(ctx, tag, client.ImageRemoveOptions{Force: true, PruneChildren: true})
	}
	return m.Run()
}

func compile(dir, program string) string {
	path := filepath.Join(dir, program)
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", path, "./testdata/"+program)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%s: %s", program, out))
	}
	return path
}

// load puts an image of nothing but the test application into the store.
func load(ctx context.Context, docker *client.Client, tag, arch string) {
	var layer bytes.Buffer
	must(writeTar(&layer, programs.app))
	content, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(layer.Bytes())), nil
	})
	must(err)
	image, err := mutate.AppendLayers(empty.Image, content)
	must(err)
	file, err := image.ConfigFile()
	must(err)
	file.OS, file.Architecture = "linux", goArch()
	if arch != "" {
		file.Architecture = arch
	}
	file.Config = v1.Config{Entrypoint: []string{pausePath}}
	image, err = mutate.ConfigFile(image, file)
	must(err)
	ref, err := name.NewTag(tag)
	must(err)
	var archive bytes.Buffer
	must(tarball.Write(ref, image, &archive))
	result, err := docker.ImageLoad(ctx, &archive)
	must(err)
	var answer bytes.Buffer
	_, err = answer.ReadFrom(result)
	must(err)
	must(result.Close())
	if !strings.Contains(answer.String(), "Loaded image") {
		panic(answer.String())
	}
}

func goArch() string { return goruntime.GOARCH }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// open returns a runtime that leaves nothing behind when the test ends.
func open(t testing.TB, engine string) *Runtime {
	t.Helper()
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "photon")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	r, err := New(ctx, Options{Name: "test-" + engine, Dir: dir, Executable: programs.engine})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Sweep(ctx); err != nil {
			t.Error(err)
		}
		if err := r.dropPauseImages(ctx, ""); err != nil {
			t.Error(err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func sandboxOf(t testing.TB, r *Runtime, task string, host byte) runtime.Sandbox {
	t.Helper()
	address := testRange.Addr().As4()
	address[3] = host
	s, err := r.Sandbox(context.Background(), runtime.SandboxConfig{
		Task: task, Network: "vpc-1", Range: testRange, Address: netip.AddrFrom4(address),
		Metadata: func(path string) (string, []byte, int) { return "text/plain", []byte(task + " " + path), 200 },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func start(t testing.TB, s runtime.Sandbox, config runtime.ContainerConfig) runtime.Container {
	t.Helper()
	if config.Image == "" {
		config.Image = appImage
	}
	c, err := s.Start(context.Background(), config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// next returns a container's next event.
func next(t *testing.T, c runtime.Container) runtime.Event {
	t.Helper()
	select {
	case event, ok := <-c.Events():
		if !ok {
			t.Fatal("no more events")
		}
		return event
	case <-time.After(30 * time.Second):
		t.Fatal("no event in 30 s")
	}
	return runtime.Event{}
}

// exitOf returns a container's exit, which must be its next and last event.
func exitOf(t *testing.T, c runtime.Container) runtime.Exit {
	t.Helper()
	event := next(t, c)
	if event.Exit == nil {
		t.Fatalf("got health %q, want the exit", event.Health)
	}
	if _, more := <-c.Events(); more {
		t.Fatal("an event after the exit")
	}
	return *event.Exit
}

// output is a writer that knows whether it was closed.
type output struct {
	mu     sync.Mutex
	text   strings.Builder
	closed bool
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	return nil
}

// read returns all that was written; it fails when the writer is still open.
func (o *output) read(t *testing.T) string {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		t.Error("the output is still open after the exit")
	}
	return o.text.String()
}
