// Package memory runs containers that are goroutines: each obeys its
// environment, such as "run for three seconds, then exit 137". It never runs a
// program, opens a socket or leaves a goroutine behind after Remove.
//
// A container reads these variables:
//
//	MEMORY_RUN=3s              exit by itself after that time
//	MEMORY_EXIT=137            exit code of that exit (0)
//	MEMORY_OOM=1               that exit is an out-of-memory kill (137)
//	MEMORY_START_ERROR=text    cannot be started, for that reason
//	MEMORY_LISTEN_AFTER=2s     accept connections only then
//	MEMORY_PORT=8080           accept connections on that port only
//	MEMORY_STATUS=500          HTTP status of every answer (200)
//	MEMORY_LATENCY=100ms       time that an answer takes
//	MEMORY_HEALTHY_AFTER=5s    become HEALTHY then (after one interval)
//	MEMORY_UNHEALTHY=1         never HEALTHY: UNHEALTHY after all retries
//	MEMORY_UNHEALTHY_AFTER=9s  become UNHEALTHY then
//	MEMORY_LOG="line\nline"    lines to write at the start
//	MEMORY_IGNORE_SIGTERM=1    go on until SIGKILL
//	MEMORY_CPU=250             thousandths of a core that it uses (0)
//	MEMORY_USED=100            MiB that it uses (0)
package memory

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"photon/internal/engine/runtime"
)

// Runtime is a runtime.Runtime without containers. Set its fields before use.
type Runtime struct {
	// Images finds an image as a registry would; errors are
	// *runtime.PullError. Nil means that every image exists.
	Images func(image, platform string, auth runtime.Auth) (runtime.Image, error)
	// PullTime and StartTime are what a pull and a start take.
	PullTime, StartTime time.Duration

	mu        sync.Mutex
	sandboxes map[netip.Addr]*sandbox
	serial    int
}

// New returns a runtime in which every image exists and nothing takes time.
func New() *Runtime {
	return &Runtime{sandboxes: map[netip.Addr]*sandbox{}}
}

// Pull looks the image up; its digest is made of its name where Images is nil.
func (r *Runtime) Pull(ctx context.Context, image, platform string, auth runtime.Auth) (runtime.Image, error) {
	if err := pause(ctx, r.PullTime); err != nil {
		return runtime.Image{}, err
	}
	if r.Images != nil {
		return r.Images(image, platform, auth)
	}
	return runtime.Image{Digest: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(image)))}, nil
}

// Sandbox reserves the address; an address that is taken is an error.
func (r *Runtime) Sandbox(_ context.Context, config runtime.SandboxConfig) (runtime.Sandbox, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if taken, ok := r.sandboxes[config.Address]; ok {
		return nil, fmt.Errorf("address %s: task %s has it", config.Address, taken.config.Task)
	}
	s := &sandbox{runtime: r, config: config}
	r.sandboxes[config.Address] = s
	return s, nil
}

// Dial connects to whichever container of the sandbox listens on the port.
func (r *Runtime) Dial(ctx context.Context, address netip.AddrPort) (net.Conn, error) {
	r.mu.Lock()
	s := r.sandboxes[address.Addr()]
	r.mu.Unlock()
	if s == nil {
		return nil, fmt.Errorf("dial %s: no route to host", address)
	}
	for _, c := range s.all() {
		if conn, ok := c.dial(ctx, address.Port()); ok {
			return conn, nil
		}
	}
	return nil, fmt.Errorf("dial %s: connection refused", address)
}

// Metadata asks what a container of the task would ask of 169.254.170.2; the
// status is 0 when there is no such task.
func (r *Runtime) Metadata(task, path string) (contentType string, body []byte, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.sandboxes {
		if s.config.Task == task && s.config.Metadata != nil {
			return s.config.Metadata(path)
		}
	}
	return "", nil, 0
}

// Sandboxes is the number of sandboxes that have not been removed.
func (r *Runtime) Sandboxes() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.sandboxes)
}

func (r *Runtime) remove(address netip.Addr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.sandboxes, address)
}

// id makes a container id of 64 characters.
func (r *Runtime) id(name string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.serial++
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%s %d", name, r.serial)))
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Clear removes every sandbox, as a fresh start of the machine would.
func (r *Runtime) Clear(ctx context.Context) error {
	r.mu.Lock()
	left := slices.Collect(maps.Values(r.sandboxes))
	r.mu.Unlock()
	for _, s := range left {
		if err := s.Remove(ctx); err != nil {
			return err
		}
	}
	return nil
}
