package docker

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOnlyADockerEngineOfThisLinuxMachineWillDo(t *testing.T) {
	for _, test := range []struct{ system, host, want string }{
		{"linux", "unix:///var/run/docker.sock", ""},
		{"darwin", "unix:///var/run/docker.sock", "Docker Engine: running containers needs a Docker Engine on Linux, and this is darwin"},
		{"linux", "tcp://192.0.2.1:2376", "Docker Engine: tcp://192.0.2.1:2376 is not on this machine, and containers there cannot be connected to"},
	} {
		got := ""
		if err := reachable(test.system, test.host); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s %s: got %q, want %q", test.system, test.host, got, test.want)
		}
	}
}

func TestMissingDockerEngineIsExplained(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "docker.sock")
	t.Setenv("DOCKER_HOST", "unix://"+socket)
	_, err := New(context.Background(), Options{Name: "test", Dir: t.TempDir()})
	var got *UnavailableError
	if !errors.As(err, &got) {
		t.Fatalf("got %v", err)
	}
	if want := "not running at unix://" + socket; got.Reason != want || !strings.HasPrefix(got.Hint, "start it with: sudo systemctl start docker") {
		t.Errorf("got %+v", *got)
	}
}

func TestUnavailableReasons(t *testing.T) {
	for text, want := range map[string]UnavailableError{
		"dial unix /var/run/docker.sock: connect: permission denied": {
			Reason: "no permission to use unix:///s", Hint: "sudo usermod -aG docker $USER, then log in again"},
		"API version 1.30 is not supported": {
			Reason: "too old: API version 1.30 is not supported", Hint: "Docker Engine 19.03 or newer is needed (API 1.40)"},
		"boom": {Reason: "unix:///s: boom", Hint: "look at: docker info"},
	} {
		if got := unavailable("unix:///s", errors.New(text)); *got != want {
			t.Errorf("%s: got %+v", text, *got)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	long := "/" + strings.Repeat("x", 100)
	for _, test := range []struct {
		options Options
		want    string
	}{
		{Options{Name: "Not A Name", Dir: "/tmp"}, `docker runtime: name "Not A Name" must be lower-case letters, digits and hyphens`},
		{Options{Name: "a"}, "docker runtime: Dir is missing"},
		{Options{Name: "a", Dir: "here"}, "docker runtime: folder here: must be absolute and at most 94 bytes long, for sockets"},
		{Options{Name: "a", Dir: long}, "docker runtime: folder " + long + ": must be absolute and at most 94 bytes long, for sockets"},
	} {
		if _, err := New(context.Background(), test.options); err == nil || err.Error() != test.want {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}

func TestPauseProgramMustBeStatic(t *testing.T) {
	path := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := static(path); err == nil {
		t.Error("a script passes for a static program")
	}
	if err := static("/bin/sh"); err == nil || err.Error() != "/bin/sh is linked dynamically: build it with CGO_ENABLED=0" {
		t.Errorf("got %v", err)
	}
}
