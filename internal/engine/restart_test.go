package engine_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/memory"
	"photon/internal/engine/state"
)

// inLastingWorld runs a test against an engine with its state in a file.
func inLastingWorld(t *testing.T, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "state")
		w := &world{T: t, runtime: memory.New(), network: newNetwork()}
		w.restart = func() {
			if w.stop != nil {
				w.end()
			}
			db, err := state.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			w.db = db
			w.start()
		}
		w.restart()
		defer w.end()
		test(w)
	})
}

// end stops the engine and closes its state.
func (w *world) end() {
	w.Helper()
	w.stop()
	if err := w.db.Close(); err != nil {
		w.Error(err)
	}
}

func TestEveryKindOfResourceOutlivesARestart(t *testing.T) {
	inLastingWorld(t, func(w *world) {
		s := w.deploy()
		w.fill(s)
		before := map[string][]string{}
		for _, l := range lists {
			before[l.operation], _, _ = l.list(w, s, nil, nil)
		}
		w.restart()
		for _, l := range lists {
			if l.operation == "ecs ListTasks" || l.operation == "logs FilterLogEvents" || l.operation == "logs DescribeLogStreams" {
				continue // tasks are new after a restart
			}
			after, _, err := l.list(w, s, nil, nil)
			if err != nil || len(after) == 0 || !slices.Equal(before[l.operation], after) {
				w.Errorf("%s: %v before, %v after, %v", l.operation, before[l.operation], after, err)
			}
		}
	})
}

func TestServicesComeBackAtTheirAddressesAfterARestart(t *testing.T) {
	inLastingWorld(t, func(w *world) {
		s := w.deploy()
		old := w.taskARNs(types.DesiredStatusRunning)
		w.restart()
		w.stable()
		if got := w.get(s.host, 80, "/"); !strings.HasPrefix(got, "web:1 of task ") {
			w.Errorf("%q answers\n%s", got, w.events())
		}
		if now := w.taskARNs(types.DesiredStatusRunning); len(now) != 2 || slices.Contains(now, old[0]) || slices.Contains(now, old[1]) {
			w.Errorf("tasks %v before, %v after", old, now)
		}
		stopped := must[ecs.DescribeTasksOutput](w)(w.ecs.DescribeTasks(w.Context(), &ecs.DescribeTasksInput{Cluster: look.Cluster, Tasks: old})).Tasks
		for _, task := range stopped {
			if *task.LastStatus != "STOPPED" || task.StopCode != types.TaskStopCodeTerminationNotice {
				w.Errorf("%s: %s, %s", *task.TaskArn, *task.LastStatus, task.StopCode)
			}
		}
		if n := w.runtime.Sandboxes(); n != 2 {
			w.Errorf("%d sandboxes, want 2", n)
		}
	})
}

func TestAnUnfinishedDeploymentGoesOnAfterARestart(t *testing.T) {
	inLastingWorld(t, func(w *world) {
		s := w.deploy()
		w.update(s.definition("web:2"))
		under := w.deployment()
		if s := under.Status; s != types.ServiceDeploymentStatusPending && s != types.ServiceDeploymentStatusInProgress {
			w.Fatalf("%s before the restart", under.Status)
		}
		w.restart()
		ended := w.deployed()
		if *ended.ServiceDeploymentArn != *under.ServiceDeploymentArn || ended.Status != types.ServiceDeploymentStatusSuccessful {
			w.Errorf("%s: %s\n%s", *ended.ServiceDeploymentArn, ended.Status, w.events())
		}
		if got := w.get(s.host, 80, "/"); !strings.HasPrefix(got, "web:2 of task ") {
			w.Errorf("%q answers", got)
		}
	})
}
