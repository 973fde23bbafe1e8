package cloud_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"photon/internal/resource"
)

func TestLooksAtTheSameTimeShareCalls(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		w.transport.latency = time.Second
		look := func() {
			if _, err := w.account.Live(w.Context(), owner, resource.Set{}); err != nil {
				t.Error(err)
			}
		}
		alone := w.transport.during(look)
		side := w.transport.during(func() {
			var looks sync.WaitGroup
			for range 5 {
				looks.Go(look)
			}
			looks.Wait()
		})
		// Names that one call asks about may come in another order.
		if len(side) > len(alone)*3/2 {
			t.Errorf("five looks take %d calls, one takes %d", len(side), len(alone))
		}
	})
}

func TestALookGoesOnWhenTheOneThatItSharesACallWithIsGivenUp(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		w.transport.latency = time.Second
		given, giveUp := context.WithCancel(w.Context())
		var looks sync.WaitGroup
		looks.Go(func() {
			if _, err := w.account.Live(given, owner, resource.Set{}); err == nil {
				t.Error("the look that was given up has an answer")
			}
		})
		time.Sleep(100 * time.Millisecond)
		looks.Go(func() {
			if _, err := w.account.Live(w.Context(), owner, resource.Set{}); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(100 * time.Millisecond)
		giveUp()
		looks.Wait()
	})
}
