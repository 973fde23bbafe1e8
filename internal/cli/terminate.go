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

// proveGone looks again after a termination and says what is left. That is
// what the environment shares when its last services were terminated side by
// side, each of which left it to the others: it goes now.
func (a *app) proveGone(ctx context.Context, t target, c changing, outcome deploy.Outcome, screen screen) error {
	left, err := leftOver(ctx, t)
	if err == nil && len(left) > 0 {
		left, err = a.terminateRest(ctx, t, c, screen)
	}
	if err != nil {
		return err
	}
	screen.outcome(outcome)
	if len(left) > 0 {
		return &codeError{
			code: exitError, cause: errors.New("still there: " + strings.Join(left, ", ")),
			hints: []string{"run the same command again"},
		}
	}
	screen.remains(t.spec.Owner(), keptNames(t.spec))
	return nil
}

// terminateRest terminates once more and lists what is left then.
func (a *app) terminateRest(ctx context.Context, t target, c changing, screen screen) ([]string, error) {
	p, err := a.planEnd(ctx, t)
	if err != nil {
		return nil, err
	}
	if _, err := carryOut(ctx, t, c, p, nil, screen); err != nil {
		return nil, err
	}
	return deploy.Gone(ctx, func(ctx context.Context) ([]string, error) { return leftOver(ctx, t) })
}

// leftOver lists what a terminated service still has, besides what its file
// keeps.
func leftOver(ctx context.Context, t target) ([]string, error) {
	left, err := t.account.Remaining(ctx, t.spec.Owner())
	kept := keptNames(t.spec)
	return slices.DeleteFunc(left, func(name string) bool { return slices.Contains(kept, name) }), err
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
