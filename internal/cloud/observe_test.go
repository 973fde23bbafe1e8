package cloud_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"photon/internal/cloud"
	"photon/internal/rollout"
)

func failureText(o rollout.Observation) string {
	var lines []string
	for _, f := range o.Failures {
		code := "-"
		if f.ExitCode != nil {
			code = fmt.Sprint(*f.ExitCode)
		}
		lines = append(lines, fmt.Sprintf("%s | %s | %s | %s | %s | %s", f.StopCode, f.Reason, f.Container, f.Detail, code, strings.Join(f.Log, "; ")))
	}
	return strings.Join(lines, "\n")
}

func TestAFailedRolloutIsExplained(t *testing.T) {
	cases := []struct {
		name string
		env  map[string]string
		want string
	}{
		{"crash", map[string]string{"MEMORY_RUN": "1s", "MEMORY_LISTEN_AFTER": "1h", "MEMORY_EXIT": "3", "MEMORY_LOG": "starting\\nno database"},
			"EssentialContainerExited | Essential container in task exited | web |  | 3 | starting; no database"},
		{"out of memory", map[string]string{"MEMORY_OOM": "1", "MEMORY_RUN": "1s", "MEMORY_LISTEN_AFTER": "1h"},
			"EssentialContainerExited | Essential container in task exited | web | OutOfMemoryError: Container killed due to memory usage | 137 | "},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.compare("first status", w.deploy(orders(nil)).Deployment.Status, "SUCCESSFUL")
				o := w.deploy(orders(c.env))
				w.compare("status", o.Deployment.Status, "ROLLBACK_SUCCESSFUL")
				w.compare("failures", failureText(o), c.want)
				if o.Deployment.Rollback.Reason == "" || o.Deployment.First || len(o.Events) == 0 {
					t.Errorf("%+v", o)
				}
				w.compare("left", w.terminate(owner), "")
			})
		})
	}
}

func TestUnhealthyTargetsAreSeen(t *testing.T) {
	inWorld(t, func(w *world) {
		p, _ := w.planned(owner, orders(map[string]string{"MEMORY_STATUS": "500"}))
		w.carry(p)
		watch, _ := w.account.Started(webService)
		var seen []string
		for range 120 {
			o, err := w.account.Observe(w.Context(), watch)
			if err != nil {
				t.Fatal(err)
			}
			for _, target := range o.Targets {
				seen = append(seen, target.State+" "+target.Reason+" "+target.Description)
			}
			if len(seen) > 0 && strings.HasPrefix(seen[len(seen)-1], "unhealthy") {
				break
			}
			time.Sleep(time.Second)
		}
		if len(seen) == 0 {
			t.Fatal("no target was seen")
		}
		w.compare("last", seen[len(seen)-1], "unhealthy Target.ResponseCodeMismatch Health checks failed with these codes: [500]")
	})
}

func TestANewerDeploymentIsSeen(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		first, _ := w.account.Started(webService)
		w.deploy(orders(map[string]string{"A": "1"}))
		second, _ := w.account.Started(webService)
		o, err := w.account.Observe(w.Context(), first)
		if err != nil {
			t.Fatal(err)
		}
		w.compare("newer", o.Newer, w.watched(second).Deployment.ARN)
		w.compare("newer than the newest", w.watched(second).Newer, "")
	})
}

func TestAWatchWithoutADeploymentFindsTheOneThatWasStarted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		before, _ := w.account.Started(webService)
		since := time.Now()
		time.Sleep(time.Minute)
		blind := cloud.Watch{
			Cluster: before.Cluster, Service: before.Service, Workload: "web", Since: since, Before: before.Deployment,
		}
		o, err := w.account.Observe(w.Context(), blind)
		if err != nil {
			t.Fatal(err)
		}
		w.compare("before", o.Deployment.ARN, "")
		w.deploy(orders(map[string]string{"A": "1"}))
		after, _ := w.account.Started(webService)
		w.compare("after", w.watched(blind).Deployment.ARN, w.watched(after).Deployment.ARN)
	})
}

func TestOngoingRolloutsAreInLive(t *testing.T) {
	inWorld(t, func(w *world) {
		slow := orders(map[string]string{"MEMORY_LISTEN_AFTER": "10s"})
		p, _ := w.planned(owner, slow)
		w.carry(p)
		_, live := w.planned(owner, slow)
		started, _ := w.account.Started(webService)
		if len(live.Ongoing) != 1 {
			w.Fatalf("%d rollouts", len(live.Ongoing))
		}
		w.compare("status", w.watched(live.Ongoing[0]).Deployment.ARN, w.watched(started).Deployment.ARN)
		_, live = w.planned(owner, slow)
		if len(live.Ongoing) != 0 {
			w.Errorf("%+v", live.Ongoing)
		}
	})
}
