// Package plan compares what should exist with what does and says what to do
// about it, in which order and why. It is pure: it asks nothing and changes
// nothing.
package plan

import "photon/internal/resource"

// Action is what a step does to a resource.
type Action string

// The actions, by the sign that a plan shows for them.
const (
	Create Action = "+"
	Update Action = "~"
	Delete Action = "-"
)

// Stage says when a step runs. All steps of a stage end before the next
// stage begins.
type Stage int

// The stages. Prepare adds things and changes nothing that users of the
// service can notice. Shift hands over to the new version; it is watched.
// Clean deletes what is no longer needed, after the new version took over.
const (
	Prepare Stage = iota
	Shift
	Clean
)

// Why is the kind of reason behind a change.
type Why string

// The reasons.
const (
	New      Why = "new"      // it does not exist yet
	File     Why = "file"     // the file says something else than at the last release
	Drift    Why = "drift"    // it was changed outside Photon
	Follows  Why = "follows"  // something that it refers to changes
	Retry    Why = "retry"    // its last rollout failed
	Leftover Why = "leftover" // the file no longer asks for it
	Ended    Why = "ended"    // the service is being terminated
)

// Cause says why a resource changes: one differing field, or a reason that
// concerns the whole resource (Path is empty then).
type Cause struct {
	Why      Why
	Path     string // "containerDefinitions.web.image"
	From, To string // as shown to a person; empty means absent
}

// Step is one change of one resource, safe to repeat.
type Step struct {
	Action Action
	Stage  Stage
	// Want is the resource as it should become; on Delete its key alone.
	Want resource.Resource
	// Have is the live resource; zero on Create.
	Have   resource.Resource
	Causes []Cause
	// After lists the steps (indexes into Plan.Steps) that end before this
	// one begins.
	After []int
}

// Key names the resource that the step changes.
func (s Step) Key() resource.Key { return s.Want.Key }

// Plan is an ordered list of steps; running it again when it has been carried
// out would be an empty plan.
type Plan struct {
	Owner     string
	Steps     []Step
	Unchanged int  // resources that are as they should be
	Ending    bool // nothing is wanted: the service is being terminated
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 }
