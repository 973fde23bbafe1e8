package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Status describes a running engine.
type Status struct {
	Endpoint string    `json:"endpoint"` // for AWS_ENDPOINT_URL
	Registry string    `json:"registry"` // for docker login
	Version  string    `json:"version"`
	Dir      string    `json:"dir"`
	PID      int       `json:"pid"`
	Started  time.Time `json:"started"`
}

// ErrNotRunning says that no engine answers at an address.
var ErrNotRunning = errors.New("no engine is running")

// Look asks the engine at address about itself. The error is ErrNotRunning
// when nothing listens there.
func Look(ctx context.Context, address string) (Status, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	var status Status
	err := call(ctx, http.MethodGet, address, statusPath, nil, &status)
	var foreign *foreignError
	switch {
	case errors.As(err, &foreign), err == nil && status.PID == 0:
		return Status{}, fmt.Errorf("%s: something else than Photon's engine answers there", address)
	case err != nil:
		return Status{}, fmt.Errorf("%w at %s", ErrNotRunning, address)
	}
	return status, nil
}
