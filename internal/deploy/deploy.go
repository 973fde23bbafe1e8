// Package deploy carries out a plan and watches what it set off, and is the
// only package that waits. It decides nothing about the contents of a change
// (plan does) or about the success of a rollout (rollout does), and it never
// stops a rollout: when it is interrupted, ECS goes on.
package deploy

import (
	"context"
	"errors"
	"sync"
	"time"

	"photon/internal/cloud"
	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/rollout"
)

// Changer makes changes. *cloud.Account is one.
type Changer interface {
	// Do makes one change, safe to repeat.
	Do(context.Context, plan.Step) error
	// Settled reports whether steps that depend on a done step may begin,
	// and otherwise what is waited for.
	Settled(context.Context, plan.Step) (settled bool, waiting string, err error)
	// Started returns how to watch the rollout that a done step set off;
	// false when it set off none.
	Started(resource.Key) (cloud.Watch, bool)
}

// Watcher looks at rollouts. *cloud.Account is one.
type Watcher interface {
	Observe(context.Context, cloud.Watch) (rollout.Observation, error)
}

// Account is both.
type Account interface {
	Changer
	Watcher
}

// Options say how far a run goes and who hears of it.
type Options struct {
	// Detach returns as soon as every change was handed over to ECS.
	Detach bool
	// Timeout ends the run, not the rollouts; 0 is never.
	Timeout time.Duration
	// Ongoing are rollouts that an earlier run set off and that have not
	// ended: they are watched as if this run had set them off.
	Ongoing []cloud.Watch
	// Tell hears every event, one at a time; nil hears none.
	Tell func(Event)
	// Addresses finds where HTTP workloads are reached; nil finds none.
	Addresses func(context.Context) ([]Address, error)
}

var errTimeout = errors.New("the time is up")

// Run carries out a plan: Prepare, then Shift with every rollout watched to
// its end, then, only if all of them succeeded, Clean. A failed rollout, an
// interruption (ctx) and a timeout are Outcomes; the error holds a *StepsError
// or a *WatchError, and comes with the Outcome of what was watched.
func Run(ctx context.Context, account Account, p *plan.Plan, options Options) (Outcome, error) {
	r := newRun(account, account, options)
	r.plan = p
	return r.limited(ctx, func(ctx context.Context) (Outcome, error) {
		r.tell(Began{Plan: p})
		return r.stages(ctx)
	})
}

// Wait watches rollouts that an earlier run set off until they end.
func Wait(ctx context.Context, account Watcher, watches []cloud.Watch, options Options) (Outcome, error) {
	options.Ongoing = watches
	r := newRun(nil, account, options)
	return r.limited(ctx, func(ctx context.Context) (Outcome, error) {
		watching := &watching{run: r}
		watching.addOngoing(ctx)
		return watching.settle(ctx, nil)
	})
}

// run is one Run or Wait.
type run struct {
	changer Changer
	watcher Watcher
	plan    *plan.Plan
	options Options
	telling sync.Mutex
}

func newRun(changer Changer, watcher Watcher, options Options) *run {
	return &run{changer: changer, watcher: watcher, plan: &plan.Plan{}, options: options}
}

func (r *run) tell(e Event) {
	if r.options.Tell == nil {
		return
	}
	r.telling.Lock()
	defer r.telling.Unlock()
	r.options.Tell(e)
}

// limited runs work within the timeout, and completes its outcome.
func (r *run) limited(ctx context.Context, work func(context.Context) (Outcome, error)) (Outcome, error) {
	began := time.Now()
	within, cancel := ctx, context.CancelFunc(func() {})
	if r.options.Timeout > 0 {
		within, cancel = context.WithTimeoutCause(ctx, r.options.Timeout, errTimeout)
	}
	defer cancel()
	outcome, err := work(within)
	if err == nil && (outcome.End == Done || outcome.End == Detached) {
		outcome.Addresses = r.addresses(ctx)
	}
	outcome.Took = time.Since(began)
	return outcome, err
}

func (r *run) stages(ctx context.Context) (Outcome, error) {
	if complete, err := r.stage(ctx, plan.Prepare, nil); err != nil || !complete {
		return Outcome{End: cut(ctx, err)}, err
	}
	outcome, err := r.shift(ctx)
	if err != nil || outcome.End != Done {
		return outcome, err
	}
	if complete, err := r.stage(ctx, plan.Clean, nil); err != nil || !complete {
		outcome.End = cut(ctx, err)
		return outcome, err
	}
	return outcome, nil
}

// shift hands over and watches, several workloads side by side.
func (r *run) shift(ctx context.Context) (Outcome, error) {
	watching := &watching{run: r}
	complete, err := r.stage(ctx, plan.Shift, func(step plan.Step) {
		if watch, started := r.changer.Started(step.Key()); started {
			watching.add(ctx, watch)
		}
	})
	watching.addOngoing(ctx)
	outcome, err := watching.settle(ctx, err)
	if outcome.End == Done && !complete {
		outcome.End = cut(ctx, err)
	}
	return outcome, err
}

// cut says why a run ended early.
func cut(ctx context.Context, err error) End {
	switch {
	case err != nil:
		return Failed
	case errors.Is(context.Cause(ctx), errTimeout):
		return TimedOut
	case ctx.Err() != nil:
		return Interrupted
	}
	return Detached
}

func (r *run) addresses(ctx context.Context) []Address {
	if r.options.Addresses == nil {
		return nil
	}
	addresses, err := r.options.Addresses(ctx)
	if err != nil {
		r.tell(Noted{Text: "the address cannot be read: " + err.Error()})
	}
	return addresses
}
