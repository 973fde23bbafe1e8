package ui

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"photon/internal/deploy"
	"photon/internal/plan"
	"photon/internal/rollout"
)

func TestJSONShowsEachEventOnALine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		play(update(), NewJSON(&out, "orders/beta").Tell)
		want := []string{
			`{"event":"plan","time":"2000-01-01T00:00:00Z","owner":"orders/beta","create":1,"change":1,"delete":1,"steps":[` +
				`{"action":"+","stage":"prepare","kind":"target-group","name":"orders-web-a1","causes":[{"why":"new"}]},` +
				`{"action":"~","stage":"prepare","kind":"service","name":"orders_web","causes":[{"why":"new"}]},` +
				`{"action":"-","stage":"prepare","kind":"security-group","name":"orders-old","causes":[{"why":"new"}]}]}`,
			`{"event":"step","time":"2000-01-01T00:00:00Z","owner":"orders/beta","state":"began","action":"+","kind":"target-group","name":"orders-web-a1"}`,
			`{"event":"step","time":"2000-01-01T00:00:00.4Z","owner":"orders/beta","state":"retried","action":"+","kind":"target-group","name":"orders-web-a1","why":"target group orders-web-a1: slow down"}`,
			`{"event":"step","time":"2000-01-01T00:00:01.4Z","owner":"orders/beta","state":"retried","action":"+","kind":"target-group","name":"orders-web-a1","why":"target group orders-web-a1: slow down"}`,
			`{"event":"step","time":"2000-01-01T00:00:04Z","owner":"orders/beta","state":"ended","action":"+","kind":"target-group","name":"orders-web-a1","seconds":4}`,
			`{"event":"step","time":"2000-01-01T00:00:04Z","owner":"orders/beta","state":"began","action":"~","kind":"service","name":"orders_web"}`,
			`{"event":"step","time":"2000-01-01T00:00:05Z","owner":"orders/beta","state":"ended","action":"~","kind":"service","name":"orders_web","seconds":1}`,
			`{"event":"look","time":"2000-01-01T00:00:06Z","owner":"orders/beta","workload":"web","deployment":"arn:web","status":"PENDING","new":{"requested":2,"running":0,"pending":0},"old":{"requested":0,"running":2,"pending":0}}`,
			`{"event":"look","time":"2000-01-01T00:00:08Z","owner":"orders/beta","workload":"web","deployment":"arn:web","status":"IN_PROGRESS","new":{"requested":2,"running":0,"pending":0},"old":{"requested":0,"running":2,"pending":0}}`,
			`{"event":"look","time":"2000-01-01T00:00:11Z","owner":"orders/beta","workload":"web","deployment":"arn:web","status":"IN_PROGRESS","new":{"requested":2,"running":0,"pending":0},"old":{"requested":0,"running":2,"pending":0},"failures":1}`,
			`{"event":"trouble","time":"2000-01-01T00:00:11Z","owner":"orders/beta","workload":"web","explanation":{"reason":"container web crashed (exit code 3)",` +
				`"evidence":["the circuit breaker gave up","2 tasks: Essential container in task exited (container web, exit code 3)"],` +
				`"source":"container web of task 0af3","log":["starting","panic: no database"],"hints":["check \"env\" of the file"]}}`,
			`{"event":"look","time":"2000-01-01T00:00:14Z","owner":"orders/beta","workload":"web","deployment":"arn:web","status":"IN_PROGRESS","new":{"requested":2,"running":1,"pending":0},"old":{"requested":0,"running":2,"pending":0}}`,
			`{"event":"note","time":"2000-01-01T00:00:14Z","owner":"orders/beta","workload":"web","text":"something to know"}`,
			`{"event":"look","time":"2000-01-01T00:01:10Z","owner":"orders/beta","workload":"web","deployment":"arn:web","status":"SUCCESSFUL","new":{"requested":2,"running":2,"pending":0},"old":{"requested":0,"running":0,"pending":0}}`,
			`{"event":"rollout","time":"2000-01-01T00:01:10Z","owner":"orders/beta","workload":"web","service":"orders_web","deployment":"arn:web","verdict":"succeeded"}`,
			`{"event":"step","time":"2000-01-01T00:01:10Z","owner":"orders/beta","state":"began","action":"-","kind":"security-group","name":"orders-old"}`,
			`{"event":"step","time":"2000-01-01T00:01:11Z","owner":"orders/beta","state":"waits","action":"-","kind":"security-group","name":"orders-old","why":"2 tasks are still stopping"}`,
			`{"event":"step","time":"2000-01-01T00:01:13Z","owner":"orders/beta","state":"waits","action":"-","kind":"security-group","name":"orders-old","why":"2 tasks are still stopping"}`,
			`{"event":"step","time":"2000-01-01T00:01:15Z","owner":"orders/beta","state":"failed","action":"-","kind":"security-group","name":"orders-old","why":"security group orders-old: still used"}`,
		}
		compare(t, out.String(), strings.Join(want, "\n")+"\n")
	})
}

func TestJSONLeavesOutALookThatSeesNothingNew(t *testing.T) {
	var out bytes.Buffer
	j := NewJSON(&out, "orders/beta")
	for range 3 {
		j.Tell(deploy.Looked{Observation: look("IN_PROGRESS", 0, 2, 2)})
	}
	if lines := strings.Count(out.String(), "\n"); lines != 1 {
		t.Errorf("%d lines:\n%s", lines, out.String())
	}
}

func TestJSONShowsWhatIsNotAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		j := NewJSON(&out, "orders/beta")
		j.Outcome(deploy.Outcome{End: deploy.RolledBack, Took: 1500 * time.Millisecond,
			Workloads: []deploy.Workload{{Name: "web", Service: "orders_web", Deployment: "arn:web", Verdict: rollout.RolledBack, Reason: "circuit breaker",
				Explanation: rollout.Explanation{Reason: "a task ended <early>"}}}})
		j.Outcome(deploy.Outcome{End: deploy.Done, Addresses: []deploy.Address{{Workload: "web", Host: "orders.example.com", Port: 80}}})
		j.Error(helpful{"no region", []string{"set one"}})
		j.Plan(&plan.Plan{Owner: "orders/beta"})
		j.Status([]StatusRow{{Workload: "web", Image: "orders:2", Running: 1, Desired: 2, Deployment: "IN_PROGRESS", Age: time.Minute}})
		j.Remains(nil)
		j.Log(LogLine{Time: time.Now().UTC(), Workload: "web", Task: "0af3", Text: "hello"})
		compare(t, out.String(), strings.Join([]string{
			`{"event":"outcome","time":"2000-01-01T00:00:00Z","owner":"orders/beta","end":"rolled back","workloads":[{"workload":"web","service":"orders_web","deployment":"arn:web","verdict":"rolled back","reason":"circuit breaker","explanation":{"reason":"a task ended <early>"}}],"addresses":[],"seconds":1.5}`,
			`{"event":"outcome","time":"2000-01-01T00:00:00Z","owner":"orders/beta","end":"done","workloads":[],"addresses":[{"workload":"web","url":"http://orders.example.com"}],"seconds":0}`,
			`{"event":"error","time":"2000-01-01T00:00:00Z","owner":"orders/beta","message":"no region","hints":["set one"]}`,
			`{"event":"plan","time":"2000-01-01T00:00:00Z","owner":"orders/beta","create":0,"change":0,"delete":0,"steps":[]}`,
			`{"event":"status","time":"2000-01-01T00:00:00Z","owner":"orders/beta","workload":"web","image":"orders:2","running":1,"desired":2,"deployment":"IN_PROGRESS","age":60}`,
			`{"event":"remains","time":"2000-01-01T00:00:00Z","owner":"orders/beta","kept":[]}`,
			`{"event":"log","time":"2000-01-01T00:00:00Z","owner":"orders/beta","workload":"web","task":"0af3","text":"hello"}`,
		}, "\n")+"\n")
		for line := range strings.Lines(out.String()) {
			if !json.Valid([]byte(line)) {
				t.Errorf("not JSON: %s", line)
			}
		}
	})
}

// helpful is an error with hints.
type helpful struct {
	text  string
	hints []string
}

func (h helpful) Error() string   { return h.text }
func (h helpful) Hints() []string { return h.hints }

func TestHintsOfReadsTheWholeTree(t *testing.T) {
	a, b := helpful{"a", []string{"one", "two"}}, helpful{"b", []string{"two", "three"}}
	err := errors.Join(errors.New("plain"), &deploy.WatchError{Workload: "web", Err: a}, b)
	compare(t, strings.Join(HintsOf(err), " "), "one two three")
}
