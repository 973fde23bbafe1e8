// Package rollout judges one look at a service deployment: what was seen goes
// in, what to do comes out. It is pure, keeps nothing between two looks and
// never trusts anything but the look itself.
package rollout

import "time"

// Observation is one look at one service deployment, with what explains it.
type Observation struct {
	Time       time.Time
	Workload   string // as in the file
	Service    string // name in ECS
	Deployment Deployment
	// Newer is the ARN of a deployment of the same service that was started
	// after this one; empty when there is none.
	Newer    string
	Failures []Failure // tasks of the new version that ended, most frequent first
	Targets  []Target  // of the new version, where the workload has a load balancer
	Events   []Event   // of the service since the deployment began, oldest first
}

// Deployment is the service deployment itself, in ECS's words; statuses and
// stages are open sets, because ECS adds to them.
type Deployment struct {
	ARN          string
	Status       string // "PENDING", "IN_PROGRESS", "SUCCESSFUL", …
	StatusReason string
	Stage        string
	Started      time.Time
	Revision     string // ARN of the target service revision
	New, Old     Tasks
	Breaker      Breaker
	Rollback     Rollback
	First        bool // there is no earlier version to go back to
}

// Tasks counts the tasks of a version.
type Tasks struct {
	Requested, Running, Pending int
}

// Breaker is the deployment circuit breaker.
type Breaker struct {
	Status              string // "MONITORING", "TRIGGERED", …
	Failures, Threshold int
}

// Rollback tells of the way back, if it was taken.
type Rollback struct {
	Reason   string
	Revision string // ARN of the revision that is gone back to
}

// Failure is a way in which tasks of the new version ended.
type Failure struct {
	Count     int
	StopCode  string // "TaskFailedToStart", "EssentialContainerExited", …
	Reason    string // the task's stoppedReason
	Container string // the container that explains it; empty when none does
	Detail    string // the container's own reason
	ExitCode  *int
	Task      string   // id of one such task, the latest
	Log       []string // its last lines
}

// Target is a task as the load balancer sees it.
type Target struct {
	Address, State, Reason, Description string
}

// Event is a service event in ECS's words.
type Event struct {
	ID      string
	Time    time.Time
	Message string
}
