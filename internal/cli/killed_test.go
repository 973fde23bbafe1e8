package cli

import (
	"context"
	"fmt"
	"testing"
	"time"

	"photon/internal/engine"
)

// journey is one run whose every call may go wrong: what comes before it, and
// its arguments.
type journey struct {
	before func(w *world) // what exists already
	args   func(w *world) []string
}

// journeys are the runs that a deployment's life consists of.
var journeys = map[string]journey{
	"create": {
		before: func(*world) {},
		args:   func(w *world) []string { return []string{"--file", w.orders("1")} },
	},
	"update": {
		before: func(w *world) { w.deploys(w.orders("1")) },
		args:   func(w *world) []string { return []string{"--file", w.orders("2")} },
	},
	"terminate": {
		before: func(w *world) { w.deploys(w.orders("1")) },
		args:   func(w *world) []string { return []string{"--file", w.orders("1"), "--terminate"} },
	},
}

// reshape is a run that makes other things and deletes the former ones.
var reshape = journey{
	before: func(w *world) { w.deploys(w.orders("1")) },
	args: func(w *world) []string {
		return []string{"--file", w.file("reshaped.json", `{
			"name": "orders", "image": "`+worldRegistry+`/orders:2",
			"workloads": { "api": { "port": 80, "permissions": [ { "actions": ["s3:*"], "resources": ["*"] } ] }, "queue": {} }
		}`)}
	},
}

// orders is the file of one version of a service.
func (w *world) orders(version string) string {
	w.Helper()
	return w.file("orders-"+version+".json",
		fmt.Sprintf(`{ "name": "orders", "image": "%s/orders:%s", "port": 8080 }`, worldRegistry, version))
}

const ordersOwner = "orders/default"

// usual is what a call takes. It makes that the same calls of a run overlap
// every time.
const usual = 20 * time.Millisecond

// TestARunMayBeKilledAfterAnyCall ends each run after call n, for every n, and
// runs it again. Then terminate leaves nothing.
func TestARunMayBeKilledAfterAnyCall(t *testing.T) {
	atEveryCall(t, (*world).killed, thenTerminate)
}

// TestARunThatChangesShapeMayBeKilledAfterAnyChange does the same after each
// call that changes something.
func TestARunThatChangesShapeMayBeKilledAfterAnyChange(t *testing.T) {
	hideAWS(t)
	want := undisturbed(t, reshape)
	for i, c := range want.calls {
		if !c.mutates() {
			continue
		}
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			t.Parallel()
			disturbed(t, reshape, want, func(w *world, args []string) { w.killed(args, i+1) }, thenTerminate)
		})
	}
}

// TestAKilledRunLeavesNothingThatCannotBeTerminated ends a creation after call
// n, for every n, and terminates what it has made.
func TestAKilledRunLeavesNothingThatCannotBeTerminated(t *testing.T) {
	hideAWS(t)
	j := journeys["create"]
	for i := range undisturbed(t, j).calls {
		n := i + 1
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			inBubble(t, engine.Options{}, func(w *world) {
				w.push("orders", "1")
				empty := w.census()
				w.killedOnce(j.args(w), n)
				w.terminates(w.orders("1"), empty)
			})
		})
	}
}

// TestAnyAnswerMayBeLost breaks the connection after call n took effect, for
// every n: the run itself copes.
func TestAnyAnswerMayBeLost(t *testing.T) {
	atEveryCall(t, func(w *world, args []string, n int) {
		w.reaches(n, w.ends(w.photonOn(w.Context(), &line{latency: usual, disturb: answerLost(n)}, args...), exitDone))
	})
}

// TestAnyCallMayMeetABrokenServer answers call n with 503, for every n.
func TestAnyCallMayMeetABrokenServer(t *testing.T) {
	atEveryCall(t, func(w *world, args []string, n int) {
		w.reaches(n, w.ends(w.photonOn(w.Context(), &line{latency: usual, disturb: brokenOnce(n)}, args...), exitDone))
	})
}

// TestThrottlingDelaysAndNoMore throttles every third call.
func TestThrottlingDelaysAndNoMore(t *testing.T) {
	hideAWS(t)
	for name, j := range journeys {
		t.Run(name, func(t *testing.T) {
			want := undisturbed(t, j)
			disturbed(t, j, want, func(w *world, args []string) {
				w.ends(w.photonOn(w.Context(), &line{latency: usual, disturb: throttled}, args...), exitDone)
			})
		})
	}
}

// atEveryCall goes on each journey once for every call that it consists of.
func atEveryCall(t *testing.T, disturb func(w *world, args []string, n int), then ...func(w *world, empty string)) {
	hideAWS(t)
	for name, j := range journeys {
		t.Run(name, func(t *testing.T) {
			want := undisturbed(t, j)
			for n := 1; n <= len(want.calls); n++ {
				t.Run(fmt.Sprint(n), func(t *testing.T) {
					t.Parallel()
					disturbed(t, j, want, func(w *world, args []string) { disturb(w, args, n) }, then...)
				})
			}
		})
	}
}

// arrival is where a journey leads to.
type arrival struct {
	calls            []call
	portrait, census string
}

// undisturbed goes on a journey without a disturbance.
func undisturbed(t *testing.T, j journey) (a arrival) {
	t.Helper()
	inBubble(t, engine.Options{}, func(w *world) {
		w.push("orders", "1")
		w.push("orders", "2")
		j.before(w)
		a.calls = w.ends(w.photonOn(w.Context(), &line{latency: usual}, j.args(w)...), exitDone).calls
		a.portrait, a.census = w.portrait(ordersOwner), w.census()
	})
	return a
}

// disturbed goes on a journey and compares where it led to.
func disturbed(t *testing.T, j journey, want arrival, travel func(w *world, args []string), then ...func(w *world, empty string)) {
	t.Helper()
	inBubble(t, engine.Options{}, func(w *world) {
		w.push("orders", "1")
		w.push("orders", "2")
		empty := w.census()
		j.before(w)
		travel(w, j.args(w))
		w.same("what the service has", w.portrait(ordersOwner), want.portrait)
		w.same("what is in the account", w.census(), want.census)
		for _, more := range then {
			more(w, empty)
		}
	})
}

// killed ends a run after call n and runs it again.
func (w *world) killed(args []string, n int) {
	w.Helper()
	w.killedOnce(args, n)
	w.ends(w.photon(args...), exitDone)
}

func (w *world) killedOnce(args []string, n int) {
	w.Helper()
	ctx, end := context.WithCancel(w.Context())
	defer end()
	w.reaches(n, w.photonOn(ctx, &line{latency: usual, disturb: killedAfter(n, end)}, args...))
}

func thenTerminate(w *world, empty string) { w.terminates(w.orders("1"), empty) }

// terminates ends a service and proves that the account is as empty as it was.
func (w *world) terminates(path, empty string) run {
	w.Helper()
	r := w.ends(w.photon("--file", path, "--terminate"), exitDone)
	w.same("what is in the account", w.census(), empty)
	return r
}

// aLook is how many calls a look at a rollout takes at most. Whether one more
// is needed depends on when exactly a task starts.
const aLook = 8

// reaches fails the test when a run ended before the call that was to go wrong.
func (w *world) reaches(n int, r run) {
	w.Helper()
	if len(r.calls) < n-aLook {
		w.Errorf("the run ended after %d calls, before call %d:\n%s", len(r.calls), n, r.err)
	}
}
