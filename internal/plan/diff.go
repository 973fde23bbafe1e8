package plan

import (
	"fmt"
	"slices"

	"photon/internal/resource"
)

// Input is what a plan is made from.
type Input struct {
	Owner string
	Want  resource.Set // empty: the service is to be terminated
	Have  resource.Set
	// Last is what the last release wanted; nil when it is not known. A
	// change that the file did not make since then is drift.
	Last resource.Set
	// Others are the environment's other services: what they share stays.
	Others []string
}

// TakenError says that names which the plan needs belong to somebody else.
type TakenError struct {
	Resources []resource.Resource // live, by key
}

func (e *TakenError) Error() string {
	first := e.Resources[0]
	text := fmt.Sprintf("%s %s: exists and is not Photon's", first.Key.Kind.Title(), first.Key.Name)
	if first.Owner != "" {
		text = fmt.Sprintf("%s %s: belongs to %s", first.Key.Kind.Title(), first.Key.Name, first.Owner)
	}
	if more := len(e.Resources) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

// Hints are lines that help.
func (e *TakenError) Hints() []string {
	return []string{`choose another "name", or make a copy of it with --instance`}
}

// Diff plans the way from what exists to what should. The error is a
// *TakenError. The plan is the same for the same input.
func Diff(in Input) (*Plan, error) {
	if err := checkOwners(in); err != nil {
		return nil, err
	}
	d := differ{Input: in, plan: &Plan{Owner: in.Owner, Ending: len(in.Want) == 0}, step: map[resource.Key]int{}}
	for _, want := range ordered(in.Want) {
		d.apply(want)
	}
	d.remove()
	for i := range d.plan.Steps {
		d.order(i)
	}
	return d.plan, nil
}

func checkOwners(in Input) error {
	var taken []resource.Resource
	for _, want := range in.Want.Sorted() {
		// A part is as much ours as what it is a part of.
		if have, ok := in.Have[want.Key]; ok && want.Parent == (resource.Key{}) && have.Owner != want.Owner {
			taken = append(taken, have)
		}
	}
	if len(taken) == 0 {
		return nil
	}
	return &TakenError{Resources: taken}
}

// differ builds one plan; step holds the index of each key's step.
type differ struct {
	Input
	plan *Plan
	step map[resource.Key]int
}

func (d *differ) add(s Step) {
	d.step[s.Key()] = len(d.plan.Steps)
	d.plan.Steps = append(d.plan.Steps, s)
}

// apply adds the step that makes want exist, if one is needed.
func (d *differ) apply(want resource.Resource) {
	stage := Prepare
	if want.Key.Kind == resource.KindService {
		stage = Shift
	}
	have, exists := d.Have[want.Key]
	if !exists {
		d.add(Step{Action: Create, Stage: stage, Want: want, Causes: d.whyMissing(want)})
		return
	}
	causes := append(d.whyDifferent(want, have), d.whyFollows(want)...)
	if have.Failed != "" {
		causes = append(causes, Cause{Why: Retry, From: have.Failed})
	}
	if len(causes) == 0 {
		d.plan.Unchanged++
		return
	}
	d.add(Step{Action: Update, Stage: stage, Want: want, Have: have, Causes: causes})
}

func (d *differ) whyMissing(want resource.Resource) []Cause {
	if _, was := d.Last[want.Key]; was {
		return []Cause{{Why: Drift}}
	}
	return []Cause{{Why: New}}
}

func (d *differ) whyDifferent(want, have resource.Resource) []Cause {
	last, known := d.Last[want.Key]
	var lastFields resource.Document
	if known {
		lastFields = last.Fields()
	}
	var causes []Cause
	for _, difference := range resource.Compare(want.Fields(), have.Fields(), lastFields) {
		if made, ok := d.madeAgain(difference.Want); ok {
			causes = append(causes, Cause{Why: Follows, To: made.Kind.Title()})
			continue
		}
		why := File
		if known && same(difference.Want, difference.Last) {
			why = Drift
		}
		causes = append(causes, Cause{
			Why: why, Path: difference.Path, From: show(difference.Have), To: show(difference.Want),
		})
	}
	return causes
}

// madeAgain reports whether a value refers to what this plan creates: its id
// changes, though nobody asked for another one.
func (d *differ) madeAgain(value any) (resource.Key, bool) {
	text, _ := value.(string)
	key, isRef := resource.ParseRef(text)
	index, changes := d.step[key]
	return key, isRef && changes && d.plan.Steps[index].Action == Create
}

// whyFollows names the task definition that a service will run: registering
// one makes a new revision, so the reference changes though its text does not.
func (d *differ) whyFollows(want resource.Resource) []Cause {
	var causes []Cause
	for _, key := range want.Refs() {
		if _, changes := d.step[key]; changes && key.Kind == resource.KindTaskDefinition {
			causes = append(causes, Cause{Why: Follows, To: key.Kind.Title()})
		}
	}
	return causes
}

// remove adds the steps that delete what is ours and not wanted.
func (d *differ) remove() {
	for _, have := range slices.Backward(ordered(d.Have)) {
		if !d.unwanted(have) {
			continue
		}
		parent, ok := d.Have[have.Parent]
		if ok && d.unwanted(parent) && have.Key.Kind.GoesWithParent() {
			continue
		}
		why := Leftover
		if len(d.Want) == 0 {
			why = Ended
		}
		d.add(Step{
			Action: Delete, Stage: Clean, Want: resource.Resource{Key: have.Key}, Have: have,
			Causes: []Cause{{Why: why}},
		})
	}
}

// unwanted reports whether r is to be deleted. What is shared stays until the
// last service of the environment is terminated; a part never outlives what
// it is a part of, whoever added it.
func (d *differ) unwanted(r resource.Resource) bool {
	if _, wanted := d.Want[r.Key]; wanted {
		return false
	}
	if parent, ok := d.Have[r.Parent]; ok && d.unwanted(parent) {
		return true
	}
	if r.Shared() {
		return len(d.Want) == 0 && len(d.Others) == 0
	}
	return r.Owner == d.Owner
}

// ordered lists a set so that what is referred to comes before what refers
// to it.
func ordered(set resource.Set) []resource.Resource {
	var list []resource.Resource
	seen := map[resource.Key]bool{}
	var visit func(resource.Resource)
	visit = func(r resource.Resource) {
		if seen[r.Key] {
			return
		}
		seen[r.Key] = true
		for _, key := range r.Refs() {
			if target, ok := set[key]; ok {
				visit(target)
			}
		}
		list = append(list, r)
	}
	for _, r := range set.Sorted() {
		visit(r)
	}
	return list
}
