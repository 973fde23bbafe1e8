package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/sync/singleflight"
)

// together makes one call of calls that ask the same at the same time: services
// that are planned side by side have a cluster, roles and subnets in common.
// It is for looks alone; who reads what was just written asks for himself.
type together struct{ flights singleflight.Group }

type togetherKey struct{}

// lookTogether marks the calls of a look at what exists.
func lookTogether(ctx context.Context) context.Context {
	return context.WithValue(ctx, togetherKey{}, true)
}

// crowd is how many looks at once are better served by one list of everything,
// which they share, than by asking about names each: AWS counts the calls.
const crowd = 8

func (a *Account) crowded() bool { return a.looking.Load() >= crowd }

// options put the sharing before the retries, so that they are shared as well.
func (t *together) options() []func(*middleware.Stack) error {
	join := middleware.InitializeMiddlewareFunc("PhotonTogether", t.call)
	return []func(*middleware.Stack) error{func(s *middleware.Stack) error {
		return s.Initialize.Add(join, middleware.After)
	}}
}

// answer is what a call came back with.
type answer struct {
	out      middleware.InitializeOutput
	metadata middleware.Metadata
}

func (t *together) call(
	ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
) (middleware.InitializeOutput, middleware.Metadata, error) {
	question, err := json.Marshal(in.Parameters)
	if err != nil || ctx.Value(togetherKey{}) == nil {
		return next.HandleInitialize(ctx, in)
	}
	where := awsmiddleware.GetServiceID(ctx) + "/" + awsmiddleware.GetRegion(ctx) + "/" + awsmiddleware.GetOperationName(ctx)
	shared, err, _ := t.flights.Do(where+" "+string(question), func() (any, error) {
		out, metadata, err := next.HandleInitialize(ctx, in)
		return answer{out, metadata}, err
	})
	if errors.Is(err, context.Canceled) && ctx.Err() == nil {
		return next.HandleInitialize(ctx, in) // the one who asked for all has given up
	}
	got := shared.(answer)
	got.out.Result = copyOf(got.out.Result)
	return got.out, got.metadata, err
}

// copyOf copies an output, because the SDK writes to it once more.
func copyOf(output any) any {
	original := reflect.ValueOf(output)
	if original.Kind() != reflect.Pointer || original.IsNil() {
		return output
	}
	copied := reflect.New(original.Elem().Type())
	copied.Elem().Set(original.Elem())
	return copied.Interface()
}
