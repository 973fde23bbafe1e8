package deploy

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"photon/internal/cloud"
	"photon/internal/rollout"
)

// blindness is how long looks may go wrong before a rollout is given up.
const blindness = time.Minute

// watching watches rollouts side by side, or, in a detached run, only notes
// which there are.
type watching struct {
	run  *run
	join sync.WaitGroup

	services []string // that are watched

	mu        sync.Mutex
	workloads []Workload
	errs      []error
}

func (w *watching) add(ctx context.Context, watch cloud.Watch) {
	w.services = append(w.services, watch.Service)
	if w.run.options.Detach {
		w.note(identify(watch), nil)
		return
	}
	w.join.Go(func() { w.note(w.run.watch(ctx, watch)) })
}

// addOngoing adds the rollouts of earlier runs, unless a newer one of the same
// service is watched already.
func (w *watching) addOngoing(ctx context.Context) {
	for _, watch := range w.run.options.Ongoing {
		if !slices.Contains(w.services, watch.Service) {
			w.add(ctx, watch)
		}
	}
}

func (w *watching) note(workload Workload, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.workloads = append(w.workloads, workload)
	if err != nil {
		w.errs = append(w.errs, err)
	}
}

// settle returns when everything that is watched has ended, and sums it up.
// failed is what went wrong before.
func (w *watching) settle(ctx context.Context, failed error) (Outcome, error) {
	w.join.Wait()
	slices.SortFunc(w.workloads, byName)
	outcome := Outcome{End: endOf(w.workloads), Workloads: w.workloads}
	err := errors.Join(append([]error{failed}, w.errs...)...)
	goesOn := func(workload Workload) bool { return !workload.Ended() }
	switch {
	case err != nil:
		outcome.End = Failed
	case slices.ContainsFunc(w.workloads, goesOn):
		outcome.End = cut(ctx, nil)
	}
	return outcome, err
}

func identify(watch cloud.Watch) Workload {
	return Workload{Name: watch.Workload, Service: watch.Service, Deployment: watch.Deployment}
}

// sight is what is known of one rollout from look to look.
type sight struct {
	watch    cloud.Watch
	policy   rollout.Policy
	workload Workload
	seen     time.Time // of the last look that went well
	told     map[string]bool
}

// watch looks at a rollout until it ends, ctx ends or looks fail for too long.
// A rollout that has not ended comes without a verdict.
func (r *run) watch(ctx context.Context, watch cloud.Watch) (Workload, error) {
	s := &sight{
		watch: watch, workload: identify(watch), seen: time.Now(), told: map[string]bool{},
		policy: rollout.Policy{Deployment: watch.Deployment, Before: watch.Before, Since: watch.Since},
	}
	for look := 0; sleep(ctx, interval(look)) == nil; look++ {
		o, err := r.watcher.Observe(ctx, s.watch)
		switch {
		case ctx.Err() != nil:
			return s.workload, nil
		case err != nil && time.Since(s.seen) > blindness:
			return s.workload, &WatchError{Workload: watch.Workload, Err: err}
		case err != nil:
			r.once(s, Noted{Workload: watch.Workload, Text: "a look went wrong: " + err.Error()})
			continue
		}
		if r.judge(s, o).Verb == rollout.Finish {
			r.tell(Finished{Workload: s.workload})
			return s.workload, nil
		}
	}
	return s.workload, nil
}

// interval is the time before a look: the first comes soon, the later ones
// take more and more time.
func interval(look int) time.Duration {
	if look == 0 {
		return time.Second
	}
	return min(2*time.Second+time.Duration(look)*250*time.Millisecond, 5*time.Second)
}

// judge makes the move that one look leads to, and tells what is new in it.
func (r *run) judge(s *sight, o rollout.Observation) rollout.Move {
	s.seen = time.Now()
	s.policy = s.policy.Pin(o)
	s.watch.Deployment, s.workload.Deployment = s.policy.Deployment, s.policy.Deployment
	move := rollout.Next(s.policy, o)
	r.tell(Looked{Observation: o, Move: move})
	if move.Verb == rollout.Look && move.Reason != "" {
		r.once(s, Noted{Workload: s.watch.Workload, Text: move.Reason})
	}
	s.explain(o, move)
	if e := s.workload.Explanation; !e.Empty() && !s.told[e.Reason] {
		s.told[e.Reason] = true
		r.tell(Troubled{Workload: s.watch.Workload, Explanation: e})
	}
	if move.Verb == rollout.Finish {
		s.workload.Verdict, s.workload.Reason = move.Verdict, move.Reason
	}
	return move
}

// explain keeps the best explanation so far: one that shows a task is not
// given up for one that does not. A rollout that succeeded needs none, and one
// that was superseded was not given the time to prove itself.
func (s *sight) explain(o rollout.Observation, move rollout.Move) {
	if move.Verdict == rollout.Succeeded || move.Verdict == rollout.Superseded {
		s.workload.Explanation = rollout.Explanation{}
		return
	}
	e := rollout.Explain(o)
	if e.Empty() || e.Source == "" && s.workload.Explanation.Source != "" {
		return
	}
	s.workload.Explanation = e
}

func (r *run) once(s *sight, note Noted) {
	if !s.told[note.Text] {
		s.told[note.Text] = true
		r.tell(note)
	}
}
