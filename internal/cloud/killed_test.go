package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"photon/internal/cloud"
	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/spec"
)

// attempt brings the world to a Spec (nil: nothing), until ctx ends.
func (w *world) attempt(ctx context.Context, s *spec.Spec) error {
	var want resource.Set
	if s != nil {
		facts, err := w.account.Survey(ctx, s)
		if err != nil {
			return err
		}
		if want, err = resource.Desired(s, facts, resource.Release{Spec: s, Facts: facts, Time: time.Now()}); err != nil {
			return err
		}
	}
	live, err := w.account.Live(ctx, owner, want)
	if err != nil {
		return err
	}
	p, err := plan.Diff(plan.Input{Owner: owner, Want: want, Have: live.Set, Others: live.Others})
	if err != nil {
		return err
	}
	done := map[int]bool{}
	for len(done) < len(p.Steps) {
		for i, step := range p.Steps {
			ready := !done[i]
			for _, j := range step.After {
				ready = ready && done[j]
			}
			if !ready {
				continue
			}
			if err := w.insist(ctx, step); err != nil {
				return err
			}
			done[i] = true
		}
	}
	return nil
}

// insist repeats a step while AWS says that it is too early.
func (w *world) insist(ctx context.Context, step plan.Step) error {
	for {
		err := w.account.Do(ctx, step)
		var early *cloud.StepError
		if errors.As(err, &early) && early.Temporary {
			time.Sleep(time.Second)
			continue
		}
		if err != nil {
			return err
		}
		settled, _, err := w.account.Settled(ctx, step)
		if settled || err != nil {
			return err
		}
		time.Sleep(time.Second)
	}
}

// killedAfter is an attempt that ends with its nth changing call, which took
// effect. It reports whether the attempt had so many.
func (w *world) killedAfter(n int, s *spec.Spec) bool {
	w.account = w.open()
	ctx, kill := context.WithCancel(w.Context())
	defer kill()
	begun, killed := 0, false
	w.transport.broke = func(called string) error {
		begun += len(mutating([]string{called}))
		if begun >= n {
			killed = true
			kill()
			return context.Canceled
		}
		return nil
	}
	err := w.attempt(ctx, s)
	w.transport.broke = nil
	if err != nil && !killed {
		w.Fatal(err)
	}
	w.account = w.open()
	return killed
}

func TestKilledAfterAnyChangeNothingIsLost(t *testing.T) {
	changed := map[string]string{"A": "1"}
	cases := []struct {
		name          string
		before, after *spec.Spec
	}{
		{"create", nil, orders(nil)},
		{"update", orders(nil), orders(changed)},
		{"terminate", orders(nil), nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for n, more := 1, true; more; n++ {
				inWorld(t, func(w *world) {
					if c.before != nil {
						w.deploy(c.before)
					}
					more = w.killedAfter(n, c.after)
					must(w, 0, w.attempt(w.Context(), c.after))
					p, _ := w.planned(owner, c.after)
					w.compare(fmt.Sprintf("plan after being killed with change %d", n), causes(p), "")
					w.compare("left", w.terminate(owner), "")
				})
			}
		})
	}
}
