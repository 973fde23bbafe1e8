package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"photon/internal/cloud"
	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/spec"
)

func (a *app) planCommand() *cobra.Command {
	c := looking
	c.plan = true
	command := &cobra.Command{
		Use: "plan", Long: helpPlan, Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.change(cmd.Context(), c) },
	}
	a.flags.add(command.Flags())
	command.Flags().BoolVar(&c.terminate, "terminate", false, "show what terminating would delete")
	command.Flags().BoolVar(&c.changes, "exit-code", false, "exit with 8 when there are changes")
	return command
}

// planOne reads what exists and compares it with what the file asks for. It
// also finds the rollouts that are going on already.
func (a *app) planOne(ctx context.Context, t target, terminate bool) (*plan.Plan, []cloud.Watch, error) {
	if terminate {
		p, err := a.planEnd(ctx, t)
		return p, nil, err
	}
	facts, confirm, err := t.account.Facts(ctx, t.spec)
	if err != nil {
		return nil, nil, refused(err)
	}
	want, err := resource.Desired(t.spec, facts, a.newRelease(t.spec, facts))
	if err != nil {
		return nil, nil, usage(err)
	}
	var live cloud.Live
	reads, within := errgroup.WithContext(ctx)
	reads.Go(func() error { return confirm(within) })
	reads.Go(func() (err error) {
		live, err = t.account.Live(within, t.spec.Owner(), want)
		return err
	})
	if err := reads.Wait(); err != nil {
		return nil, nil, refused(err)
	}
	p, err := plan.Diff(plan.Input{
		Owner: t.spec.Owner(), Want: want, Have: live.Set, Last: lastWanted(live), Others: live.Others,
	})
	return p, live.Ongoing, refused(err)
}

// newRelease is what the deployment will be remembered as.
func (a *app) newRelease(s *spec.Spec, facts resource.Facts) resource.Release {
	code := a.checkout()
	return resource.Release{
		Spec: s, Facts: facts, Commit: code.commit, Author: code.author, Time: time.Now().UTC().Truncate(time.Second),
	}
}

// lastWanted is what the last release asked for: the newest that the live
// task definitions remember. A change that the file did not make since then
// was made outside Photon.
func lastWanted(live cloud.Live) resource.Set {
	var last resource.Release
	for _, release := range live.Releases {
		if release.Spec != nil && release.Time.After(last.Time) {
			last = release
		}
	}
	if last.Spec == nil {
		return nil
	}
	set, err := resource.Desired(last.Spec, last.Facts, last)
	if err != nil {
		return nil // an older Photon's release: what it wanted is not known
	}
	return set
}

// refused marks what is found before any change.
func refused(err error) error {
	if err == nil {
		return nil
	}
	var refusals cloud.Refusals
	var taken *plan.TakenError
	if errors.As(err, &refusals) || errors.As(err, &taken) {
		return &codeError{code: exitRefused, cause: err}
	}
	return err
}
