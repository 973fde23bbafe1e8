package cli

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"photon/internal/cloud"
	"photon/internal/engine"
	"photon/internal/engine/memory"
	"photon/internal/engine/state"
	"photon/internal/engine/wire"
	"photon/internal/spec"
)

// The account and region of every world, and its private registry.
const (
	worldAccount  = "123456789012"
	worldRegion   = "eu-central-1"
	worldRegistry = worldAccount + ".dkr.ecr." + worldRegion + ".amazonaws.com"
	worldEndpoint = "http://engine.internal"
)

// world is an AWS in virtual time, without a socket, and what it takes to run
// photon against it.
type world struct {
	*testing.T
	folder  string // of deployment files
	runtime *memory.Runtime
	engine  *engine.Engine
	network *network
}

// inWorld runs a test in a world where nothing takes time that need not.
func inWorld(t *testing.T, test func(w *world)) {
	t.Helper()
	inSlowWorld(t, engine.Options{}, test)
}

// inSlowWorld is inWorld where AWS takes its time.
func inSlowWorld(t *testing.T, o engine.Options, test func(w *world)) {
	t.Helper()
	hideAWS(t)
	inBubble(t, o, test)
}

// inBubble makes a world. It ends with it: a goroutine that is left over is a
// deadlock, which fails the test.
func inBubble(t *testing.T, o engine.Options, test func(w *world)) {
	t.Helper()
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, folder: folder, runtime: memory.New(), network: newNetwork()}
		o.Listen, o.Address, o.Dir = w.network.Listen, "engine.internal", filepath.Join(folder, "engine")
		w.engine = engine.New(state.Memory(), w.runtime, o)
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { w.engine.Run(ctx) })
		defer running.Wait()
		defer stop()
		test(w)
	})
}

// hideAWS keeps the machine's own configuration out of a test.
func hideAWS(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE",
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	} {
		t.Setenv(name, "")
	}
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "DOCKER_CONFIG"} {
		t.Setenv(name, filepath.Join(t.TempDir(), "none"))
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

// file writes a deployment file and returns its path.
func (w *world) file(name, text string) string {
	w.Helper()
	path := filepath.Join(w.folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
	return path
}

// run is what one run of photon did.
type run struct {
	code     int
	out, err string
	calls    []call
}

// photon runs photon to its end.
func (w *world) photon(args ...string) run {
	w.Helper()
	return w.photonOn(w.Context(), &line{}, args...)
}

// photonOn runs photon on a line that may disturb it.
func (w *world) photonOn(ctx context.Context, l *line, args ...string) run {
	w.Helper()
	l.next = wire.Transport(w.engine)
	var out, talk screenful
	a := &app{
		std:      Streams{In: strings.NewReader(""), Out: &out, Err: &talk},
		checkout: func() checkout { return checkout{commit: "0123abc", author: "somebody"} },
	}
	a.open = sameAccount(func(ctx context.Context, s *spec.Spec) (*cloud.Account, error) {
		return w.account(ctx, l, cmp.Or(a.flags.region, s.AWS.Region, worldRegion))
	})
	code := a.run(ctx, args)
	return run{code: code, out: out.String(), err: talk.String(), calls: l.taken()}
}

// sameAccount opens once what all files of a run use.
func sameAccount(open func(context.Context, *spec.Spec) (*cloud.Account, error)) func(context.Context, *spec.Spec) (*cloud.Account, error) {
	known := map[string]*cloud.Account{}
	return func(ctx context.Context, s *spec.Spec) (*cloud.Account, error) {
		if account, ok := known[s.AWS.Region]; ok {
			return account, nil
		}
		account, err := open(ctx, s)
		known[s.AWS.Region] = account
		return account, err
	}
}

func (w *world) account(ctx context.Context, transport http.RoundTripper, region string) (*cloud.Account, error) {
	return cloud.Open(ctx, cloud.Options{
		Region: region, Endpoint: worldEndpoint, Credentials: worldCredentials,
		HTTPClient: &http.Client{Transport: transport},
	})
}

var worldCredentials = credentials.NewStaticCredentialsProvider(worldAccount, "secret", "")

// byHand is for clients that do what people do in the console.
func (w *world) byHand() aws.Config {
	return aws.Config{
		Region: worldRegion, BaseEndpoint: aws.String(worldEndpoint), Credentials: worldCredentials,
		HTTPClient: &http.Client{Transport: wire.Transport(w.engine)},
	}
}

// must returns a value that cannot be missing.
func must[T any](value T, err error) func(w *world) T {
	return func(w *world) T {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
		return value
	}
}

// ends fails the test unless a run ended with code.
func (w *world) ends(r run, code int) run {
	w.Helper()
	if r.code != code {
		w.Fatalf("exit code %d, want %d\nstdout:\n%s\nstderr:\n%s\ncalls: %s", r.code, code, r.out, r.err, names(r.calls))
	}
	return r
}

// deploys runs photon on a file to success.
func (w *world) deploys(path string, args ...string) run {
	w.Helper()
	return w.ends(w.photon(slices.Concat([]string{"--file", path}, args)...), exitDone)
}

// same compares texts and shows the lines that only one of them has.
func (w *world) same(what, got, want string) {
	w.Helper()
	if got == want {
		return
	}
	w.Errorf("%s\nnot wanted:\n%s\nmissing:\n%s", what, without(got, want), without(want, got))
}

// without lists the lines of a that b has not, as often as it has them.
func without(a, b string) string {
	lines := strings.Split(a, "\n")
	for line := range strings.SplitSeq(b, "\n") {
		if i := slices.Index(lines, line); i >= 0 {
			lines = slices.Delete(lines, i, i+1)
		}
	}
	return strings.Join(lines, "\n")
}

// says fails the test unless text has every part.
func (w *world) says(text string, parts ...string) {
	w.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			w.Errorf("%q is not in:\n%s", part, text)
		}
	}
}

// screenful is what several goroutines write.
type screenful struct {
	mu   sync.Mutex
	text bytes.Buffer
}

var _ io.Writer = (*screenful)(nil)

func (s *screenful) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screenful) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}
