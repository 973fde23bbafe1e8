package cli

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// rounds is how many calls of a run have to wait for each other: nothing else
// takes time, so it is the time from one moment to another, in calls.
func rounds(from, to time.Time) int { return int(to.Sub(from) / usual) }

// timed is a run in which every call takes its time.
func (w *world) timed(args ...string) (run, time.Time) {
	w.Helper()
	began := time.Now()
	return w.ends(w.photonOn(w.Context(), &line{latency: usual}, args...), exitDone), began
}

func (r run) call(operation string) call {
	return r.calls[slices.IndexFunc(r.calls, func(c call) bool { return c.operation == operation })]
}

func TestASecondRunChangesNothingInThreeRounds(t *testing.T) {
	for name, push := range map[string]func(w *world, repository, tag string) string{
		"an image for several platforms": (*world).push, "an image for one": (*world).pushOne,
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				push(w, "orders", "1")
				w.deploys(w.orders("1"))
				r, began := w.timed("--file", w.orders("1"))
				w.same("changing calls", names(mutating(r.calls)), "")
				w.says(r.err, "Nothing to do: orders/default is as the file says.")
				w.says(r.out, "http://127.88.0.1")
				if n := rounds(began, time.Now()); n > 3 {
					w.Errorf("%d rounds:\n%s", n, chart(r.calls, began))
				}
			})
		})
	}
}

func TestANewImageIsATaskDefinitionAndAService(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		w.push("orders", "2")
		w.deploys(w.orders("1"))
		r, began := w.timed("--file", w.orders("2"))
		changes := mutating(r.calls)
		w.same("changing calls", names(changes), "RegisterTaskDefinition UpdateService")
		if n := rounds(began, changes[0].began); n > 3 {
			w.Errorf("%d rounds of reads:\n%s", n, chart(r.calls, began))
		}
		if n := rounds(changes[0].began, changes[1].ended); n > 2 {
			w.Errorf("%d rounds of changes:\n%s", n, chart(r.calls, began))
		}
	})
}

func TestAFirstCreateTakesTheCriticalPath(t *testing.T) {
	inWorld(t, func(w *world) {
		w.push("orders", "1")
		r, began := w.timed("--file", w.orders("1"))
		first := mutating(r.calls)[0]
		if n := rounds(first.began, r.call("CreateService").ended); n > 6 {
			w.Errorf("%d rounds of changes:\n%s", n, chart(r.calls, began))
		}
		if n := rounds(began, first.began); n > 3 {
			w.Errorf("%d rounds of reads:\n%s", n, chart(r.calls, began))
		}
	})
}

// chart shows when each call was made, in calls since began.
func chart(calls []call, began time.Time) string {
	var text strings.Builder
	for _, c := range calls {
		text.WriteString(strings.Repeat(".", rounds(began, c.began)) + c.operation + "\n")
	}
	return text.String()
}
