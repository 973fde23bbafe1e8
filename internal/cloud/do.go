package cloud

import (
	"context"
	"fmt"

	"photon/internal/plan"
	"photon/internal/resource"
)

// Do carries out one step. It is safe to repeat: what exists already and is
// ours is adopted, what is gone already is deleted. Errors are *StepError.
func (a *Account) Do(ctx context.Context, step plan.Step) error {
	if err := a.do(ctx, step); err != nil {
		return explainStep(err, step.Key())
	}
	return nil
}

func (a *Account) do(ctx context.Context, step plan.Step) error {
	key := step.Key()
	k, ok := kinds[key.Kind]
	if !ok {
		return fmt.Errorf("there is no kind %q", key.Kind)
	}
	have := a.known(step.Have)
	if step.Action == plan.Delete {
		if err := k.remove(ctx, a, have); err != nil {
			return err
		}
		a.ids.set(key, "")
		return nil
	}
	want := step.Want
	var err error
	if want.Attributes, err = a.ids.resolve(want.Attributes); err != nil {
		return err
	}
	if step.Action == plan.Create {
		id, err := k.create(ctx, a, want)
		if err == nil {
			a.ids.set(key, id)
		}
		return err
	}
	if k.update == nil {
		return cannotChange(want, "it")
	}
	return k.update(ctx, a, want, have)
}

// known is a live resource with ids in place of the refs that have one. The
// others refer to what is deleted: they stay as they are and equal nothing.
func (a *Account) known(have resource.Resource) resource.Resource {
	have.Attributes = rewrite(have.Attributes, func(text string) string {
		key, ok := resource.ParseRef(text)
		if !ok {
			return text
		}
		if id, ok := a.ids.id(key); ok {
			return id
		}
		return text
	})
	return have
}
