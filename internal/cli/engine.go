package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"photon/internal/engine/server"
)

// The environment variables that place the engine.
const (
	engineAddressVariable = "PHOTON_ENGINE_ADDR"
	engineDirVariable     = "PHOTON_ENGINE_DIR"
)

func engineConfig() (server.Config, error) {
	config := server.Config{
		Address: cmp.Or(os.Getenv(engineAddressVariable), server.DefaultAddress),
		Dir:     os.Getenv(engineDirVariable),
		Version: version,
	}
	if err := server.CheckAddress(config.Address); err != nil {
		return config, usage(err, engineAddressVariable+"="+server.DefaultAddress)
	}
	if config.Dir != "" {
		return config, nil
	}
	state := os.Getenv("XDG_STATE_HOME")
	if state == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return config, usage(fmt.Errorf("engine: %w", err), "set "+engineDirVariable+" to a folder for its state")
		}
		state = filepath.Join(home, ".local", "state")
	}
	config.Dir = filepath.Join(state, "photon")
	return config, nil
}

func (a *app) engineCommand() *cobra.Command {
	command := &cobra.Command{
		Use:  "engine",
		Long: helpEngine,
		Args: noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	verb := func(use, long string, args cobra.PositionalArgs, run func(context.Context, []string) error) *cobra.Command {
		return &cobra.Command{
			Use: use, Long: long, Args: args,
			RunE: func(cmd *cobra.Command, words []string) error { return run(cmd.Context(), words) },
		}
	}
	status := verb("status", helpEngineStatus, noArguments, a.engineStatus)
	a.flags.addOutput(status.Flags())
	run := verb("run", helpEngineRun, noArguments, a.engineRun)
	run.Hidden = true
	command.AddCommand(
		verb("start", helpEngineStart, noArguments, a.engineStart),
		verb("stop", helpEngineStop, noArguments, a.engineStop),
		a.pushCommand(), status, run,
	)
	return command
}

func (a *app) engineStart(ctx context.Context, _ []string) error {
	status, err := startEngine(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.std.Out, "The engine runs at %s (process %d).\n", status.Endpoint, status.PID)
	return nil
}

// startEngine makes sure that an engine runs, as a process of its own.
func startEngine(ctx context.Context) (server.Status, error) {
	config, err := engineConfig()
	if err != nil {
		return server.Status{}, err
	}
	self, err := os.Executable()
	if err != nil {
		return server.Status{}, err
	}
	return server.Start(ctx, config, self, "engine", "run")
}

// engineRun is the engine itself, in the foreground.
func (a *app) engineRun(ctx context.Context, _ []string) error {
	config, err := engineConfig()
	if err != nil {
		return err
	}
	debug.SetGCPercent(longRun)
	return server.Run(ctx, config, func() {
		fmt.Fprintf(a.std.Err, "engine: answers at http://%s\n", config.Address)
	})
}

const stopTimeout = 2 * time.Minute

func (a *app) engineStop(ctx context.Context, _ []string) error {
	config, err := engineConfig()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	status, err := server.Stop(ctx, config.Address)
	if errors.Is(err, server.ErrNotRunning) {
		fmt.Fprintln(a.std.Out, "No engine is running.")
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(a.std.Out, "The engine has stopped; its state stays in %s.\n", status.Dir)
	return nil
}

func (a *app) engineStatus(ctx context.Context, _ []string) error {
	if err := a.flags.check(); err != nil {
		return err
	}
	config, err := engineConfig()
	if err != nil {
		return err
	}
	status, err := server.Look(ctx, config.Address)
	if err != nil {
		return &codeError{code: exitError, cause: err, hints: []string{"photon engine start"}}
	}
	if a.flags.output == outputJSON {
		return json.NewEncoder(a.std.Out).Encode(status)
	}
	fmt.Fprintf(a.std.Out, "endpoint  %s\nregistry  %s\nversion   %s\nprocess   %d, for %s\nstate     %s\n",
		status.Endpoint, status.Registry, status.Version, status.PID,
		time.Since(status.Started).Truncate(time.Second), status.Dir)
	return nil
}
