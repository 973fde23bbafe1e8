package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"photon/internal/deploy"
)

func (a *app) waitCommand() *cobra.Command {
	var c changing
	command := &cobra.Command{
		Use: "wait", Long: helpWait, Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.wait(cmd.Context(), c) },
	}
	a.flags.add(command.Flags())
	command.Flags().DurationVar(&c.timeout, "timeout", defaultTimeout, "how long to wait")
	return command
}

// wait watches what an earlier run, here or elsewhere, set off.
func (a *app) wait(ctx context.Context, c changing) error {
	t, err := a.only(ctx, c)
	if err != nil {
		return err
	}
	watches, err := t.account.Watches(ctx, t.spec.Owner())
	if err != nil {
		return err
	}
	if len(watches) == 0 {
		return missing(t)
	}
	screen := a.screen(t, true)
	tell, end := screen.begin()
	outcome, err := deploy.Wait(ctx, t.account, watches, deploy.Options{
		Timeout: c.timeout, Tell: tell, Addresses: addressesOf(t, c),
	})
	if err := errors.Join(err, end()); err != nil {
		return err
	}
	screen.outcome(outcome)
	return endError(outcome.End)
}

// only loads the one file of a verb that looks at a single service.
func (a *app) only(ctx context.Context, c changing) (target, error) {
	if _, err := a.flags.only(); err != nil {
		return target{}, err
	}
	targets, err := a.targets(ctx, c)
	if err != nil {
		return target{}, err
	}
	return targets[0], checkPlace(ctx, targets[0])
}

func missing(t target) error {
	return &codeError{
		code: exitError, cause: fmt.Errorf("%s: is not deployed", t.spec.Owner()),
		hints: []string{"photon --file " + t.path},
	}
}
