package deploy

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"photon/internal/cloud"
	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/rollout"
)

func TestRunPreparesShiftsAndCleansInThisOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.serve("web", status("IN_PROGRESS"), status("IN_PROGRESS"), status("SUCCESSFUL"))
		outcome, err := Run(t.Context(), account, small(), Options{
			Addresses: func(context.Context) ([]Address, error) { return []Address{{"web", "orders.example.com", 80}}, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "calls", account.calls(), strings.Join([]string{
			"0s + beta_orders_web", "0s ~ orders_web", "1s look at web", "3.25s look at web", "5.75s look at web", "5.75s - orders-old",
		}, "\n"))
		compare(t, "outcome", verdicts(outcome), "done: web succeeded")
		if outcome.Took != 5750*time.Millisecond || outcome.Addresses[0].URL() != "http://orders.example.com" {
			t.Errorf("took %v, addresses %v", outcome.Took, outcome.Addresses)
		}
	})
}

func TestRunCleansOnlyAfterSuccess(t *testing.T) {
	tests := []struct {
		end  string
		want string
	}{
		{"ROLLBACK_SUCCESSFUL", "rolled back: web rolled back"},
		{"ROLLBACK_FAILED", "failed: web failed"},
		{"STOPPED", "stopped: web stopped"},
	}
	for _, test := range tests {
		t.Run(test.end, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				account := newScript()
				account.serve("web", status(test.end))
				outcome, err := Run(t.Context(), account, small(), Options{})
				if err != nil {
					t.Fatal(err)
				}
				compare(t, "outcome", verdicts(outcome), test.want)
				if strings.Contains(account.calls(), "orders-old") {
					t.Errorf("cleaned:\n%s", account.calls())
				}
			})
		})
	}
}

func TestRunWatchesWorkloadsSideBySideAndReportsTheWorst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.serve("web", status("IN_PROGRESS"), status("SUCCESSFUL"))
		account.serve("admin", status("ROLLBACK_SUCCESSFUL"))
		newer := status("STOPPED")
		newer.Newer = "arn:newer"
		account.serve("jobs", status("IN_PROGRESS"), status("IN_PROGRESS"), newer)
		p := planOf(
			step(plan.Shift, plan.Update, resource.KindService, "orders_web"),
			step(plan.Shift, plan.Update, resource.KindService, "orders_admin"),
			step(plan.Shift, plan.Update, resource.KindService, "orders_jobs"),
		)
		outcome, err := Run(t.Context(), account, p, Options{})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "outcome", verdicts(outcome), "rolled back: admin rolled back, jobs superseded, web succeeded")
		if outcome.Took != 5750*time.Millisecond {
			t.Errorf("took %v", outcome.Took)
		}
	})
}

func TestRunStartsStepsAsTheirDependenciesAllow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.takes = time.Second
		p := planOf(
			step(plan.Prepare, plan.Create, resource.KindSecurityGroup, "group"),
			step(plan.Prepare, plan.Create, resource.KindLoadBalancer, "balancer", 0),
			step(plan.Prepare, plan.Create, resource.KindTargetGroup, "targets"),
			step(plan.Prepare, plan.Create, resource.KindListener, "listener", 1, 2),
		)
		if _, err := Run(t.Context(), account, p, Options{}); err != nil {
			t.Fatal(err)
		}
		first := strings.Join(account.log[:2], "\n")
		if !strings.Contains(first, "0s + group") || !strings.Contains(first, "0s + targets") {
			t.Errorf("the first two are\n%s", first)
		}
		compare(t, "the others", strings.Join(account.log[2:], "\n"), "1s + balancer\n2s + listener")
	})
}

func TestRunKeepsABoundOnWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.takes = time.Second
		p := planOf()
		for range 3 * parallel {
			p.Steps = append(p.Steps, step(plan.Prepare, plan.Create, resource.KindLogGroup, "group"))
		}
		outcome, err := Run(t.Context(), account, p, Options{})
		if err != nil || account.most != parallel || outcome.Took != 3*time.Second {
			t.Errorf("%d at once, took %v, %v", account.most, outcome.Took, err)
		}
	})
}

func TestRunStartsNothingNewAfterAFailureButLetsTheOthersEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		refused := &cloud.StepError{Step: resource.Key{Kind: resource.KindRole, Name: "role"}, Code: "AccessDenied", Message: "permission denied", Hint: "ask for it"}
		account.refuse["role"] = []error{refused}
		account.before = func(name string, ctx context.Context) {
			if name == "slow" {
				sleep(ctx, 9*time.Second)
			}
		}
		p := planOf(
			step(plan.Prepare, plan.Create, resource.KindRole, "role"),
			step(plan.Prepare, plan.Create, resource.KindLogGroup, "slow"),
			step(plan.Prepare, plan.Create, resource.KindLogRetention, "after-slow", 1),
			step(plan.Shift, plan.Create, resource.KindService, "orders_web", 0),
		)
		outcome, err := Run(t.Context(), account, p, Options{})
		var failed *StepsError
		if !errors.As(err, &failed) || failed.Left != 1 || !errors.Is(err, error(refused)) {
			t.Fatalf("error %#v", err)
		}
		compare(t, "error", err.Error(), "role role: permission denied")
		compare(t, "hints", strings.Join(failed.Hints(), "\n"), "ask for it")
		if outcome.End != Failed || outcome.Took != 9*time.Second || len(account.log) != 2 {
			t.Errorf("%s after %v:\n%s", outcome.End, outcome.Took, account.calls())
		}
	})
}

func TestRunWatchesWhatItSetOffEvenWhenAnotherServiceFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.serve("web", status("IN_PROGRESS"), status("SUCCESSFUL"))
		account.refuse["orders_jobs"] = []error{&cloud.StepError{Step: resource.Key{Kind: resource.KindService, Name: "orders_jobs"}, Message: "no such role"}}
		p := planOf(
			step(plan.Shift, plan.Update, resource.KindService, "orders_web"),
			step(plan.Shift, plan.Update, resource.KindService, "orders_jobs"),
			step(plan.Clean, plan.Delete, resource.KindTargetGroup, "orders-old"),
		)
		outcome, err := Run(t.Context(), account, p, Options{})
		compare(t, "outcome", verdicts(outcome), "failed: web succeeded")
		if err == nil || err.Error() != "service orders_jobs: no such role" {
			t.Errorf("error %v", err)
		}
		if strings.Contains(account.calls(), "orders-old") {
			t.Errorf("cleaned:\n%s", account.calls())
		}
	})
}

func TestRunRefusesAPlanThatWaitsForItself(t *testing.T) {
	p := planOf(step(plan.Prepare, plan.Create, resource.KindRole, "a", 1), step(plan.Prepare, plan.Create, resource.KindRole, "b", 0))
	_, err := Run(t.Context(), newScript(), p, Options{})
	if err == nil || err.Error() != "2 steps wait for each other" {
		t.Errorf("error %v", err)
	}
}

func TestRunEndsEarlyWithoutEndingTheRollout(t *testing.T) {
	tests := []struct {
		name    string
		options Options
		cancel  time.Duration // 0: never
		want    string
		calls   string
	}{
		{"interrupted while watching", Options{}, 4 * time.Second, "interrupted: web ",
			"0s + beta_orders_web\n0s ~ orders_web\n1s look at web\n3.25s look at web"},
		{"timed out while watching", Options{Timeout: 2 * time.Second}, 0, "timed out: web ",
			"0s + beta_orders_web\n0s ~ orders_web\n1s look at web"},
		{"detached", Options{Detach: true}, 0, "detached: web ", "0s + beta_orders_web\n0s ~ orders_web"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				account := newScript()
				account.serve("web", status("IN_PROGRESS"))
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.cancel > 0 {
					time.AfterFunc(test.cancel, cancel)
				}
				outcome, err := Run(ctx, account, small(), test.options)
				if err != nil {
					t.Fatal(err)
				}
				compare(t, "outcome", verdicts(outcome), test.want)
				compare(t, "calls", account.calls(), test.calls)
				if outcome.Workloads[0].Deployment != "arn:web" {
					t.Errorf("the deployment is not named: %+v", outcome.Workloads)
				}
			})
		})
	}
}

func TestRunEndsEarlyInsideAStep(t *testing.T) {
	tests := []struct {
		name    string
		timeout time.Duration
		cancel  time.Duration
		want    End
	}{
		{"interrupted", time.Hour, 2 * time.Second, Interrupted},
		{"timed out", 2 * time.Second, time.Hour, TimedOut},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				account := newScript()
				account.takes = 10 * time.Second
				ctx, cancel := context.WithTimeout(t.Context(), test.cancel)
				defer cancel()
				outcome, err := Run(ctx, account, small(), Options{Timeout: test.timeout})
				if outcome.End != test.want || err != nil || outcome.Took != 2*time.Second {
					t.Errorf("%s after %v, %v", outcome.End, outcome.Took, err)
				}
			})
		})
	}
}

func TestRunWatchesWhatAnEarlierRunSetOffBeforeItCleans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.serve("web", status("IN_PROGRESS"), status("SUCCESSFUL"))
		ongoing := account.starts["orders_web"]
		p := planOf(step(plan.Clean, plan.Delete, resource.KindTargetGroup, "orders-old"))
		outcome, err := Run(t.Context(), account, p, Options{Ongoing: []cloud.Watch{ongoing}})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "outcome", verdicts(outcome), "done: web succeeded")
		compare(t, "calls", account.calls(), "1s look at web\n3.25s look at web\n3.25s - orders-old")
	})
}

func TestRunForgetsAnEarlierRolloutThatItReplaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.serve("web", status("SUCCESSFUL"))
		earlier := cloud.Watch{Workload: "web", Service: "orders_web", Deployment: "arn:earlier"}
		outcome, err := Run(t.Context(), account, small(), Options{Ongoing: []cloud.Watch{earlier}})
		if err != nil || len(outcome.Workloads) != 1 || outcome.Workloads[0].Deployment != "arn:web" {
			t.Errorf("%+v, %v", outcome, err)
		}
	})
}

func TestWaitReattaches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.serve("web", status("IN_PROGRESS"), status("SUCCESSFUL"))
		outcome, err := Wait(t.Context(), account, []cloud.Watch{account.starts["orders_web"]}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "outcome", verdicts(outcome), "done: web succeeded")
	})
}

func TestAddressHasAPortOnlyWhereOneIsNeeded(t *testing.T) {
	for want, address := range map[string]Address{
		"http://orders.example.com":      {"web", "orders.example.com", 80},
		"http://orders.example.com:8080": {"web", "orders.example.com", 8080},
		"http://127.0.0.1:31080":         {"web", "127.0.0.1:31080", 80},
	} {
		if got := address.URL(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestRunTellsWhenTheAddressCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events := &record{began: time.Now()}
		outcome, err := Run(t.Context(), newScript(), planOf(), Options{Tell: events.tell,
			Addresses: func(context.Context) ([]Address, error) { return nil, errBroken }})
		if err != nil || outcome.End != Done {
			t.Errorf("%s, %v", outcome.End, err)
		}
		compare(t, "events", strings.Join(events.lines, "\n"), "0s : the address cannot be read: connection refused")
	})
}

func TestRunNamesEachVerdict(t *testing.T) {
	for verdict, want := range map[rollout.Verdict]End{
		rollout.Succeeded: Done, rollout.RolledBack: RolledBack, rollout.Failed: Failed,
		rollout.Stopped: Stopped, rollout.Superseded: Superseded,
	} {
		if got := endOf([]Workload{{Verdict: rollout.Succeeded}, {Verdict: verdict}}); got != want {
			t.Errorf("%s: got %s, want %s", verdict, got, want)
		}
	}
}
