package cloud_test

import (
	"context"
	"fmt"
	"slices"
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

func TestACrowdOfLooksListsLoadBalancersTogether(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		w.transport.latency = time.Second
		calls := w.transport.during(func() {
			var looks sync.WaitGroup
			for i := range 50 {
				looks.Go(func() { w.lookFor(fmt.Sprintf("orders-%d", i), 0) })
			}
			looks.Go(func() { w.lookFor("orders", 1) })
			looks.Wait()
		})
		asked := len(slices.DeleteFunc(calls, func(operation string) bool { return operation != "DescribeLoadBalancers" }))
		if asked > 10 {
			t.Errorf("%d calls of DescribeLoadBalancers", asked)
		}
	})
}

// lookFor looks for a service, which must have as many load balancers.
func (w *world) lookFor(name string, balancers int) {
	wanted := orders(nil)
	wanted.Name = name
	facts, err := w.account.Survey(w.Context(), wanted)
	if err != nil {
		w.Error(err)
		return
	}
	want, err := resource.Desired(wanted, facts, resource.Release{})
	if err != nil {
		w.Error(err)
		return
	}
	live, err := w.account.Live(w.Context(), wanted.Owner(), want)
	if err != nil {
		w.Error(err)
	}
	if found := len(live.Set.Of(resource.KindLoadBalancer)); found != balancers {
		w.Errorf("%s: %d load balancers, want %d", name, found, balancers)
	}
}
