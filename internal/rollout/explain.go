package rollout

import (
	"fmt"
	"slices"
	"strings"
)

// Explanation says why a deployment fails, as far as one look shows it. It is
// empty (Reason == "") while nothing is wrong.
type Explanation struct {
	Reason   string   // one line, in a person's words
	Evidence []string // what AWS says, in its words
	Source   string   // whose the log lines are
	Log      []string // the last lines that the failing container wrote
	Hints    []string // what to change in the file
	Look     string   // the verb of Photon that shows more; empty when none does
}

// Empty reports whether nothing is wrong.
func (e Explanation) Empty() bool { return e.Reason == "" }

// The verbs that an Explanation points to.
const (
	lookLogs   = "logs"
	lookStatus = "status"
	lookDoctor = "doctor"
)

// maxEvidence keeps an explanation on one screen.
const maxEvidence = 8

// Explain finds the reason for trouble, best evidence first: an alarm, tasks
// that ended, what ECS says of the deployment, what the load balancer says of
// its targets, the events of the service. It needs no ended deployment: the
// first task that fails is explained at the next look. A success needs none,
// whatever happened on the way.
func Explain(o Observation) Explanation {
	if o.Deployment.Status == statusSuccessful {
		return Explanation{}
	}
	e := firstFinding(o)
	if e.Empty() {
		return e
	}
	e.Evidence = evidence(o)
	return e
}

func firstFinding(o Observation) Explanation {
	for _, find := range []func(Observation) Explanation{
		fromAlarm, fromFailures, fromStatus, fromTargets, fromEvents, fromEnd,
	} {
		if e := find(o); !e.Empty() {
			return e
		}
	}
	return Explanation{}
}

func fromAlarm(o Observation) Explanation {
	for _, text := range o.Deployment.reasons() {
		if strings.Contains(strings.ToLower(text), "alarm") {
			return Explanation{
				Reason: "an alarm went off: " + text,
				Hints:  []string{"the new version ran, but an alarm judged it: look at what it measures"},
				Look:   lookLogs,
			}
		}
	}
	return Explanation{}
}

func fromFailures(o Observation) Explanation {
	at := slices.IndexFunc(o.Failures, Failure.counts)
	if at < 0 {
		return Explanation{}
	}
	f := o.Failures[at]
	c := causeOf(f)
	if c.health {
		return unhealthy(o, f)
	}
	e := c.explain(f.Container, f.ExitCode)
	e.Source, e.Log = f.source(), f.Log
	return e
}

// unhealthy explains a task that was stopped because it did not pass its
// health check: how it failed is told by its target, or by an event.
func unhealthy(o Observation, f Failure) Explanation {
	e := fromTargets(o)
	if e.Empty() {
		e = causeOfHealth(f, o.Events)
	}
	e.Source, e.Log, e.Look = f.source(), f.Log, lookLogs
	return e
}

func fromStatus(o Observation) Explanation {
	for _, text := range o.Deployment.reasons() {
		if c, known := lookUp(text); known {
			return c.explain("", nil)
		}
	}
	return Explanation{}
}

func fromTargets(o Observation) Explanation {
	for _, t := range o.Targets {
		if t.State == "unhealthy" || t.Reason == "Target.NotInUse" {
			return t.explain()
		}
	}
	return Explanation{}
}

// fromEvents takes the latest event that is known to be trouble.
func fromEvents(o Observation) Explanation {
	for _, event := range slices.Backward(o.Events) {
		if c, known := lookUp(event.Message); known {
			return c.explain("", nil)
		}
	}
	return Explanation{}
}

// fromEnd is for a deployment that ended badly without any trace.
func fromEnd(o Observation) Explanation {
	d := o.Deployment
	switch d.Status {
	case statusStopped, statusRollbackSuccessful, statusRollbackFailed:
	default:
		if d.Breaker.Status != breakerTriggered {
			return Explanation{}
		}
	}
	return Explanation{Reason: firstOf("ECS gave no reason", d.Rollback.Reason, d.StatusReason), Look: lookStatus}
}

// reasons are the texts with which ECS explains a deployment that goes wrong.
func (d Deployment) reasons() []string {
	switch d.Status {
	case statusPending, statusInProgress, statusSuccessful:
		return nil
	}
	return []string{d.Rollback.Reason, d.StatusReason}
}

// evidence quotes AWS: the deployment, then tasks, targets and events.
func evidence(o Observation) []string {
	var lines []string
	add := func(line string) {
		if line != "" && !slices.Contains(lines, line) && len(lines) < maxEvidence {
			lines = append(lines, line)
		}
	}
	for _, reason := range o.Deployment.reasons() {
		add(reason)
	}
	for _, f := range o.Failures {
		if f.counts() {
			add(f.evidence())
		}
	}
	for _, t := range o.Targets {
		if t.State == "unhealthy" {
			add(t.evidence())
		}
	}
	for _, event := range slices.Backward(o.Events) {
		if _, known := lookUp(event.Message); known || healthReason(event.Message) != "" {
			add(event.Message)
			break
		}
	}
	return lines
}

// counts is false for tasks that were stopped on purpose: by the scheduler,
// which scales and hands over, or by a person.
func (f Failure) counts() bool {
	switch f.StopCode {
	case "UserInitiated":
		return false
	case "ServiceSchedulerInitiated":
		return strings.Contains(f.Reason, "health check")
	}
	return true
}

func (f Failure) evidence() string {
	text := f.Reason
	if f.Detail != "" && !strings.Contains(text, f.Detail) {
		text += ": " + f.Detail
	}
	if f.ExitCode != nil {
		text += fmt.Sprintf(" (container %s, exit code %d)", f.Container, *f.ExitCode)
	}
	return tasks(f.Count) + ": " + text
}

func (f Failure) source() string {
	if f.Container == "" {
		return "task " + f.Task
	}
	return "container " + f.Container + " of task " + f.Task
}

func tasks(n int) string {
	if n == 1 {
		return "1 task"
	}
	return fmt.Sprintf("%d tasks", n)
}
