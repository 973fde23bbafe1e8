package docker

import (
	"context"
	goruntime "runtime"
	"strings"

	"github.com/moby/moby/client"
)

// UnavailableError says why no Docker Engine can be used, and what to do.
type UnavailableError struct{ Reason, Hint string }

func (e *UnavailableError) Error() string { return "Docker Engine: " + e.Reason }

// Check tells whether the Docker Engine can be used. The error is an
// *UnavailableError.
func (r *Runtime) Check(ctx context.Context) error {
	_, err := r.cores(ctx)
	return err
}

// cores returns how many CPU cores the Docker Engine has, if it can be used.
func (r *Runtime) cores(ctx context.Context) (int, error) {
	host := r.docker.DaemonHost()
	if err := reachable(goruntime.GOOS, host); err != nil {
		return 0, err
	}
	if _, err := r.docker.Ping(ctx, client.PingOptions{NegotiateAPIVersion: true}); err != nil {
		return 0, unavailable(host, err)
	}
	info, err := r.docker.Info(ctx, client.InfoOptions{})
	if err != nil {
		return 0, unavailable(host, err)
	}
	if info.Info.OperatingSystem == "Docker Desktop" {
		return 0, &UnavailableError{
			Reason: "Docker Desktop keeps containers in a virtual machine that the engine cannot connect to",
			Hint:   "use Docker Engine for Linux: docker context use default",
		}
	}
	return info.Info.NCPU, nil
}

// reachable refuses what can be known before a connection: containers can be
// dialled only where the Docker Engine shares this machine's network.
func reachable(system, host string) error {
	if system != "linux" {
		return &UnavailableError{
			Reason: "running containers needs a Docker Engine on Linux, and this is " + system,
			Hint:   "run the engine inside a Linux machine, such as WSL 2 or a virtual machine",
		}
	}
	if !strings.HasPrefix(host, "unix://") {
		return &UnavailableError{
			Reason: host + " is not on this machine, and containers there cannot be connected to",
			Hint:   "unset DOCKER_HOST to use the Docker Engine of this machine",
		}
	}
	return nil
}

func unavailable(host string, err error) *UnavailableError {
	text := err.Error()
	switch {
	case strings.Contains(text, "permission denied"):
		return &UnavailableError{
			Reason: "no permission to use " + host,
			Hint:   "sudo usermod -aG docker $USER, then log in again",
		}
	case client.IsErrConnectionFailed(err):
		return &UnavailableError{
			Reason: "not running at " + host,
			Hint:   "start it with: sudo systemctl start docker (install it with: sudo apt-get install docker.io)",
		}
	case strings.Contains(text, "API version"):
		return &UnavailableError{
			Reason: "too old: " + text,
			Hint:   "Docker Engine 19.03 or newer is needed (API " + client.MinAPIVersion + ")",
		}
	}
	return &UnavailableError{Reason: host + ": " + text, Hint: "look at: docker info"}
}
