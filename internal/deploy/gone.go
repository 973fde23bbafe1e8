package deploy

import (
	"context"
	"time"
)

// forgetting is how long AWS may go on showing what was deleted.
const forgetting = 30 * time.Second

// Gone looks at what is left after deletions, again and again while AWS may
// only be showing what it has yet to forget, and returns the last sight.
func Gone(ctx context.Context, look func(context.Context) ([]string, error)) ([]string, error) {
	deadline := time.Now().Add(forgetting)
	for try := 0; ; try++ {
		left, err := look(ctx)
		wait := pause(try)
		if err != nil || len(left) == 0 || time.Now().Add(wait).After(deadline) {
			return left, err
		}
		if err := sleep(ctx, wait); err != nil {
			return left, err
		}
	}
}
