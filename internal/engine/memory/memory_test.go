package memory

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"photon/internal/engine/runtime"
)

var address = netip.MustParseAddr("10.0.0.5")

type output struct {
	bytes.Buffer
	closed bool
}

func (o *output) Close() error { o.closed = true; return nil }

// start runs one container and returns it with its sandbox and output.
func start(t *testing.T, r *Runtime, env map[string]string, health *runtime.HealthCheck) (runtime.Container, runtime.Sandbox, *output) {
	t.Helper()
	box, err := r.Sandbox(t.Context(), runtime.SandboxConfig{Task: "t1", Address: address})
	if err != nil {
		t.Fatal(err)
	}
	out := &output{}
	c, err := box.Start(t.Context(), runtime.ContainerConfig{Name: "app", Image: "app:1", Env: env, Health: health, Output: out})
	if err != nil {
		t.Fatal(err)
	}
	return c, box, out
}

func TestAContainerObeysItsEnvironment(t *testing.T) {
	health := &runtime.HealthCheck{Interval: time.Second, Retries: 3}
	for name, c := range map[string]struct {
		env    map[string]string
		stop   time.Duration // SIGTERM after that; 0: never
		health string        // events before the exit
		exit   runtime.Exit
		after  time.Duration
	}{
		"ends by itself":          {env: map[string]string{"MEMORY_RUN": "3s", "MEMORY_EXIT": "7"}, exit: runtime.Exit{Code: 7}, after: 3 * time.Second, health: "HEALTHY"},
		"runs out of memory":      {env: map[string]string{"MEMORY_OOM": "1"}, exit: runtime.Exit{Code: 137, OOMKilled: true}},
		"obeys SIGTERM":           {stop: 5 * time.Second, exit: runtime.Exit{}, after: 5 * time.Second, health: "HEALTHY"},
		"ignores SIGTERM":         {env: map[string]string{"MEMORY_IGNORE_SIGTERM": "1"}, stop: 2 * time.Second, exit: runtime.Exit{Code: 137}, after: 12 * time.Second, health: "HEALTHY"},
		"becomes unhealthy":       {env: map[string]string{"MEMORY_UNHEALTHY_AFTER": "4s", "MEMORY_RUN": "6s"}, after: 6 * time.Second, health: "HEALTHY UNHEALTHY"},
		"never becomes healthy":   {env: map[string]string{"MEMORY_UNHEALTHY": "1", "MEMORY_RUN": "6s"}, after: 6 * time.Second, health: "UNHEALTHY"},
		"becomes healthy in time": {env: map[string]string{"MEMORY_HEALTHY_AFTER": "5s", "MEMORY_RUN": "6s"}, after: 6 * time.Second, health: "HEALTHY"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				run, box, out := start(t, New(), c.env, health)
				if c.stop > 0 {
					time.Sleep(c.stop)
					_ = run.Stop(t.Context(), 10*time.Second)
				}
				var seen []string
				for event := range run.Events() {
					if event.Exit == nil {
						seen = append(seen, event.Health)
						continue
					}
					if *event.Exit != c.exit || time.Since(begin) != c.after {
						t.Errorf("exit %+v after %s, want %+v after %s", *event.Exit, time.Since(begin), c.exit, c.after)
					}
				}
				if got := strings.Join(seen, " "); got != c.health {
					t.Errorf("health %q, want %q", got, c.health)
				}
				_ = box.Remove(t.Context())
				if !out.closed {
					t.Error("the output is still open")
				}
			})
		})
	}
}

func client(r *Runtime) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
		return r.Dial(ctx, netip.MustParseAddrPort(addr))
	}}}
}

func TestAContainerAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		_, box, _ := start(t, r, map[string]string{"MEMORY_STATUS": "503", "MEMORY_LISTEN_AFTER": "2s", "MEMORY_PORT": "8080"}, nil)
		web := client(r)
		if _, err := web.Get("http://10.0.0.5:8080/"); err == nil {
			t.Error("answered before it listens")
		}
		time.Sleep(2 * time.Second)
		if _, err := web.Get("http://10.0.0.5:9090/"); err == nil {
			t.Error("answered on a port that it does not listen on")
		}
		response, err := web.Get("http://10.0.0.5:8080/")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		if response.StatusCode != 503 || string(body) != "app:1 of task t1\n" {
			t.Errorf("%d %q", response.StatusCode, body)
		}
		web.CloseIdleConnections()
		_ = box.Remove(t.Context())
		if _, err := web.Get("http://10.0.0.5:8080/"); err == nil || r.Sandboxes() != 0 {
			t.Errorf("still there after Remove: %v, %d sandboxes", err, r.Sandboxes())
		}
	})
}

func TestSIGTERMLosesNoRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		run, box, _ := start(t, r, map[string]string{"MEMORY_LATENCY": "3s"}, nil)
		web := client(r)
		answered := make(chan error, 1)
		go func() {
			response, err := web.Get("http://10.0.0.5:8080/")
			if err == nil {
				_, err = io.Copy(io.Discard, response.Body)
			}
			answered <- err
		}()
		time.Sleep(time.Second)
		_ = run.Stop(t.Context(), 10*time.Second)
		if err := <-answered; err != nil {
			t.Error(err)
		}
		web.CloseIdleConnections()
		_ = box.Remove(t.Context())
	})
}

func TestImagesDecidesPulls(t *testing.T) {
	r := New()
	r.Images = func(image, platform string, _ runtime.Auth) (runtime.Image, error) {
		return runtime.Image{}, &runtime.PullError{Image: image, Reason: runtime.PullPlatform, Detail: platform}
	}
	_, err := r.Pull(t.Context(), "app:1", "linux/arm64", runtime.Auth{})
	var pull *runtime.PullError
	if !errors.As(err, &pull) || pull.Reason != runtime.PullPlatform {
		t.Errorf("%v", err)
	}
}

func TestAStartThatFailsSaysWhy(t *testing.T) {
	for env, want := range map[[2]string]string{
		{"MEMORY_START_ERROR", "no such file"}: "app: no such file",
		{"MEMORY_RUN", "soon"}:                 `app: MEMORY_RUN: time: invalid duration "soon"`,
	} {
		r := New()
		box, _ := r.Sandbox(t.Context(), runtime.SandboxConfig{Task: "t1", Address: address})
		_, err := box.Start(t.Context(), runtime.ContainerConfig{Name: "app", Env: map[string]string{env[0]: env[1]}})
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
