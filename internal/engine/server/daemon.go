//go:build unix

package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Start makes sure that an engine runs at config.Address: where none answers,
// it runs command in a session of its own, so that it outlives this process,
// with its output in config.Dir/engine.log, and waits until it answers.
func Start(ctx context.Context, config Config, command ...string) (Status, error) {
	status, err := Look(ctx, config.Address)
	if !errors.Is(err, ErrNotRunning) {
		return status, err
	}
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		return Status{}, err
	}
	logPath := filepath.Join(config.Dir, "engine.log")
	log, err := os.Create(logPath)
	if err != nil {
		return Status{}, err
	}
	defer log.Close()
	process := exec.Command(command[0], command[1:]...)
	process.Stdout, process.Stderr = log, log
	process.Dir = config.Dir
	process.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := process.Start(); err != nil {
		return Status{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- process.Wait() }() // ends with the process, at the latest with this one
	return awaitStart(ctx, config.Address, logPath, ended)
}

const startTimeout = 60 * time.Second

func awaitStart(ctx context.Context, address, logPath string, ended <-chan error) (Status, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if status, err := Look(ctx, address); err == nil {
			return status, nil
		}
		select {
		case <-ended:
			return Status{}, fmt.Errorf("engine: %s", lastLine(logPath))
		case <-ctx.Done():
			return Status{}, fmt.Errorf("engine: does not answer at %s; its log is %s", address, logPath)
		case <-tick.C:
		}
	}
}

func lastLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if lines[len(lines)-1] == "" {
		return "ended without a word; its log is " + path
	}
	return strings.TrimPrefix(lines[len(lines)-1], "error: ")
}

// Stop ends the engine at address and waits until its process is gone. The
// error is ErrNotRunning when there is none.
func Stop(ctx context.Context, address string) (Status, error) {
	status, err := Look(ctx, address)
	if err != nil {
		return Status{}, err
	}
	if err := syscall.Kill(status.PID, syscall.SIGTERM); err != nil {
		return status, fmt.Errorf("engine (process %d): %w", status.PID, err)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !gone(status.PID) {
		select {
		case <-ctx.Done():
			return status, fmt.Errorf("engine (process %d): has not ended: %w", status.PID, ctx.Err())
		case <-tick.C:
		}
	}
	return status, nil
}

// gone reports whether the process has ended; one that nobody has waited for
// yet has.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(rest, "Z")
}
