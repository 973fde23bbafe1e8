package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// controller decides the next moves of a deployment under way. It is a pure
// function: it looks at nothing but the view.
type controller func(view) []move

// controllers are the strategies that the engine runs.
var controllers = map[types.DeploymentStrategy]controller{
	types.DeploymentStrategyRolling: rolling,
}

// next decides what to do about a service. No moves means: wait.
func next(v view) []move {
	d := v.deployment
	switch {
	case v.draining:
		return drain(v)
	case d == nil:
		return keep(v)
	case d.status == types.ServiceDeploymentStatusPending:
		return []move{{do: begin}}
	}
	if m, broken := judge(*d); broken {
		return []move{m}
	}
	return controllers[d.strategy](v)
}

// drain stops every task of a service that is being deleted.
func drain(v view) []move {
	var all []string
	left := false
	for _, t := range v.tasks {
		if t.phase < leaving {
			all = append(all, t.id)
		}
		left = left || t.phase != gone
	}
	if len(all) > 0 {
		return []move{{do: stop, tasks: all, reason: scaling(v.goal)}}
	}
	if left {
		return nil
	}
	return []move{{do: finish}}
}

// keep holds a service at its desired count when no deployment is under way.
func keep(v view) []move {
	moves := replace(v)
	if len(moves) == 0 && !v.steady && v.settled() {
		return []move{{do: settle}}
	}
	return moves
}

// settled tells whether the goal runs as desired, and nothing else does.
func (v view) settled() bool {
	count := 0
	for _, t := range v.tasks {
		switch {
		case t.phase == gone:
		case t.revision != v.goal || t.phase == leaving || t.health != healthy:
			return false
		default:
			count++
		}
	}
	return count == v.desired && !v.stalled
}

// scaling is the reason of a task that the scheduler stops.
func scaling(revision string) string {
	return "Scaling activity initiated by (deployment ecs-svc/" + revision + ")"
}

// live are the tasks that are not told to stop and that fit.
func (v view) live(fits func(taskView) bool) []taskView {
	return slices.DeleteFunc(slices.Clone(v.tasks), func(t taskView) bool { return t.phase >= leaving || !fits(t) })
}

func ids(tasks []taskView) []string {
	var ids []string
	for _, t := range tasks {
		ids = append(ids, t.id)
	}
	return ids
}
