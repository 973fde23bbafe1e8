package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

	"photon/internal/deploy"
	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/spec"
)

// planEnd plans the deletion of everything that the file's service owns. What
// exists is found by tags; a file whose image or secrets are gone can still be
// terminated.
func (a *app) planEnd(ctx context.Context, t target) (*plan.Plan, error) {
	if err := checkPlace(ctx, t); err != nil {
		return nil, err
	}
	live, err := t.account.Live(ctx, t.spec.Owner(), nil)
	if err != nil {
		return nil, err
	}
	for _, key := range resource.Kept(t.spec) {
		delete(live.Set, key)
	}
	return plan.Diff(plan.Input{Owner: t.spec.Owner(), Have: live.Set, Others: live.Others})
}

// checkPlace refuses an account or a region other than the file's.
func checkPlace(ctx context.Context, t target) error {
	return refused(t.account.Place(ctx, t.spec))
}

// proveGone looks again after a termination and says what is left.
func (a *app) proveGone(ctx context.Context, t target, outcome deploy.Outcome, screen screen) error {
	left, err := t.account.Remaining(ctx, t.spec.Owner())
	if err != nil {
		return err
	}
	kept := keptNames(t.spec)
	left = slices.DeleteFunc(left, func(name string) bool { return slices.Contains(kept, name) })
	screen.outcome(outcome)
	if len(left) > 0 {
		return &codeError{
			code: exitError, cause: errors.New("still there: " + strings.Join(left, ", ")),
			hints: []string{"run the same command again"},
		}
	}
	screen.remains(t.spec.Owner(), kept)
	return nil
}

// keptNames are the resources that the file asks to keep, as cloud names what
// remains.
func keptNames(s *spec.Spec) []string {
	var names []string
	for _, key := range resource.Kept(s) {
		names = append(names, key.Kind.Title()+" "+key.Name)
	}
	return names
}
