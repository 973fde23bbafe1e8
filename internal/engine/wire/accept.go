package wire

import (
	"context"
	"reflect"
	"slices"
)

// Accept returns handle behind a check that only the named input fields are
// set: a parameter that the engine would ignore is refused with
// UnsupportedOperation, so that nobody believes it took effect. A pointer to
// false counts as not set.
func Accept[I, O any](handle func(context.Context, *I) (*O, error), fields ...string) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		for name, value := range reflect.ValueOf(in).Elem().Fields() {
			if !name.IsExported() || !given(value) || slices.Contains(fields, name.Name) {
				continue
			}
			return nil, Fault("UnsupportedOperation", "%s: the engine does not have the parameter %s.", From(ctx).Operation, name.Name)
		}
		return handle(ctx, in)
	}
}

func given(value reflect.Value) bool {
	if value.IsZero() {
		return false
	}
	return value.Kind() != reflect.Pointer || value.Elem().Kind() != reflect.Bool || value.Elem().Bool()
}
