package ecs

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// view is one look at a service: all that its next moves are decided on.
type view struct {
	now      time.Time
	draining bool // the service is being deleted
	desired  int
	minimum  int // tasks that must stay healthy
	maximum  int // tasks that may be wanted at a time
	goal     string
	tasks    []taskView
	// deployment is the one under way; nil when there is none.
	deployment *deploymentView
	stalled    bool      // the goal's rollout failed: no task is started
	startAfter time.Time // no task is started before
	steady     bool      // the steady state has been announced
}

// deploymentView is a deployment as far as its controller needs it.
type deploymentView struct {
	strategy  types.DeploymentStrategy
	status    types.ServiceDeploymentStatus
	candidate string // revision to roll back to; empty when there is none
	breaker   bool   // the circuit breaker is on
	rollback  bool   // and rolls back
	failures  int
	threshold int
}

// taskView is one task that has not STOPPED.
type taskView struct {
	id, revision string
	phase        phase
	health       health
	reason       string // why it is unhealthy
	event        string // and what the service says about it
	proven       bool   // it has been healthy once
	protected    bool   // from scaling in
	created      time.Time
}

// phase is where a task is in its life.
type phase int

const (
	pending phase = iota // on the way to RUNNING
	running
	leaving // told to stop: its targets are draining
	gone    // told to stop: its containers are stopping
)

// health is what the health checks of a task say.
type health int

const (
	waiting health = iota // no verdict yet
	healthy
	unhealthy
)

// move is one thing to do about a service.
type move struct {
	do       doing
	revision string   // start, rollBack: which
	count    int      // start: how many
	tasks    []string // stop: which
	reason   string
	event    string // stop: told before
	failed   bool   // stop: the tasks count as failed
}

type doing string

const (
	start    doing = "start"    // start tasks of a revision
	stop     doing = "stop"     // stop tasks
	begin    doing = "begin"    // the deployment begins
	complete doing = "complete" // the deployment has succeeded: the state is steady
	fail     doing = "fail"     // the deployment has failed for good
	rollBack doing = "rollBack" // the deployment turns back
	settle   doing = "settle"   // announce the steady state
	finish   doing = "finish"   // the service is INACTIVE
)
