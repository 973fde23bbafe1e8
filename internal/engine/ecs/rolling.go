package ecs

import "slices"

// rolling replaces the tasks of older revisions by tasks of the goal within
// the service's bounds: never fewer healthy tasks than the minimum, never more
// tasks than the maximum.
func rolling(v view) []move {
	moves := replace(v)
	if len(moves) == 0 && v.settled() {
		moves = append(moves, move{do: complete})
	}
	return moves
}

// replace starts what is missing and stops what is too much, sick or old.
func replace(v view) []move {
	sick := v.live(func(t taskView) bool { return t.revision == v.goal && t.health == unhealthy })
	good := v.live(func(t taskView) bool { return t.revision == v.goal && t.health != unhealthy })
	missing := v.missing(good)
	moves := v.stopSick(sick, good)
	if missing > 0 {
		moves = append(moves, move{do: start, revision: v.goal, count: missing})
	}
	if old := v.spare(good, missing); len(old) > 0 {
		moves = append(moves, move{do: stop, tasks: old, reason: scaling(v.goal)})
	}
	return moves
}

// missing is how many tasks of the goal may be started now.
func (v view) missing(good []taskView) int {
	if v.stalled || v.now.Before(v.startAfter) {
		return 0
	}
	all := v.live(func(taskView) bool { return true })
	return max(0, min(v.desired-len(good), v.maximum-len(all)))
}

// stopSick stops unhealthy tasks of the goal. One that was never healthy has
// failed to start and goes at once; one that was is replaced first where there
// is room for it.
func (v view) stopSick(sick, good []taskView) []move {
	all := len(v.live(func(taskView) bool { return true }))
	replaced := countHealthy(good) >= v.desired
	var moves []move
	for _, t := range sick {
		if t.proven && !replaced && all < v.maximum {
			continue
		}
		moves = append(moves, move{do: stop, tasks: []string{t.id}, reason: t.reason, event: t.event, failed: true})
		all--
	}
	return moves
}

// spare are tasks that are not wanted any more: of older revisions as far as
// the minimum allows, and of the goal beyond the desired count.
func (v view) spare(good []taskView, missing int) []string {
	if extra := len(good) - v.desired; extra > 0 {
		return ids(leastUseful(good, extra))
	}
	if v.stalled {
		return nil
	}
	old := v.live(func(t taskView) bool { return t.revision != v.goal && !t.protected })
	floor := v.desired
	if v.desired-len(good) > missing && !v.now.Before(v.startAfter) {
		floor = v.minimum // there is no room to start: room must be made
	}
	slices.SortStableFunc(old, func(a, b taskView) int { return worth(a) - worth(b) })
	may := v.serving() - floor
	var spare []string
	for _, t := range old {
		if worth(t) == useless {
			spare = append(spare, t.id)
		} else if may > 0 {
			spare = append(spare, t.id)
			may--
		}
	}
	return spare
}

// serving counts the tasks that may be answering: the healthy ones and those
// of older revisions that run without a verdict yet.
func (v view) serving() int {
	return len(v.live(func(t taskView) bool {
		return t.health == healthy || t.revision != v.goal && worth(t) > useless
	}))
}

// What a task of an older revision is worth: one that does not run, or is
// unhealthy, can be stopped at any time.
const (
	useless = iota
	unsure
	useful
)

func worth(t taskView) int {
	switch {
	case t.phase == pending || t.health == unhealthy:
		return useless
	case t.health == waiting:
		return unsure
	}
	return useful
}

// leastUseful are n tasks to scale in: those that are not healthy first, then
// the youngest, and never a protected one.
func leastUseful(tasks []taskView, n int) []taskView {
	tasks = slices.DeleteFunc(slices.Clone(tasks), func(t taskView) bool { return t.protected })
	slices.SortStableFunc(tasks, func(a, b taskView) int {
		switch {
		case a.health != healthy && b.health == healthy:
			return -1
		case a.health == healthy && b.health != healthy:
			return 1
		}
		return b.created.Compare(a.created)
	})
	return tasks[:min(n, len(tasks))]
}

func countHealthy(tasks []taskView) int {
	n := 0
	for _, t := range tasks {
		if t.health == healthy {
			n++
		}
	}
	return n
}
