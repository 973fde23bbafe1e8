//go:build bench

package bench

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"photon/internal/engine"
	"photon/internal/engine/memory"
	"photon/internal/engine/state"
)

const (
	account = "111111111111"
	region  = "eu-central-1"
)

// world is an engine over the memory runtime, in this process and at a real
// address, whose every answer takes a while. Photon itself is the binary.
type world struct {
	*testing.T
	address string
	dir     string // of the deployment files
	log     log
}

func newWorld(t *testing.T, latency time.Duration) *world {
	w := &world{T: t, dir: t.TempDir()}
	server := httptest.NewUnstartedServer(nil)
	w.address = server.Listener.Addr().String()
	e := engine.New(state.Memory(), memory.New(), engine.Options{Dir: t.TempDir(), Address: w.address, Listen: listen})
	server.Config.Handler = w.log.around(e, latency)
	server.Start()
	t.Cleanup(server.Close)
	ctx, stop := context.WithCancel(context.Background())
	var loops sync.WaitGroup
	loops.Go(func() { e.Run(ctx) })
	t.Cleanup(loops.Wait)
	t.Cleanup(stop)
	for _, tag := range []string{"1", "2"} {
		w.push(e, tag)
	}
	return w
}

// push puts an image into the engine's registry.
func (w *world) push(e *engine.Engine, tag string) {
	w.Helper()
	login, err := e.Repository(w.Context(), account, region, "bench")
	if err != nil {
		w.Fatal(err)
	}
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{
		OS: "linux", Architecture: "amd64", Config: v1.Config{Labels: map[string]string{"tag": tag}},
	})
	if err != nil {
		w.Fatal(err)
	}
	reference, err := name.NewTag(w.address + "/bench:" + tag)
	if err != nil {
		w.Fatal(err)
	}
	auth := authn.FromConfig(authn.AuthConfig{Username: login.Username, Password: login.Password})
	if err := remote.Write(reference, image, remote.WithAuth(auth)); err != nil {
		w.Fatal(err)
	}
}

// file writes a deployment file of a service behind a load balancer.
func (w *world) file(service, tag string) string {
	w.Helper()
	path := filepath.Join(w.dir, service+".json")
	text := fmt.Sprintf(`{ "name": %q, "image": "%s.dkr.ecr.%s.amazonaws.com/bench:%s", "arch": "amd64",
  "http": { "port": 8080, "health": { "interval": "5s" } } }`, service, account, region, tag)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
	return path
}

// photon is the program that is measured.
func photon(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(cmp.Or(os.Getenv("BENCH_PHOTON"), "../../bin/photon"))
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs Photon against the world and returns how long it took and the most
// memory that it used.
func (w *world) run(arguments ...string) (time.Duration, int64) {
	w.Helper()
	command := exec.Command(photon(w.T), arguments...)
	command.Env = append(os.Environ(),
		"AWS_ENDPOINT_URL=http://"+w.address, "AWS_REGION="+region, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID="+account, "AWS_SECRET_ACCESS_KEY=secret", "AWS_CONFIG_FILE="+w.dir+"/none",
		"AWS_SHARED_CREDENTIALS_FILE="+w.dir+"/none",
	)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	began := time.Now()
	err := command.Run()
	took := time.Since(began)
	if err != nil {
		w.Fatalf("photon %s: %v\n%s", strings.Join(arguments, " "), err, output.String())
	}
	return took, command.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
}

// call is one request to AWS.
type call struct {
	operation  string
	began, end time.Time
}

func (c call) changes() bool {
	for _, prefix := range []string{"Describe", "List", "Get", "BatchGet"} {
		if strings.HasPrefix(c.operation, prefix) {
			return false
		}
	}
	return true
}

// log remembers calls.
type log struct {
	mu    sync.Mutex
	calls []call
}

// during returns the calls that were made while f ran.
func (l *log) during(f func()) []call {
	l.mu.Lock()
	l.calls = nil
	l.mu.Unlock()
	f()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls
}

// around makes every answer take a while, and remembers it.
func (l *log) around(next http.Handler, latency time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		made := call{operation: operationOf(r), began: time.Now()}
		time.Sleep(latency)
		next.ServeHTTP(w, r)
		made.end = time.Now()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.calls = append(l.calls, made)
	})
}

// operationOf is the name of an API's operation; what is not of an API, such as
// a download, is a Get.
func operationOf(r *http.Request) string {
	if _, operation, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		return operation
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return "Get"
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	for part := range strings.SplitSeq(string(body), "&") {
		if action, ok := strings.CutPrefix(part, "Action="); ok {
			return action
		}
	}
	return "Get " + r.URL.Path
}

// listen opens listeners that nobody connects to: ports are not what is
// measured, and many services may want the same one.
func listen(string, string) (net.Listener, error) { return &deaf{closed: make(chan struct{})}, nil }

type deaf struct {
	once   sync.Once
	closed chan struct{}
}

func (l *deaf) Accept() (net.Conn, error) { <-l.closed; return nil, net.ErrClosed }
func (l *deaf) Close() error              { l.once.Do(func() { close(l.closed) }); return nil }
func (l *deaf) Addr() net.Addr            { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }
