package rollout

import (
	"fmt"
	"time"
)

// The statuses of a service deployment. ECS may add to them.
const (
	statusPending            = "PENDING"
	statusInProgress         = "IN_PROGRESS"
	statusStopRequested      = "STOP_REQUESTED"
	statusStopped            = "STOPPED"
	statusSuccessful         = "SUCCESSFUL"
	statusRollbackRequested  = "ROLLBACK_REQUESTED"
	statusRollbackInProgress = "ROLLBACK_IN_PROGRESS"
	statusRollbackSuccessful = "ROLLBACK_SUCCESSFUL"
	statusRollbackFailed     = "ROLLBACK_FAILED"

	breakerTriggered = "TRIGGERED"
)

// patience is how long a deployment that was started may stay out of sight.
const patience = time.Minute

// Policy says which deployment is judged.
type Policy struct {
	// Deployment is the ARN of the service deployment that was started;
	// empty while it is not known.
	Deployment string
	// Before is the ARN of the one that was there before; may be empty.
	Before string
	// Since is when it was started, not later. A deployment that began
	// earlier is somebody else's while Deployment is empty.
	Since time.Time
}

// Verb is what to do after a look.
type Verb string

// The verbs.
const (
	Look   Verb = "look"   // again, in a while
	Finish Verb = "finish" // the deployment has ended, as the verdict says
)

// Verdict is how a deployment ended.
type Verdict string

// The verdicts, as a person reads them.
const (
	Succeeded  Verdict = "succeeded"
	RolledBack Verdict = "rolled back" // the earlier version serves again
	Failed     Verdict = "failed"      // and there is no way back, or the way back failed
	Stopped    Verdict = "stopped"     // by somebody, or by ECS without a rollback
	Superseded Verdict = "superseded"  // by a newer deployment of the same service
)

// Move is what one look leads to.
type Move struct {
	Verb    Verb
	Verdict Verdict // on Finish
	Reason  string  // what is worth telling, in a person's words; may be empty
}

// Next decides on one look. It calls nothing a success but the status
// SUCCESSFUL of the deployment that the policy names, and a deployment that
// has ended stays ended.
func Next(policy Policy, o Observation) Move {
	if !policy.owns(o) {
		return outOfSight(policy, o)
	}
	d := o.Deployment
	switch d.Status {
	case statusSuccessful:
		return Move{Verb: Finish, Verdict: Succeeded}
	case statusRollbackSuccessful:
		return finish(RolledBack, d.Rollback.Reason, d.StatusReason)
	case statusRollbackFailed:
		return finish(Failed, bothReasons(d))
	case statusStopped:
		return stopped(o)
	}
	if o.Newer != "" {
		return finish(Superseded, "a newer deployment of "+o.Service+" was started")
	}
	return underWay(d)
}

func underWay(d Deployment) Move {
	switch d.Status {
	case statusPending, statusInProgress, statusStopRequested:
		if d.First && d.Breaker.Status == breakerTriggered {
			return gaveUp(d)
		}
		return Move{Verb: Look}
	case statusRollbackRequested, statusRollbackInProgress:
		return Move{Verb: Look, Reason: join("it is being rolled back", ": ", firstOf("", d.Rollback.Reason, d.StatusReason))}
	}
	return Move{Verb: Look, Reason: fmt.Sprintf("ECS calls the deployment %q, which is new to Photon: still watching", d.Status)}
}

func stopped(o Observation) Move {
	d := o.Deployment
	switch {
	case o.Newer != "":
		return finish(Superseded, "a newer deployment of "+o.Service+" was started")
	case d.First || d.Breaker.Status == breakerTriggered:
		return gaveUp(d)
	}
	return finish(Stopped, d.StatusReason)
}

// gaveUp judges a deployment without a rollback: ECS leaves it as it is.
func gaveUp(d Deployment) Move {
	text := d.StatusReason
	if text == "" && d.Breaker.Status == breakerTriggered {
		text = fmt.Sprintf("the circuit breaker gave up after %d failed tasks", d.Breaker.Failures)
	}
	return finish(Failed, text)
}

func bothReasons(d Deployment) string {
	if d.Rollback.Reason == "" || d.Rollback.Reason == d.StatusReason {
		return d.StatusReason
	}
	return join(d.Rollback.Reason, "; and the way back: ", d.StatusReason)
}

// join puts two texts together when there are two.
func join(text, between, more string) string {
	if more == "" {
		return text
	}
	return text + between + more
}

func finish(verdict Verdict, reasons ...string) Move {
	return Move{Verb: Finish, Verdict: verdict, Reason: firstOf("", reasons...)}
}

// firstOf is the first text that says something, else fallback.
func firstOf(fallback string, texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return fallback
}

// Pin returns the policy that also knows the deployment, once it is in sight.
func (p Policy) Pin(o Observation) Policy {
	if p.owns(o) {
		p.Deployment = o.Deployment.ARN
	}
	return p
}

func (p Policy) owns(o Observation) bool {
	d := o.Deployment
	if p.Deployment != "" {
		return d.ARN == p.Deployment
	}
	return d.ARN != "" && d.ARN != p.Before && !d.Started.Before(p.Since)
}

func outOfSight(policy Policy, o Observation) Move {
	if o.Time.Sub(policy.Since) < patience {
		return Move{Verb: Look}
	}
	return finish(Failed, "the deployment of "+o.Service+" is nowhere to be seen")
}
