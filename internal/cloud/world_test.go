package cloud_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"photon/internal/cloud"
	"photon/internal/engine"
	"photon/internal/engine/memory"
	"photon/internal/engine/state"
	"photon/internal/engine/wire"
	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/rollout"
	"photon/internal/spec"
)

const digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// world is an engine in virtual time, reached in process.
type world struct {
	*testing.T
	transport *recorder
	account   *cloud.Account
}

// inWorld runs a test against an engine that moves.
func inWorld(t *testing.T, test func(w *world)) {
	inSlowWorld(t, engine.Options{}, test)
}

// inSlowWorld is inWorld where AWS takes its time.
func inSlowWorld(t *testing.T, o engine.Options, test func(w *world)) {
	hideAWS(t)
	o.Listen, o.Address = listen, "engine.internal"
	synctest.Test(t, func(t *testing.T) {
		e := engine.New(state.Memory(), memory.New(), o)
		ctx, stop := context.WithCancel(t.Context())
		var loops sync.WaitGroup
		loops.Go(func() { e.Run(ctx) })
		defer loops.Wait()
		defer stop()
		w := &world{T: t, transport: &recorder{next: wire.Transport(e)}}
		w.account = w.open()
		test(w)
	})
}

// hideAWS keeps the machine's own configuration out of the test.
func hideAWS(t *testing.T) {
	for _, name := range []string{"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/config")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/credentials")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("DOCKER_CONFIG", t.TempDir())
}

func (w *world) open() *cloud.Account {
	w.Helper()
	return w.openWith(func(_ context.Context, reference, _ string) (cloud.Image, bool, error) {
		return cloud.Image{Digest: digest, Platforms: []string{"linux/amd64"}}, strings.HasPrefix(reference, "orders"), nil
	})
}

func (w *world) openWith(images cloud.ImageSource) *cloud.Account {
	w.Helper()
	account, err := cloud.Open(w.Context(), cloud.Options{
		Region: "eu-central-1", Endpoint: "http://engine.internal",
		Credentials: credentials.NewStaticCredentialsProvider("123456789012", "secret", ""),
		HTTPClient:  &http.Client{Transport: w.transport},
		Images:      images,
	})
	if err != nil {
		w.Fatal(err)
	}
	return account
}

// byHand is for clients that do what people do in the console.
func (w *world) byHand() aws.Config {
	return aws.Config{
		Region: "eu-central-1", BaseEndpoint: aws.String("http://engine.internal"),
		Credentials: credentials.NewStaticCredentialsProvider("123456789012", "secret", ""),
		HTTPClient:  &http.Client{Transport: w.transport.next},
	}
}

func must[T any](w *world, value T, err error) T {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
	return value
}

// listen opens listeners that nobody connects to.
func listen(string, string) (net.Listener, error) { return &deaf{closed: make(chan struct{})}, nil }

type deaf struct {
	once   sync.Once
	closed chan struct{}
}

func (l *deaf) Accept() (net.Conn, error) { <-l.closed; return nil, net.ErrClosed }
func (l *deaf) Close() error              { l.once.Do(func() { close(l.closed) }); return nil }
func (l *deaf) Addr() net.Addr            { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// orders is a Spec with a load balancer.
func orders(env map[string]string) *spec.Spec {
	return &spec.Spec{Name: "orders", Environment: "prod", Workloads: []spec.Workload{{
		Name: "web", Image: "orders:1", CPU: 256, Memory: 512, Arch: "amd64", StopTimeout: 30 * time.Second,
		Env: env, Scale: 2,
		HTTP: &spec.HTTP{Port: 8080, Drain: 15 * time.Second, Health: spec.Health{
			Path: "/", Interval: 5 * time.Second, Timeout: 4 * time.Second, Healthy: 2, Unhealthy: 2, Expect: "200",
			Grace: 60 * time.Second,
		}},
		Deploy: spec.Deploy{Strategy: spec.Rolling, Min: 100, Max: 200},
		Logs:   spec.Logs{Retention: 30},
	}}}
}

// planned compares a Spec (nil: nothing) with what exists.
func (w *world) planned(owner string, s *spec.Spec) (*plan.Plan, cloud.Live) {
	w.Helper()
	var want resource.Set
	if s != nil {
		facts, err := w.account.Survey(w.Context(), s)
		if err != nil {
			w.Fatal(err)
		}
		want, err = resource.Desired(s, facts, resource.Release{Spec: s, Facts: facts, Time: time.Now().UTC()})
		if err != nil {
			w.Fatal(err)
		}
	}
	live, err := w.account.Live(w.Context(), owner, want)
	if err != nil {
		w.Fatal(err)
	}
	p, err := plan.Diff(plan.Input{Owner: owner, Want: want, Have: live.Set, Others: live.Others})
	if err != nil {
		w.Fatal(err)
	}
	return p, live
}

// carry carries out a plan step by step, as its order says.
func (w *world) carry(p *plan.Plan) {
	w.Helper()
	done := map[int]bool{}
	for len(done) < len(p.Steps) {
		for i, step := range p.Steps {
			if done[i] || slices.ContainsFunc(step.After, func(j int) bool { return !done[j] }) {
				continue
			}
			w.do(step)
			done[i] = true
		}
	}
}

func (w *world) do(step plan.Step) {
	w.Helper()
	for tries := 1; ; tries++ {
		err := w.account.Do(w.Context(), step)
		if err == nil {
			break
		}
		var temporary *cloud.StepError
		if tries == 600 || !errors.As(err, &temporary) || !temporary.Temporary {
			w.Fatalf("%s %s: %v", step.Action, step.Key(), err)
		}
		time.Sleep(time.Second)
	}
	for {
		settled, _, err := w.account.Settled(w.Context(), step)
		if err != nil {
			w.Fatal(err)
		}
		if settled {
			return
		}
		time.Sleep(time.Second)
	}
}

// watched observes a rollout until it ends.
func (w *world) watched(watch cloud.Watch) rollout.Observation {
	w.Helper()
	for range 3600 {
		o, err := w.account.Observe(w.Context(), watch)
		if err != nil {
			w.Fatal(err)
		}
		switch o.Deployment.Status {
		case "SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED":
			return o
		}
		time.Sleep(2 * time.Second)
	}
	w.Fatal("the rollout does not end")
	return rollout.Observation{}
}

var webService = resource.Key{Kind: resource.KindService, Name: "orders_web"}

func (w *world) deploy(s *spec.Spec) rollout.Observation {
	w.Helper()
	p, _ := w.planned(s.Owner(), s)
	w.carry(p)
	watch, ok := w.account.Started(webService)
	if !ok {
		w.Fatal("no rollout was started")
	}
	return w.watched(watch)
}

func (w *world) compare(what string, got, want string) {
	w.Helper()
	if got != want {
		w.Errorf("%s:\ngot:\n%s\nwant:\n%s", what, got, want)
	}
}
