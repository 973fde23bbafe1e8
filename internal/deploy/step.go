package deploy

import (
	"context"
	"time"

	"photon/internal/plan"
)

// How long a step may be refused for reasons that pass by themselves, and how
// long until it has settled. A deletion waits for others to let go: network
// interfaces vanish minutes after their load balancer, and tasks drain for an
// hour if the file asks for it.
const (
	changePatience = 3 * time.Minute
	deletePatience = 15 * time.Minute
	settlePatience = 75 * time.Minute
)

// step makes one change and waits until it has settled.
func (r *run) step(ctx context.Context, step plan.Step) error {
	began := time.Now()
	deadline := began.Add(patience(step))
	r.tell(StepBegan{Step: step})
	err := r.do(ctx, step, deadline)
	if err == nil {
		err = r.settled(ctx, step, began.Add(settlePatience))
	}
	switch {
	case err == nil:
		r.tell(StepEnded{Step: step, Took: time.Since(began)})
	case ctx.Err() == nil:
		r.tell(StepFailed{Step: step, Err: err})
	}
	return err
}

func patience(step plan.Step) time.Duration {
	if step.Action == plan.Delete {
		return deletePatience
	}
	return changePatience
}

// do repeats a change while it is refused for the time being.
func (r *run) do(ctx context.Context, step plan.Step, deadline time.Time) error {
	for try := 0; ; try++ {
		err := r.changer.Do(ctx, step)
		wait := pause(try)
		switch reason, waits := waiting(err); {
		case waits:
			// It takes as long as it takes; the run's timeout ends it.
			deadline = time.Now().Add(patience(step))
			r.tell(StepWaits{Step: step, For: reason})
		case err == nil || !temporary(err) || time.Now().Add(wait).After(deadline):
			return err
		default:
			r.tell(StepRetried{Step: step, Why: err.Error(), In: wait})
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// settled waits until what depends on a done step may begin. A look that goes
// wrong is no news; only when looks go wrong for a while is it an error.
func (r *run) settled(ctx context.Context, step plan.Step, deadline time.Time) error {
	seen := time.Now()
	for try := 0; ; try++ {
		settled, waiting, err := r.changer.Settled(ctx, step)
		switch {
		case settled:
			return nil
		case err == nil:
			seen = time.Now()
		case time.Since(seen) > blindness:
			return err
		default:
			waiting = err.Error()
		}
		wait := pause(try)
		if time.Now().Add(wait).After(deadline) {
			return &UnsettledError{Step: step.Key(), Waiting: waiting}
		}
		r.tell(StepWaits{Step: step, For: waiting})
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// pause grows from one second to five.
func pause(try int) time.Duration {
	return min(time.Second<<min(try, 3), 5*time.Second)
}

// sleep ends early, with ctx's error, when ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
