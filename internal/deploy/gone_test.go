package deploy

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// IAM and EC2 go on showing for a while what was deleted.
func TestWhatIsDeletedMayBeSeenForAWhile(t *testing.T) {
	for _, c := range []struct {
		name   string
		shown  time.Duration
		left   int
		within time.Duration
	}{
		{"not at all", 0, 0, 0},
		{"for ten seconds", 10 * time.Second, 0, 15 * time.Second},
		{"for ever", time.Hour, 1, forgetting},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				left, err := Gone(t.Context(), func(context.Context) ([]string, error) {
					if time.Since(began) < c.shown {
						return []string{"role orders"}, nil
					}
					return nil, nil
				})
				if err != nil || len(left) != c.left || time.Since(began) > c.within {
					t.Errorf("left %v after %v: %v", left, time.Since(began), err)
				}
			})
		})
	}
}

func TestALookThatFailsIsNotRepeated(t *testing.T) {
	looks := 0
	left, err := Gone(t.Context(), func(context.Context) ([]string, error) {
		looks++
		return []string{"role orders"}, errBroken
	})
	if err != errBroken || looks != 1 || !slices.Equal(left, []string{"role orders"}) {
		t.Errorf("%v, %v after %d looks", left, err, looks)
	}
}
