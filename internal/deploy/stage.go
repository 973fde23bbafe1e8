package deploy

import (
	"context"
	"slices"

	"photon/internal/plan"
)

// parallel is how many steps are under way at once. The rates that AWS allows
// are kept further below, by the account.
const parallel = 16

// stage carries out the steps of one stage as their dependencies allow. After
// a failure the running steps come to their end and no more are begun. The
// stage is complete when all of its steps are done; done hears of each.
func (r *run) stage(ctx context.Context, stage plan.Stage, done func(plan.Step)) (complete bool, err error) {
	type result struct {
		index int
		err   error
	}
	queue, results := newQueue(r.plan.Steps, stage), make(chan result)
	var failures []error
	for running := 0; ; running-- {
		for running < parallel && len(failures) == 0 && ctx.Err() == nil {
			index, found := queue.next()
			if !found {
				break
			}
			running++
			go func() { results <- result{index, r.step(ctx, r.plan.Steps[index])} }()
		}
		if running == 0 {
			break
		}
		ended := <-results
		switch {
		case ended.err == nil:
			queue.finish(ended.index)
			if done != nil {
				done(r.plan.Steps[ended.index])
			}
		case ctx.Err() == nil:
			failures = append(failures, ended.err)
		}
	}
	if len(failures) > 0 || queue.left() > 0 && ctx.Err() == nil {
		return false, &StepsError{Errors: failures, Left: queue.left() - len(failures)}
	}
	return queue.left() == 0, nil
}

// queue gives out the steps of a stage in an order that respects what each
// comes after. Steps of earlier stages are done.
type queue struct {
	ready    []int
	missing  map[int]int   // how many steps each one still waits for
	unlocks  map[int][]int // which ones wait for a step
	finished int
	size     int
}

func newQueue(steps []plan.Step, stage plan.Stage) *queue {
	q := &queue{missing: map[int]int{}, unlocks: map[int][]int{}}
	for i, step := range steps {
		if step.Stage != stage {
			continue
		}
		q.size++
		for _, before := range step.After {
			if steps[before].Stage == stage {
				q.missing[i]++
				q.unlocks[before] = append(q.unlocks[before], i)
			}
		}
		if q.missing[i] == 0 {
			q.ready = append(q.ready, i)
		}
	}
	return q
}

func (q *queue) next() (index int, found bool) {
	if len(q.ready) == 0 {
		return 0, false
	}
	index = q.ready[0]
	q.ready = slices.Delete(q.ready, 0, 1)
	return index, true
}

func (q *queue) finish(index int) {
	q.finished++
	for _, waiting := range q.unlocks[index] {
		if q.missing[waiting]--; q.missing[waiting] == 0 {
			q.ready = append(q.ready, waiting)
		}
	}
}

// left counts the steps that are not done.
func (q *queue) left() int { return q.size - q.finished }
