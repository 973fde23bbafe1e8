package deploy

import (
	"time"

	"photon/internal/plan"
	"photon/internal/rollout"
)

// Event is something that happened. Every picture of a run, on a terminal, in
// CI or in JSON, is drawn from events alone; no secret value is ever in one.
type Event interface{ event() }

type (
	// Began is the first event of Run.
	Began struct{ Plan *plan.Plan }

	// StepBegan tells that a step's call is about to be made.
	StepBegan struct{ Step plan.Step }

	// StepRetried tells that a step will be tried again, and why.
	StepRetried struct {
		Step plan.Step
		Why  string
		In   time.Duration
	}

	// StepWaits tells what has to come to an end first: before the step can
	// be tried, or, after it was done, before others may go on.
	StepWaits struct {
		Step plan.Step
		For  string
	}

	// StepEnded tells that a step is done and what depends on it may begin.
	StepEnded struct {
		Step plan.Step
		Took time.Duration
	}

	// StepFailed tells that a step was given up.
	StepFailed struct {
		Step plan.Step
		Err  error
	}

	// Looked tells of one look at a rollout.
	Looked struct {
		Observation rollout.Observation
		Move        rollout.Move
	}

	// Troubled explains what goes wrong in a rollout, once for each reason.
	Troubled struct {
		Workload    string
		Explanation rollout.Explanation
	}

	// Noted is something worth knowing about a workload (or about the whole
	// run, when Workload is empty), told once.
	Noted struct{ Workload, Text string }

	// Finished tells that a rollout has ended.
	Finished struct{ Workload Workload }
)

func (Began) event()       {}
func (StepBegan) event()   {}
func (StepRetried) event() {}
func (StepWaits) event()   {}
func (StepEnded) event()   {}
func (StepFailed) event()  {}
func (Looked) event()      {}
func (Troubled) event()    {}
func (Noted) event()       {}
func (Finished) event()    {}
