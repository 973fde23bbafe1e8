package deploy

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"photon/internal/cloud"
	"photon/internal/rollout"
)

func waitFor(t *testing.T, account *script, workload string) (Outcome, []string, error) {
	t.Helper()
	events := &record{began: time.Now()}
	watch := account.starts["orders_"+workload]
	outcome, err := Wait(t.Context(), account, []cloud.Watch{watch}, Options{Tell: events.tell})
	return outcome, events.lines, err
}

func TestWatchExplainsAFailingTaskBeforeTheRolloutEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		rolledBack := status("ROLLBACK_SUCCESSFUL")
		rolledBack.Deployment.Rollback.Reason = "circuit breaker threshold exceeded"
		account.serve("web", status("IN_PROGRESS"), crashing(status("IN_PROGRESS")), crashing(status("IN_PROGRESS")), rolledBack)
		outcome, lines, err := waitFor(t, account, "web")
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "events", strings.Join(lines, "\n"), strings.Join([]string{
			"3.25s web is in trouble: container web crashed (exit code 3)",
			"8.5s web rolled back",
		}, "\n"))
		web := outcome.Workloads[0]
		if web.Reason != "circuit breaker threshold exceeded" || web.Explanation.Reason != "container web crashed (exit code 3)" {
			t.Errorf("outcome %+v", web)
		}
		if !slices.Equal(web.Explanation.Log, []string{"panic: no database"}) {
			t.Errorf("log %q", web.Explanation.Log)
		}
	})
}

func TestWatchDoesNotExplainASuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.serve("web", crashing(status("IN_PROGRESS")), crashing(status("SUCCESSFUL")))
		outcome, _, err := waitFor(t, account, "web")
		if web := outcome.Workloads[0]; err != nil || web.Verdict != rollout.Succeeded || !web.Explanation.Empty() {
			t.Errorf("%+v, %v", web, err)
		}
	})
}

func TestWatchNotesAnUnknownStatusOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.serve("web", status("SIMMERING"), status("SIMMERING"), status("SIMMERING"), status("SUCCESSFUL"))
		_, lines, err := waitFor(t, account, "web")
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "events", strings.Join(lines, "\n"),
			"1s web: ECS calls the deployment \"SIMMERING\", which is new to Photon: still watching\n8.5s web succeeded")
	})
}

func TestWatchSurvivesLooksThatGoWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.serve("web", status("SUCCESSFUL"))
		account.blind["web"] = errBroken
		time.AfterFunc(30*time.Second, func() {
			account.mu.Lock()
			defer account.mu.Unlock()
			delete(account.blind, "web")
		})
		outcome, lines, err := waitFor(t, account, "web")
		if err != nil {
			t.Fatal(err)
		}
		compare(t, "outcome", verdicts(outcome), "done: web succeeded")
		compare(t, "first event", lines[0], "1s web: a look went wrong: connection refused")
		if len(lines) != 2 {
			t.Errorf("events %q", lines)
		}
	})
}

func TestWatchGivesUpWhenLooksGoWrongForTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		account.serve("web", status("SUCCESSFUL"))
		account.blind["web"] = errBroken
		outcome, _, err := waitFor(t, account, "web")
		var blind *WatchError
		if !errors.As(err, &blind) || err.Error() != "web: connection refused" {
			t.Errorf("error %v", err)
		}
		if outcome.End != Failed || outcome.Took < blindness || outcome.Took > blindness+6*time.Second {
			t.Errorf("%s after %v", outcome.End, outcome.Took)
		}
	})
}

func TestWatchFindsADeploymentThatIsNotKnownYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		account := newScript()
		began := status("IN_PROGRESS")
		began.Deployment.Started = time.Now().Add(time.Second)
		foreign := status("SUCCESSFUL")
		foreign.Deployment.Started = time.Now().Add(-time.Hour)
		ended := began
		ended.Deployment.Status = "SUCCESSFUL"
		account.serve("web", foreign, began, ended)
		account.looks["web"][0].Deployment.ARN = "arn:foreign"
		watch := account.starts["orders_web"]
		watch.Deployment = ""
		outcome, err := Wait(t.Context(), account, []cloud.Watch{watch}, Options{})
		if err != nil || outcome.Workloads[0].Deployment != "arn:web" {
			t.Errorf("%+v, %v", outcome, err)
		}
		compare(t, "calls", account.calls(), "1s look at web\n3.25s look at web\n5.75s look at web")
	})
}
