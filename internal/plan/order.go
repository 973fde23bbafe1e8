package plan

import (
	"slices"

	"photon/internal/resource"
)

// order fills in which steps end before step i begins.
func (d *differ) order(i int) {
	step := &d.plan.Steps[i]
	if step.Action != Delete {
		step.After = d.before(step.Want.Refs(), i)
		return
	}
	step.After = merge(d.users(i), d.usersOfParent(i))
	if step.Have.Shared() && step.Key().Kind != resource.KindCluster {
		// AWS refuses to delete a cluster that has services, so it is the
		// guard of everything else that services share.
		step.After = merge(step.After, d.indexes(resource.KindCluster))
	}
}

// before lists the steps of keys, except i itself and except deletions.
func (d *differ) before(keys []resource.Key, i int) []int {
	var after []int
	for _, key := range keys {
		if j, ok := d.step[key]; ok && j != i && d.plan.Steps[j].Action != Delete {
			after = append(after, j)
		}
	}
	slices.Sort(after)
	return after
}

// users lists the deletions of what refers to the resource that step i
// deletes, or to a part that goes with it.
func (d *differ) users(i int) []int {
	var after []int
	for _, have := range d.Have.Sorted() {
		j, ok := d.deletion(have)
		if !ok || j == i {
			continue
		}
		for _, key := range have.Refs() {
			target, exists := d.Have[key]
			if of, ok := d.deletion(target); exists && ok && of == i {
				after = merge(after, []int{j})
			}
		}
	}
	return after
}

// usersOfParent lists the deletions of what refers to the resource that step i
// deletes a part of: a role is of use to them only with its policies.
func (d *differ) usersOfParent(i int) []int {
	parent := d.plan.Steps[i].Have.Parent
	var after []int
	for _, have := range d.Have.Sorted() {
		j, ok := d.deletion(have)
		if ok && j != i && have.Parent != parent && slices.Contains(have.Refs(), parent) {
			after = merge(after, []int{j})
		}
	}
	return after
}

// deletion finds the step that deletes r: its own or that of what it goes
// with.
func (d *differ) deletion(r resource.Resource) (int, bool) {
	for {
		if i, ok := d.step[r.Key]; ok {
			return i, d.plan.Steps[i].Action == Delete
		}
		parent, ok := d.Have[r.Parent]
		if !ok || !r.Key.Kind.GoesWithParent() {
			return 0, false
		}
		r = parent
	}
}

func (d *differ) indexes(kind resource.Kind) []int {
	var found []int
	for i, step := range d.plan.Steps {
		if step.Action == Delete && step.Key().Kind == kind {
			found = append(found, i)
		}
	}
	return found
}

func merge(a, b []int) []int {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
