package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"photon/internal/cloud"
	"photon/internal/deploy"
	"photon/internal/plan"
	"photon/internal/spec"
)

// target is one file on its way to an account.
type target struct {
	path    string
	spec    *spec.Spec
	account *cloud.Account
}

// change is the main job: every file is loaded and checked, then the services
// are planned, and unless a plan is all that is wanted, deployed or terminated
// side by side.
func (a *app) change(ctx context.Context, c changing) error {
	targets, err := a.targets(ctx, c)
	if err != nil {
		return err
	}
	if len(targets) == 1 {
		screen := a.screen(targets[0], true)
		return screen.error(cutShort(ctx, a.changeOne(ctx, targets[0], c, screen)))
	}
	results := make([]error, len(targets))
	var running sync.WaitGroup
	for i, t := range targets {
		running.Go(func() {
			screen := a.screen(t, false)
			results[i] = screen.error(cutShort(ctx, a.changeOne(ctx, t, c, screen)))
		})
	}
	running.Wait()
	return errors.Join(results...)
}

// targets loads every file before anything is asked of AWS, so that all
// problems of all files are told at once.
func (a *app) targets(ctx context.Context, c changing) ([]target, error) {
	if err := errors.Join(a.flags.check(), c.check()); err != nil {
		return nil, err
	}
	paths, err := a.flags.paths()
	if err != nil {
		return nil, err
	}
	var targets []target
	var problems spec.Problems
	for _, path := range paths {
		s, err := spec.Load(path, a.specOptions())
		var found spec.Problems
		if errors.As(err, &found) {
			problems = append(problems, found...)
			continue
		}
		if err != nil {
			return nil, err
		}
		targets = append(targets, target{path: path, spec: s})
	}
	if len(problems) > 0 {
		return nil, problems
	}
	if err := checkDistinct(targets); err != nil {
		return nil, err
	}
	for i := range targets {
		if targets[i].account, err = a.open(ctx, targets[i].spec); err != nil {
			return nil, err
		}
	}
	return targets, nil
}

// checkDistinct refuses two files that would change the same service.
func checkDistinct(targets []target) error {
	for i, t := range targets {
		for _, other := range targets[:i] {
			if t.spec.Owner() == other.spec.Owner() && t.spec.AWS == other.spec.AWS {
				return usage(fmt.Errorf("%s and %s: both are the service %s", other.path, t.path, t.spec.Owner()))
			}
		}
	}
	return nil
}

// changeOne brings one service to what its file says, or to nothing.
func (a *app) changeOne(ctx context.Context, t target, c changing, screen screen) error {
	p, ongoing, err := a.planOne(ctx, t, c.terminate)
	if err != nil {
		return err
	}
	if c.plan {
		screen.planOnly(p)
		if c.changes && !p.Empty() {
			return said(exitChanges)
		}
		return nil
	}
	screen.plan(p)
	if err := a.permit(t.spec, p, c); err != nil {
		return err
	}
	outcome, err := carryOut(ctx, t, c, p, ongoing, screen)
	if err != nil {
		return err
	}
	if c.terminate && outcome.End == deploy.Done {
		return a.proveGone(ctx, t, c, outcome, screen)
	}
	screen.outcome(outcome)
	return endError(outcome.End)
}

// carryOut makes the changes of a plan and shows how it goes.
func carryOut(ctx context.Context, t target, c changing, p *plan.Plan, ongoing []cloud.Watch, screen screen) (deploy.Outcome, error) {
	tell, end := screen.begin()
	outcome, err := deploy.Run(ctx, t.account, p, deploy.Options{
		Detach: c.detach, Timeout: c.timeout, Ongoing: ongoing, Tell: tell, Addresses: addressesOf(t, c),
	})
	return outcome, errors.Join(err, end())
}

// permit asks before something protected is touched.
func (a *app) permit(s *spec.Spec, p *plan.Plan, c changing) error {
	if !s.Protected || c.yes || p.Empty() {
		return nil
	}
	if !a.std.Terminal {
		return &codeError{
			code: exitRefused, cause: fmt.Errorf("%s: is protected and there is no terminal to ask on", s.Owner()),
			hints: []string{"--yes goes on without asking"},
		}
	}
	fmt.Fprintf(a.std.Err, "%s is protected. Go on? [y/N] ", s.Owner())
	answer, err := bufio.NewReader(a.std.In).ReadString('\n')
	if err != nil {
		return err
	}
	if strings.EqualFold(strings.TrimSpace(answer), "y") {
		return nil
	}
	return &codeError{code: exitRefused, cause: fmt.Errorf("%s: nothing was changed", s.Owner())}
}

// endError turns the end of a run into an exit code; the outcome has been
// shown already.
func endError(end deploy.End) error {
	switch end {
	case deploy.Done, deploy.Detached:
		return nil
	case deploy.TimedOut:
		return said(exitTimeout)
	case deploy.Interrupted:
		return said(exitInterrupt)
	}
	return said(exitRolledBack)
}
