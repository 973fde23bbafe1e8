package cloud

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"golang.org/x/sync/errgroup"

	"photon/internal/rollout"
)

// look is what explains a rollout, as it was looked up last.
type look struct {
	when     time.Time
	breaker  int // failures that the circuit breaker had counted
	final    bool
	failures []rollout.Failure
	targets  []rollout.Target
}

const lookAgain = 10 * time.Second // for what explains tasks that are missing

// due reports whether it is worth looking up again what explains a rollout.
func (l look) due(o rollout.Observation) bool {
	d := o.Deployment
	switch d.Status {
	case "SUCCESSFUL":
		return false
	case "PENDING", "IN_PROGRESS":
		since := l.when
		if since.IsZero() {
			since = d.Started
		}
		return d.Breaker.Failures > l.breaker || o.Time.Sub(since) >= lookAgain
	}
	return !l.final
}

// ended reports whether nothing will change any more. An unknown status is
// taken as one that goes on.
func ended(status string) bool {
	switch status {
	case "SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED":
		return true
	}
	return false
}

// explainRollout fills in how tasks of the new version ended and what the load
// balancer says of those that run.
func (a *Account) explainRollout(ctx context.Context, w Watch, service *types.Service, o *rollout.Observation) error {
	last := look{}
	if known, ok := a.looks.get(o.Deployment.ARN); ok {
		last = *known
	}
	if last.due(*o) {
		next := look{when: o.Time, breaker: o.Deployment.Breaker.Failures, final: ended(o.Deployment.Status)}
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() (err error) {
			next.failures, err = a.failures(ctx, w, o.Deployment.Revision)
			return err
		})
		group.Go(func() (err error) {
			next.targets, err = a.targets(ctx, w, service, o.Deployment.Revision)
			return err
		})
		if err := group.Wait(); err != nil {
			return err
		}
		a.looks.set(o.Deployment.ARN, &next)
		last = next
	}
	o.Failures, o.Targets = last.failures, last.targets
	return nil
}
