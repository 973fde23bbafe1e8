// Package runtime is the contract between the engine and what runs containers:
// the Docker Engine, or memory in tests. It holds types only, no behaviour.
package runtime

import (
	"context"
	"io"
	"net"
	"net/netip"
	"time"
)

// Runtime runs the containers of tasks. Implementations: docker and memory.
// It knows containers and networks, and nothing of tasks' lifecycle: what to
// start when, and what a stop means, is the agent's to decide (package ecs).
type Runtime interface {
	// Pull makes the image available and checks that it fits the platform
	// ("linux/amd64", "linux/arm64"). Errors are *PullError.
	Pull(ctx context.Context, image, platform string, auth Auth) (Image, error)
	// Sandbox makes the network namespace that the containers of one task
	// share, with the address that the task's network interface was given.
	Sandbox(ctx context.Context, config SandboxConfig) (Sandbox, error)
	// Dial connects to an address inside a sandbox, as the load balancer does.
	Dial(ctx context.Context, address netip.AddrPort) (net.Conn, error)
}

// Sandbox is one task's network namespace with its containers.
type Sandbox interface {
	// Start creates and starts a container. Errors are *StartError.
	Start(ctx context.Context, config ContainerConfig) (Container, error)
	// Remove removes the containers, running or not, and the namespace.
	Remove(ctx context.Context) error
}

// Container is one started container.
type Container interface {
	// ID names the container in its runtime (the Docker container id).
	ID() string
	// Events yields health changes and, last, the exit; then it is closed.
	// It has one reader.
	Events() <-chan Event
	// Stop sends SIGTERM and, after the grace period, SIGKILL. It does not
	// wait for the exit, which arrives as an event.
	Stop(ctx context.Context, grace time.Duration) error
}

// Meter is a Container that knows what it uses.
type Meter interface {
	Usage(ctx context.Context) (Usage, error)
}

// Usage is what a container has used and uses.
type Usage struct {
	CPU    time.Duration // of one core, since the container's start
	Memory int64         // bytes, now
}

// Auth is a registry login; the zero value means none.
type Auth struct{ Username, Password string }

// Image is what a pull found.
type Image struct {
	Digest string // "sha256:…", the manifest's digest where it is known
}

// SandboxConfig describes a task's network namespace.
type SandboxConfig struct {
	Task    string       // task id; names the sandbox and labels its containers
	Network string       // VPC id: sandboxes of one VPC can reach each other
	Range   netip.Prefix // the VPC's address range
	Address netip.Addr   // the task's private address, inside Range
	// Metadata serves what tasks ask of 169.254.170.2: the task metadata
	// endpoint and credentials.
	Metadata func(path string) (contentType string, body []byte, status int)
}

// ContainerConfig describes one container.
type ContainerConfig struct {
	Name             string
	Image            string // as pulled
	Command          []string
	Entrypoint       []string
	WorkingDirectory string
	User             string
	Env              map[string]string
	CPU              float64 // cores; 0 means no limit
	Memory           int64   // bytes; 0 means no limit
	ReadOnlyRoot     bool
	Nofile           int64 // soft and hard limit; 0 means the platform's
	Health           *HealthCheck
	Labels           map[string]string
	// Output receives what the container writes, both streams merged line
	// by line; the runtime closes it after the last byte. Nil drops it.
	Output io.WriteCloser
}

// HealthCheck is a container health check; durations are positive.
type HealthCheck struct {
	Command  []string // ["CMD", …] or ["CMD-SHELL", "…"]
	Interval time.Duration
	Timeout  time.Duration
	Start    time.Duration // may be 0
	Retries  int
}

// Event is a change in a container's life: a health status or the exit.
type Event struct {
	Health string // "HEALTHY" or "UNHEALTHY"; empty for the exit
	Exit   *Exit  // nil for a health change
}

// Exit says how a container ended.
type Exit struct {
	Code      int
	OOMKilled bool
	Reason    string // the runtime's own error, if it had one
}

// PullError says why an image cannot be had. Reason is one of the constants
// below; Detail is the registry's or the runtime's own text.
type PullError struct {
	Image, Reason, Detail string
}

// Reasons of a PullError.
const (
	PullNotFound = "not found"
	PullDenied   = "denied"
	PullPlatform = "platform" // no manifest for the platform asked for
	PullFailed   = "failed"   // anything else: network, disk, …
)

func (e *PullError) Error() string { return e.Image + ": " + e.Detail }

// StartError says why a container cannot be started, such as an entry point
// that is not in the image.
type StartError struct{ Container, Detail string }

func (e *StartError) Error() string { return e.Container + ": " + e.Detail }
