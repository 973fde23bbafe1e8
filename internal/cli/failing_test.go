package cli

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"photon/internal/engine/runtime"
)

// failures are versions that cannot take over: what their file says besides
// the rest, what the world does to them after the last check, and what the
// person is told: at what second first, and how it ends.
var failures = map[string]struct {
	extra  string
	change func(w *world) // nil: nothing
	by     time.Duration
	says   string
}{
	"exits": {
		extra: `"env": { "MEMORY_RUN": "1s", "MEMORY_EXIT": "3", "MEMORY_LOG": "no such table", "MEMORY_LISTEN_AFTER": "5s" }`,
		by:    5 * time.Second,
		says: lines(
			`error: web was rolled back: container web crashed (exit code 3)`,
			`hint: photon logs --file failing.json`,
		),
	},
	"is killed for its memory": {
		extra: `"env": { "MEMORY_RUN": "1s", "MEMORY_OOM": "1", "MEMORY_LISTEN_AFTER": "5s" }`,
		by:    5 * time.Second,
		says: lines(
			`error: web was rolled back: container web ran out of memory (exit code 137)`,
			`hint: give it more in the file, for example "memory": "1GB"`,
			`hint: photon logs --file failing.json`,
		),
	},
	"never answers the load balancer": {
		extra: `"env": { "MEMORY_STATUS": "500" }`,
		by:    15 * time.Second,
		says: lines(
			`error: web was rolled back: the load balancer finds the tasks unhealthy: Health checks failed with these codes: [500]`,
			`hint: let the application answer the check as expected, or change "http": {"health": {"path": …, "expect": …}} of the file`,
			`hint: photon logs --file failing.json`,
		),
	},
	"cannot be started": {
		extra: `"env": { "MEMORY_START_ERROR": "exec: \"serve\": executable file not found in $PATH" }`,
		by:    3 * time.Second,
		says: lines(
			`error: web was rolled back: the image of container web has no such command`,
			`hint: check "command" and "entrypoint" of the file against what is in the image`,
		),
	},
	"cannot be pulled": {
		change: func(w *world) {
			w.runtime.Images = func(image, _ string, _ runtime.Auth) (runtime.Image, error) {
				return runtime.Image{}, &runtime.PullError{Image: image, Reason: runtime.PullNotFound, Detail: "manifest unknown"}
			}
		},
		by: 3 * time.Second,
		says: lines(
			`error: web was rolled back: the image of container web cannot be pulled: not found`,
			`hint: check "image" of the file, and that tasks reach the registry from their subnets ("network")`,
		),
	},
	"needs a secret that is gone": {
		extra: `"secrets": { "PASSWORD": "secretsmanager:orders/db" }`,
		change: func(w *world) {
			_, err := secretsmanager.NewFromConfig(w.byHand()).DeleteSecret(w.Context(), &secretsmanager.DeleteSecretInput{
				SecretId: aws.String("orders/db"), ForceDeleteWithoutRecovery: aws.Bool(true),
			})
			if err != nil {
				w.Fatal(err)
			}
		},
		by: 3 * time.Second,
		says: lines(
			`error: web was rolled back: a secret of container web is not there`,
			`hint: check the names in "secrets" of the file`,
			`hint: photon doctor --file failing.json`,
		),
	},
}

// failing is the file of a version that cannot take over.
func (w *world) failing(extra string) string {
	w.Helper()
	if extra != "" {
		extra = ", " + extra
	}
	return w.file("failing.json", fmt.Sprintf(`{
		"name": "orders", "image": "%s/orders:2", "http": { "port": 8080, "health": { "interval": "5s" } }%s
	}`, worldRegistry, extra))
}

func TestAVersionThatFailsIsRolledBackAndTheOldOneServes(t *testing.T) {
	for name, failure := range failures {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.push("orders", "1")
				w.push("orders", "2")
				w.secret()
				address := w.deploys(w.orders("1")).out
				r := w.fails(failure.extra, failure.change)
				w.same("the end", w.lastWords(r.err), failure.says)
				if at := firstTrouble(r.err); at > failure.by {
					w.Errorf("explained after %v, not %v:\n%s", at, failure.by, r.err)
				}
				if status, _ := w.get(address); status != 200 {
					w.Errorf("the old version answers %d", status)
				}
			})
		})
	}
}

// A first version has none to go back to.
func TestAFirstVersionThatFailsIsTriedAgainAndTerminated(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "2")
		w.secret()
		empty := w.census()
		extra := failures["exits"].extra
		w.fails(extra, nil)
		r := w.ends(w.photon("--file", w.failing(extra)), exitRolledBack)
		w.says(r.err, "~ service           orders_web", "web failed: container web crashed (exit code 3)")
		w.same("changing calls", names(mutating(r.calls)), "UpdateService")
		w.deploys(w.failing(`"env": {}`))
		w.terminates(w.failing(""), empty)
	})
}

func TestAFirstVersionThatFailedIsTerminated(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "2")
		w.secret()
		empty := w.census()
		w.fails(failures["exits"].extra, nil)
		w.terminates(w.failing(""), empty)
	})
}

func lines(list ...string) string { return strings.Join(list, "\n") }

// pulled is what AWS says of a pull at length.
var pulled = regexp.MustCompile(`pull image manifest .*: not found`)

// lastWords are the lines that say what went wrong and what helps.
func (w *world) lastWords(talk string) string {
	var said []string
	talk = pulled.ReplaceAllString(talk, "not found")
	for line := range strings.Lines(unhashed(strings.ReplaceAll(talk, w.folder+"/", ""))) {
		if strings.HasPrefix(line, "error:") || strings.HasPrefix(line, "hint:") {
			said = append(said, strings.TrimSpace(line))
		}
	}
	return lines(said...)
}

// firstTrouble is when a run first said what goes wrong.
func firstTrouble(talk string) time.Duration {
	for line := range strings.Lines(talk) {
		if when, _, ok := strings.Cut(line, " ! "); ok {
			at, _ := time.ParseDuration(strings.TrimSpace(when))
			return at
		}
	}
	return time.Hour
}

// fails deploys a failing version; the world changes after its last check.
func (w *world) fails(extra string, change func(*world)) run {
	w.Helper()
	l := &line{disturb: before("RegisterTaskDefinition", func() {
		if change != nil {
			change(w)
		}
	})}
	return w.ends(w.photonOn(w.Context(), l, "--file", w.failing(extra)), exitRolledBack)
}

// secret makes what a version may need.
func (w *world) secret() {
	w.Helper()
	_, err := secretsmanager.NewFromConfig(w.byHand()).CreateSecret(w.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String("orders/db"), SecretString: aws.String("hunter2"),
	})
	if err != nil {
		w.Fatal(err)
	}
}
