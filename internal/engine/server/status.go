package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"
)

// StatusPath is where a running engine tells about itself. No AWS service has
// a path of this name.
const StatusPath = "/_photon/engine"

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
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+StatusPath, nil)
	if err != nil {
		return Status{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return Status{}, fmt.Errorf("%w at %s", ErrNotRunning, address)
	}
	defer response.Body.Close()
	var status Status
	if err := json.NewDecoder(response.Body).Decode(&status); err != nil || status.PID == 0 {
		return Status{}, fmt.Errorf("%s: something else than Photon's engine answers there", address)
	}
	return status, nil
}

// handler adds the status to what the engine answers.
func handler(aws http.Handler, config Config) http.Handler {
	status := Status{
		Endpoint: "http://" + config.Address, Registry: config.Address, Version: config.Version,
		Dir: config.Dir, PID: os.Getpid(), Started: time.Now().UTC().Truncate(time.Second),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != StatusPath {
			aws.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(status); err != nil {
			return // the caller is gone
		}
	})
}
