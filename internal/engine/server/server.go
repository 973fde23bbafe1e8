// Package server runs an engine as a program: on a loopback address, over the
// Docker Engine, with its state in a folder. It never leaves a container or a
// listener behind when it ends.
package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"photon/internal/engine"
	"photon/internal/engine/docker"
	"photon/internal/engine/state"
)

// DefaultAddress is where the engine's API is, unless told otherwise.
const DefaultAddress = "127.0.0.1:4580"

// Config says where an engine runs.
type Config struct {
	Address string // host:port on loopback
	Dir     string // state, images, sockets; made if missing
	Version string // of Photon, for Status
}

// Times that AWS takes and that a rehearsal keeps short but not absent.
const (
	provisionTime = 500 * time.Millisecond
	lingerTime    = 500 * time.Millisecond
)

// Run serves until ctx ends, then stops every container and closes the state.
// It calls ready once requests are answered.
func Run(ctx context.Context, config Config, ready func()) error {
	if err := CheckAddress(config.Address); err != nil {
		return err
	}
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		return err
	}
	db, err := state.Open(filepath.Join(config.Dir, "state.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	runtime, err := docker.New(ctx, docker.Options{Name: nameOf(config.Address), Dir: filepath.Join(config.Dir, "run")})
	if err != nil {
		return err
	}
	defer runtime.Close()
	if err := runtime.Sweep(ctx); err != nil {
		return fmt.Errorf("containers of an earlier run: %w", err)
	}
	listener, err := net.Listen("tcp", config.Address)
	if err != nil {
		return err
	}
	e := engine.New(db, runtime, engine.Options{
		Dir: config.Dir, Address: config.Address, Octet: octetOf(config.Address), Provision: provisionTime, Linger: lingerTime,
	})
	err = serve(ctx, listener, handler(e, runtime, config), e, ready)
	sweep, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return errors.Join(err, runtime.Sweep(sweep))
}

// serve answers requests and runs the engine's control loops until ctx ends
// and both have ended.
func serve(ctx context.Context, listener net.Listener, h http.Handler, e *engine.Engine, ready func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server := &http.Server{Handler: h, ReadHeaderTimeout: 30 * time.Second}
	var loops sync.WaitGroup
	loops.Go(func() { e.Run(ctx) })
	loops.Go(func() {
		<-ctx.Done()
		finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if server.Shutdown(finish) != nil {
			server.Close()
		}
	})
	ready()
	err := server.Serve(listener)
	cancel()
	loops.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// CheckAddress refuses what is not an address on loopback: the engine has no
// access control.
func CheckAddress(address string) error {
	parsed, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("engine address %q: want an IP address and a port, such as %s", address, DefaultAddress)
	}
	if !parsed.Addr().IsLoopback() {
		return fmt.Errorf("engine address %s: is not a loopback address; the engine has no access control", address)
	}
	return nil
}

// nameOf names an engine by its port, so that two engines on one machine keep
// their containers apart.
func nameOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return "photon-" + port
}

// octetOf gives engines on different ports different networks.
func octetOf(address string) byte {
	if address == DefaultAddress {
		return 88
	}
	const lowest, choices = 100, 120
	return lowest + byte(netip.MustParseAddrPort(address).Port()%choices)
}
