//go:build docker

package docker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"photon/internal/engine/runtime"
)

func TestContainersEnd(t *testing.T) {
	r := open(t, "end")
	s := sandboxOf(t, r, "task", 10)
	for _, test := range []struct {
		name    string
		command []string
		memory  int64
		stop    time.Duration // grace; 0 means that it ends by itself
		want    runtime.Exit
	}{
		{name: "zero", command: []string{"exit", "0"}, want: runtime.Exit{Code: 0}},
		{name: "code", command: []string{"exit", "3"}, want: runtime.Exit{Code: 3}},
		{name: "oom", command: []string{"eat"}, memory: 32 << 20, want: runtime.Exit{Code: 137, OOMKilled: true}},
		{name: "obeys-sigterm", command: []string{"obey"}, stop: 20 * time.Second, want: runtime.Exit{Code: 0}},
		{name: "ignores-sigterm", command: []string{"ignore"}, stop: time.Second, want: runtime.Exit{Code: 137}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := &output{}
			c := start(t, s, runtime.ContainerConfig{Name: test.name, Command: test.command, Memory: test.memory, Output: out})
			if test.stop > 0 {
				time.Sleep(300 * time.Millisecond) // the program must have asked for its signals
				if err := c.Stop(context.Background(), test.stop); err != nil {
					t.Fatal(err)
				}
			}
			if exit := exitOf(t, c); exit != test.want {
				t.Errorf("got %+v, want %+v", exit, test.want)
			}
			out.read(t)
			if err := c.Stop(context.Background(), time.Second); err != nil {
				t.Errorf("stop after the exit: %v", err)
			}
		})
	}
}

func TestRunsTheSameContainerTwice(t *testing.T) {
	s := sandboxOf(t, open(t, "twice"), "task", 10)
	for range 2 {
		if exit := exitOf(t, start(t, s, runtime.ContainerConfig{Name: "app", Command: []string{"exit", "1"}})); exit.Code != 1 {
			t.Errorf("got %+v", exit)
		}
	}
}

func TestNoOutputIsLost(t *testing.T) {
	s := sandboxOf(t, open(t, "output"), "task", 10)
	const n = 5000
	out := &output{}
	c := start(t, s, runtime.ContainerConfig{Name: "app", Command: []string{"lines", fmt.Sprint(n)}, Output: out})
	exitOf(t, c)
	got := map[string]int{}
	for line := range strings.SplitSeq(out.read(t), "\n") {
		got[line]++
	}
	for i := range n {
		for _, stream := range []string{"out", "err"} {
			if line := fmt.Sprint(stream, " ", i); got[line] != 1 {
				t.Fatalf("line %q: seen %d times", line, got[line])
			}
		}
	}
	if got["end"] != 1 || len(got) != 2*n+1 {
		t.Errorf("%d different lines, last line seen %d times", len(got), got["end"])
	}
}

func TestHealthFollowsTheCheck(t *testing.T) {
	s := sandboxOf(t, open(t, "health"), "task", 10)
	c := start(t, s, runtime.ContainerConfig{
		Name: "app", Command: []string{"serve", "8080", "hello", "fails-later"},
		Health: &runtime.HealthCheck{
			Command:  []string{"CMD", pausePath, "check", "http://127.0.0.1:8080/healthz"},
			Interval: 500 * time.Millisecond, Timeout: 5 * time.Second, Retries: 1,
		},
	})
	for _, want := range []string{"HEALTHY", "UNHEALTHY"} {
		if event := next(t, c); event.Health != want {
			t.Fatalf("got %+v, want %s", event, want)
		}
	}
}

func TestStartErrors(t *testing.T) {
	s := sandboxOf(t, open(t, "start"), "task", 10)
	for _, test := range []struct {
		name   string
		config runtime.ContainerConfig
		want   string
	}{
		{"no entry point", runtime.ContainerConfig{Entrypoint: []string{"/nope"}}, `exec: "/nope": stat /nope: no such file or directory`},
		{"no image", runtime.ContainerConfig{Image: "photon-test/none:1"}, "image photon-test/none:1 is not in the Docker Engine's store"},
		{"no user", runtime.ContainerConfig{User: "nobody-here"}, "unable to find user nobody-here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := &output{}
			test.config.Name, test.config.Output = "app", out
			if test.config.Image == "" {
				test.config.Image = appImage
			}
			_, err := s.Start(context.Background(), test.config)
			var refused *runtime.StartError
			if !errors.As(err, &refused) || refused.Container != "app" || !strings.Contains(refused.Detail, test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			out.read(t)
		})
	}
}

func TestLimitsAndSurroundings(t *testing.T) {
	s := sandboxOf(t, open(t, "limits"), "task", 10)
	out := &output{}
	c := start(t, s, runtime.ContainerConfig{
		Name: "app", Command: []string{"show", "cwd", "uid", "write", "nofile", "caps", "$GREETING"},
		WorkingDirectory: "/proc", User: "1234", ReadOnlyRoot: true, Nofile: 2048,
		CPU: 0.25, Memory: 64 << 20, Env: map[string]string{"GREETING": "hello"}, Output: out,
	})
	exitOf(t, c)
	got := out.read(t)
	// The bounding set is Docker's default 0xa80425fb without NET_RAW (bit 13).
	want := "cwd /proc\nuid 1234\nwrite false\nnofile 2048\nCapBnd:\t00000000a80405fb\nGREETING hello\n"
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	host := inspect(t, s, c).HostConfig
	if host.NanoCPUs != 250_000_000 || host.Memory != 64<<20 || host.MemorySwap != 64<<20 {
		t.Errorf("cpu %d, memory %d, swap %d", host.NanoCPUs, host.Memory, host.MemorySwap)
	}
}

func TestExitIsSeenAfterTheEventStreamBroke(t *testing.T) {
	r := open(t, "events")
	r.cancel() // the stream breaks, and is opened again below
	r.done.Wait()
	r.ctx, r.cancel = context.WithCancel(context.Background())
	s := sandboxOf(t, r, "task", 10)
	c := start(t, s, runtime.ContainerConfig{Name: "app", Command: []string{"obey"}})
	time.Sleep(500 * time.Millisecond) // it was seen running, and has asked for its signal
	if err := c.Stop(context.Background(), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	waitForState(t, s, c, "exited")
	select {
	case event := <-c.Events():
		t.Fatalf("%+v was seen without a stream", event)
	case <-time.After(300 * time.Millisecond):
	}
	r.done.Go(r.watch)
	if exit := exitOf(t, c); exit != (runtime.Exit{}) {
		t.Errorf("got %+v", exit)
	}
}

func TestCloseEndsWhatWasNotRemoved(t *testing.T) {
	r := open(t, "close")
	again, err := New(context.Background(), r.options)
	if err != nil {
		t.Fatal(err)
	}
	out := &output{}
	c := start(t, sandboxOf(t, again, "task", 10), runtime.ContainerConfig{Name: "app", Command: []string{"obey"}, Output: out})
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if event, more := <-c.Events(); more {
		t.Errorf("got %+v from a container that runs on", event)
	}
	out.read(t)
	if running := containersOf(t, r); running != 2 {
		t.Errorf("%d containers run on, want the application and its pause container", running)
	}
}
