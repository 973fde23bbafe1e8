// Package docker runs the containers of tasks on a Docker Engine: one network
// namespace per task, one Docker network per VPC, and 169.254.170.2 in every
// task. It never decides what to run or when, and never listens on a network
// address of the machine.
//
// The engine connects to containers at their own addresses, so the Docker
// Engine must run on this machine and the machine must run Linux: on Docker
// Desktop containers live in a virtual machine and cannot be reached.
package docker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"regexp"
	"sync"

	"github.com/moby/moby/client"

	"photon/internal/engine/runtime"
)

// Options say which Docker Engine objects are this runtime's.
type Options struct {
	// Name distinguishes engines that share a Docker Engine: lower-case
	// letters, digits and hyphens. It labels all that the runtime makes.
	Name string
	// Dir is a folder for this runtime's sockets alone, made if missing; its
	// path must be short, because a socket's path has at most 107 bytes.
	Dir string
	// Executable is the program that is run as the pause container, with
	// PauseCommand as its first argument. It must be linked statically.
	// Empty means the program that is running now.
	Executable string
}

// Runtime is a runtime.Runtime on the Docker Engine that DOCKER_HOST names.
type Runtime struct {
	options  Options
	docker   *client.Client
	cpus     int // cores of the machine
	pause    pauseImage
	networks sync.Mutex // serialises the making of networks
	watched  watched

	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup // the goroutines of the runtime and its sandboxes

	mu        sync.Mutex
	sandboxes map[*sandbox]bool // made and not removed
}

var _ runtime.Runtime = (*Runtime)(nil)

var nameShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// New connects to the Docker Engine. The error is an *UnavailableError when
// there is none that can be used. Close ends the runtime, but not what runs.
func New(ctx context.Context, options Options) (*Runtime, error) {
	if !nameShape.MatchString(options.Name) {
		return nil, fmt.Errorf("docker runtime: name %q must be lower-case letters, digits and hyphens", options.Name)
	}
	if err := socketDir(options.Dir); err != nil {
		return nil, err
	}
	if options.Executable == "" {
		path, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("docker runtime: %w", err)
		}
		options.Executable = path
	}
	docker, err := client.New(client.FromEnv)
	if err != nil {
		return nil, &UnavailableError{Reason: err.Error(), Hint: "check DOCKER_HOST and DOCKER_CERT_PATH"}
	}
	r := &Runtime{options: options, docker: docker, sandboxes: map[*sandbox]bool{}}
	if r.cpus, err = r.cores(ctx); err != nil {
		return nil, errors.Join(err, docker.Close())
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.done.Go(r.watch)
	return r, nil
}

// Close stops watching containers and waits until all goroutines have ended.
// Containers go on, without their metadata; Sweep removes them. Nothing may be
// started during Close or after it.
func (r *Runtime) Close() error {
	r.cancel()
	var errs []error
	r.mu.Lock()
	for s := range r.sandboxes {
		errs = append(errs, s.metadata.close())
	}
	r.mu.Unlock()
	r.done.Wait()
	return errors.Join(append(errs, r.docker.Close())...)
}

func (r *Runtime) keep(s *sandbox) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sandboxes[s] = true
}

func (r *Runtime) forget(s *sandbox) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.sandboxes, s)
}

// Dial implements runtime.Runtime.
func (r *Runtime) Dial(ctx context.Context, address netip.AddrPort) (net.Conn, error) {
	var dialer net.Dialer
	return dialer.DialContext(ctx, "tcp", address.String())
}
