package ui

import (
	"errors"
	"testing"
	"time"

	"photon/internal/deploy"
	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/rollout"
)

func step(action plan.Action, kind resource.Kind, name string) plan.Step {
	return plan.Step{Action: action, Want: resource.Resource{Key: resource.Key{Kind: kind, Name: name}},
		Causes: []plan.Cause{{Why: plan.New}}}
}

var (
	group   = step(plan.Create, resource.KindTargetGroup, "orders-web-a1")
	service = step(plan.Update, resource.KindService, "orders_web")
	old     = step(plan.Delete, resource.KindSecurityGroup, "orders-old")
)

func look(status string, running, requested, before int) rollout.Observation {
	return rollout.Observation{Workload: "web", Service: "orders_web", Deployment: rollout.Deployment{
		ARN: "arn:web", Status: status, New: rollout.Tasks{Requested: requested, Running: running}, Old: rollout.Tasks{Running: before},
	}}
}

var crash = rollout.Explanation{
	Reason:   "container web crashed (exit code 3)",
	Evidence: []string{"the circuit breaker gave up", "2 tasks: Essential container in task exited (container web, exit code 3)"},
	Source:   "container web of task 0af3",
	Log:      []string{"starting", "panic: no database"},
	Hints:    []string{`check "env" of the file`},
	Look:     "logs",
}

// scene is an event and when it comes.
type scene struct {
	at    time.Duration
	event deploy.Event
}

// update is a run in which things go wrong on the way.
func update() []scene {
	failing := look("IN_PROGRESS", 0, 2, 2)
	failing.Deployment.Breaker = rollout.Breaker{Status: "MONITORING", Failures: 1, Threshold: 3}
	return []scene{
		{0, deploy.Began{Plan: &plan.Plan{Owner: "orders/beta", Steps: []plan.Step{group, service, old}}}},
		{0, deploy.StepBegan{Step: group}},
		{400 * time.Millisecond, deploy.StepRetried{Step: group, Why: "target group orders-web-a1: slow down", In: time.Second}},
		{1400 * time.Millisecond, deploy.StepRetried{Step: group, Why: "target group orders-web-a1: slow down", In: 2 * time.Second}},
		{4 * time.Second, deploy.StepEnded{Step: group, Took: 4 * time.Second}},
		{4 * time.Second, deploy.StepBegan{Step: service}},
		{5 * time.Second, deploy.StepEnded{Step: service, Took: time.Second}},
		{6 * time.Second, deploy.Looked{Observation: look("PENDING", 0, 2, 2)}},
		{8 * time.Second, deploy.Looked{Observation: look("IN_PROGRESS", 0, 2, 2)}},
		{11 * time.Second, deploy.Looked{Observation: failing}},
		{11 * time.Second, deploy.Troubled{Workload: "web", Explanation: crash}},
		{14 * time.Second, deploy.Looked{Observation: look("IN_PROGRESS", 1, 2, 2)}},
		{14 * time.Second, deploy.Noted{Workload: "web", Text: "something to know"}},
		{70 * time.Second, deploy.Looked{Observation: look("SUCCESSFUL", 2, 2, 0)}},
		{70 * time.Second, deploy.Finished{Workload: deploy.Workload{Name: "web", Service: "orders_web", Deployment: "arn:web", Verdict: rollout.Succeeded}}},
		{70 * time.Second, deploy.StepBegan{Step: old}},
		{71 * time.Second, deploy.StepWaits{Step: old, For: "2 tasks are still stopping"}},
		{73 * time.Second, deploy.StepWaits{Step: old, For: "2 tasks are still stopping"}},
		{75 * time.Second, deploy.StepFailed{Step: old, Err: errors.New("security group orders-old: still used")}},
	}
}

func compare(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
