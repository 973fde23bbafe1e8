//go:build unix

package server

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// answering is the address of a program that answers every request.
func answering(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// posing answers as an engine that runs as process pid.
func posing(t *testing.T, pid int) string {
	t.Helper()
	return answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != statusPath {
			http.NotFound(w, r)
			return
		}
		_ = json.NewEncoder(w).Encode(Status{Endpoint: "http://" + r.Host, PID: pid})
	})
}

// free is an address that nothing listens at.
func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func text(err error) string {
	if err == nil {
		return "no error"
	}
	return err.Error()
}

func TestAnotherProgramIsNoEngine(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a page":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"not found": http.NotFound,
		"JSON":      func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"status":"ok"}`)) },
	} {
		address := answering(t, answer)
		want := address + ": something else than Photon's engine answers there"
		if _, err := Look(t.Context(), address); text(err) != want {
			t.Errorf("%s: Look: %v", name, err)
		}
		if _, err := Start(t.Context(), Config{Address: address, Dir: t.TempDir()}, "false"); text(err) != want {
			t.Errorf("%s: Start: %v", name, err)
		}
		if _, err := Stop(t.Context(), address); text(err) != want {
			t.Errorf("%s: Stop: %v", name, err)
		}
	}
}

func TestNothingIsNoEngine(t *testing.T) {
	address := free(t)
	if _, err := Look(t.Context(), address); !errors.Is(err, ErrNotRunning) || err.Error() != "no engine is running at "+address {
		t.Errorf("Look: %v", err)
	}
	if _, err := Stop(t.Context(), address); !errors.Is(err, ErrNotRunning) {
		t.Errorf("Stop: %v", err)
	}
}

func TestASecondStartDoesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	status, err := Start(t.Context(), Config{Address: posing(t, 4711), Dir: dir}, "/no/such/program")
	if err != nil || status.PID != 4711 {
		t.Errorf("%+v, %v", status, err)
	}
	if left, _ := filepath.Glob(dir); left != nil {
		t.Errorf("%v was made", left)
	}
}

func TestAStartThatFailsSaysWhy(t *testing.T) {
	for script, want := range map[string]string{
		"echo starting; echo 'error: engine state x: another engine is using it' >&2; exit 1": "engine: engine state x: another engine is using it",
		"exit 3": "ended without a word",
	} {
		_, err := Start(t.Context(), Config{Address: free(t), Dir: t.TempDir()}, "sh", "-c", script)
		if !strings.Contains(text(err), want) {
			t.Errorf("%q: %v, want %q", script, err, want)
		}
	}
}

// process runs a script and returns its id; it is gone with the test.
func process(t *testing.T, script string) int {
	t.Helper()
	command := exec.Command("sh", "-c", script)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	if _, err := output.Read(make([]byte, 1)); err != nil { // it is set up
		t.Fatal(err)
	}
	return command.Process.Pid
}

func TestStopWaitsForTheEnd(t *testing.T) {
	pid := process(t, "echo; exec sleep 60")
	status, err := Stop(t.Context(), posing(t, pid))
	if err != nil || status.PID != pid || !gone(pid) {
		t.Errorf("%+v, %v, gone: %t", status, err, gone(pid))
	}
}

func TestStopGivesUpOnAProcessThatHangs(t *testing.T) {
	pid := process(t, "trap '' TERM; echo; while :; do sleep 1; done")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := Stop(ctx, posing(t, pid))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.HasSuffix(text(err), "has not ended: context deadline exceeded") {
		t.Errorf("%v", err)
	}
}

func TestOnlyLoopbackIsServed(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:4580": "no error", "127.0.0.9:1": "no error", "[::1]:4580": "no error",
		"0.0.0.0:4580":     "engine address 0.0.0.0:4580: is not a loopback address; the engine has no access control",
		"[::]:4580":        "engine address [::]:4580: is not a loopback address; the engine has no access control",
		"192.168.0.1:4580": "engine address 192.168.0.1:4580: is not a loopback address; the engine has no access control",
		"localhost:4580":   `engine address "localhost:4580": want an IP address and a port, such as 127.0.0.1:4580`,
		"127.0.0.1":        `engine address "127.0.0.1": want an IP address and a port, such as 127.0.0.1:4580`,
		"":                 `engine address "": want an IP address and a port, such as 127.0.0.1:4580`,
	} {
		if got := text(CheckAddress(address)); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
		if want == "no error" {
			continue
		}
		if err := Run(t.Context(), Config{Address: address, Dir: t.TempDir()}, func() {}); text(err) != want {
			t.Errorf("%s: Run: %v", address, err)
		}
	}
}
