//go:build !unix

package server

import (
	"context"
	"errors"
)

var errUnix = errors.New("engine: needs Linux")

// Start is not available on this system.
func Start(context.Context, Config, ...string) (Status, error) { return Status{}, errUnix }

// Stop is not available on this system.
func Stop(context.Context, string) (Status, error) { return Status{}, errUnix }
