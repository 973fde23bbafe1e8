package deploy

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"photon/internal/plan"
	"photon/internal/resource"
)

func TestStepIsRetriedWhileItsRefusalIsTemporary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account, events := newScript(), &record{began: time.Now()}
		held := refusal("orders", "still used by a network interface")
		account.refuse["orders"] = []error{held, held, held, held}
		p := planOf(step(plan.Clean, plan.Delete, resource.KindSecurityGroup, "orders"))
		outcome, err := Run(t.Context(), account, p, Options{Tell: events.tell})
		if err != nil || outcome.End != Done {
			t.Fatalf("%s, %v", outcome.End, err)
		}
		compare(t, "events", strings.Join(events.lines, "\n"), strings.Join([]string{
			"0s security-group/orders again in 1s: security group orders: still used by a network interface",
			"1s security-group/orders again in 2s: security group orders: still used by a network interface",
			"3s security-group/orders again in 4s: security group orders: still used by a network interface",
			"7s security-group/orders again in 5s: security group orders: still used by a network interface",
		}, "\n"))
	})
}

// What is still being made may take longer than a refusal is borne.
func TestStepWaitsForWhatIsStillBeingMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		making := refusal("orders", "load balancer orders is being provisioned")
		making.Waiting = true
		account.refuse["orders"] = slices.Repeat([]error{making}, 100)
		events := &record{began: time.Now()}
		p := planOf(step(plan.Prepare, plan.Create, resource.KindSecurityGroup, "orders"))
		outcome, err := Run(t.Context(), account, p, Options{Tell: events.tell})
		if err != nil || outcome.End != Done || outcome.Took < 2*changePatience {
			t.Errorf("%s after %v, %v", outcome.End, outcome.Took, err)
		}
		compare(t, "first event", events.lines[0], "0s security-group/orders waits: load balancer orders is being provisioned")
	})
}

func TestStepIsGivenUpAtItsDeadline(t *testing.T) {
	tests := []struct {
		action plan.Action
		within time.Duration
	}{
		{plan.Create, changePatience},
		{plan.Update, changePatience},
		{plan.Delete, deletePatience},
	}
	for _, test := range tests {
		t.Run(string(test.action), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				account := newScript()
				account.refuse["orders"] = slices.Repeat([]error{refusal("orders", "still used")}, 1000)
				p := planOf(step(plan.Prepare, test.action, resource.KindSecurityGroup, "orders"))
				outcome, err := Run(t.Context(), account, p, Options{})
				if err == nil || err.Error() != "security group orders: still used" {
					t.Errorf("error %v", err)
				}
				if outcome.Took > test.within || outcome.Took < test.within-5*time.Second {
					t.Errorf("took %v", outcome.Took)
				}
			})
		})
	}
}

func TestStepIsNotRetriedForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.refuse["orders"] = []error{errBroken}
		p := planOf(step(plan.Prepare, plan.Create, resource.KindSecurityGroup, "orders"))
		_, err := Run(t.Context(), account, p, Options{})
		if !errors.Is(err, errBroken) || len(account.log) != 1 {
			t.Errorf("%v after\n%s", err, account.calls())
		}
	})
}

func TestStepHoldsBackOthersUntilItHasSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account, events := newScript(), &record{began: time.Now()}
		account.settles["orders_web"] = 6 * time.Second
		p := planOf(
			step(plan.Clean, plan.Delete, resource.KindService, "orders_web"),
			step(plan.Clean, plan.Delete, resource.KindCluster, "photon-beta", 0),
		)
		if _, err := Run(t.Context(), account, p, Options{Tell: events.tell}); err != nil {
			t.Fatal(err)
		}
		compare(t, "calls", account.calls(), "0s - orders_web\n7s - photon-beta")
		compare(t, "events", strings.Join(events.lines, "\n"), strings.Join([]string{
			"0s service/orders_web waits: 2 tasks are still stopping",
			"1s service/orders_web waits: 2 tasks are still stopping",
			"3s service/orders_web waits: 2 tasks are still stopping",
		}, "\n"))
	})
}

// A file may ask for an hour in which requests finish.
func TestStepSettlesWithTheLongestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.settles["orders_web"] = time.Hour + 2*time.Minute
		p := planOf(step(plan.Clean, plan.Delete, resource.KindService, "orders_web"))
		if outcome, err := Run(t.Context(), account, p, Options{}); err != nil || outcome.End != Done {
			t.Errorf("%s, %v", outcome.End, err)
		}
	})
}

func TestStepThatNeverSettlesSaysWhatIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.settles["orders_web"] = 2 * time.Hour
		p := planOf(step(plan.Clean, plan.Delete, resource.KindService, "orders_web"))
		_, err := Run(t.Context(), account, p, Options{})
		if err == nil || err.Error() != "service orders_web: 2 tasks are still stopping for too long" {
			t.Errorf("error %v", err)
		}
	})
}

func TestStepSettlesThroughLooksThatGoWrong(t *testing.T) {
	tests := []struct {
		name  string
		blind time.Duration
		want  string
	}{
		{"for a while", 30 * time.Second, ""},
		{"for too long", time.Hour, "connection refused"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				account := newScript()
				account.blind["orders_web"] = errBroken
				time.AfterFunc(test.blind, func() {
					account.mu.Lock()
					defer account.mu.Unlock()
					delete(account.blind, "orders_web")
				})
				p := planOf(step(plan.Clean, plan.Delete, resource.KindService, "orders_web"))
				outcome, err := Run(t.Context(), account, p, Options{})
				got := ""
				if err != nil {
					got = err.Error()
				}
				compare(t, "error", got, test.want)
				if outcome.Took > blindness+10*time.Second {
					t.Errorf("took %v", outcome.Took)
				}
			})
		})
	}
}
