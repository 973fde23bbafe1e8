package deploy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"photon/internal/plan"
	"photon/internal/resource"
)

// plans draws plans whose steps come after earlier steps of any stage that is
// not later.
func plans() *rapid.Generator[*plan.Plan] {
	return rapid.Custom(func(t *rapid.T) *plan.Plan {
		p := planOf()
		for i := range rapid.IntRange(0, 30).Draw(t, "steps") {
			s := step(plan.Stage(rapid.IntRange(0, 2).Draw(t, "stage")), plan.Create, resource.KindRole, fmt.Sprint("step", i))
			for before := range p.Steps {
				if p.Steps[before].Stage <= s.Stage && rapid.IntRange(0, 3).Draw(t, "after") == 0 {
					s.After = append(s.After, before)
				}
			}
			p.Steps = append(p.Steps, s)
		}
		return p
	})
}

// order returns when each step was begun and ended, by events.
type order struct{ began, ended map[string]int }

func (o *order) tell(e Event) {
	now := len(o.began) + len(o.ended)
	switch e := e.(type) {
	case StepBegan:
		o.began[e.Step.Key().Name] = now
	case StepEnded:
		o.ended[e.Step.Key().Name] = now
	}
}

func TestRunRespectsEveryOrderAndStopsAtFailures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := plans().Draw(t, "plan")
		account, seen := newScript(), &order{map[string]int{}, map[string]int{}}
		if len(p.Steps) > 0 && rapid.Bool().Draw(t, "a step fails") {
			name := rapid.SampledFrom(p.Steps).Draw(t, "which").Key().Name
			account.refuse[name] = []error{errBroken}
		}
		outcome, err := Run(t.Context(), account, p, Options{Tell: seen.tell})
		if (err == nil) != (len(seen.ended) == len(p.Steps)) || (outcome.End == Done) != (err == nil) {
			t.Fatalf("%d of %d steps ended, %s, %v", len(seen.ended), len(p.Steps), outcome.End, err)
		}
		for _, s := range p.Steps {
			began, begun := seen.began[s.Key().Name]
			if !begun {
				continue
			}
			for i, before := range p.Steps {
				ended, done := seen.ended[before.Key().Name]
				if (before.Stage < s.Stage || slices.Contains(s.After, i)) && (!done || ended > began) {
					t.Fatalf("%s began before %s ended", s.Key().Name, before.Key().Name)
				}
			}
		}
		if n := strings.Count(account.calls(), "\n") + 1; len(p.Steps) > 0 && n != len(seen.began) {
			t.Fatalf("%d calls for %d steps", n, len(seen.began))
		}
		if err != nil && !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
	})
}
