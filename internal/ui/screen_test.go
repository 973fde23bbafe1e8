package ui

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"photon/internal/deploy"
	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/rollout"
)

// shown runs show on a screen and returns what it says.
func shown(paint Paint, show func(Screen)) (data, talk string) {
	var out, err bytes.Buffer
	show(Screen{Data: &out, Talk: &err, Paint: paint, Arguments: []string{"--file", "my file.json", "--env", "beta"}})
	return out.String(), err.String()
}

func TestOutcomeSaysHowARunEnded(t *testing.T) {
	going := []deploy.Workload{{Name: "web"}}
	tests := []struct {
		name       string
		outcome    deploy.Outcome
		data, talk string
	}{
		{"done", deploy.Outcome{End: deploy.Done, Took: 42 * time.Second,
			Workloads: []deploy.Workload{{Name: "web", Verdict: rollout.Succeeded}},
			Addresses: []deploy.Address{{Workload: "web", Host: "orders.example.com", Port: 80}}},
			"http://orders.example.com\n", "done in 42s\n"},
		{"done, several addresses", deploy.Outcome{End: deploy.Done, Took: 1234 * time.Millisecond,
			Addresses: []deploy.Address{{Workload: "admin", Host: "127.0.0.1:30001", Port: 80}, {Workload: "web", Host: "orders.example.com", Port: 8080}}},
			"admin        http://127.0.0.1:30001\nweb          http://orders.example.com:8080\n", "done in 1.2s\n"},
		{"rolled back", deploy.Outcome{End: deploy.RolledBack, Workloads: []deploy.Workload{
			{Name: "admin", Verdict: rollout.Succeeded},
			{Name: "web", Verdict: rollout.RolledBack, Reason: "the circuit breaker gave up", Explanation: crash}}},
			"", `error: web was rolled back: container web crashed (exit code 3)
  the circuit breaker gave up
  2 tasks: Essential container in task exited (container web, exit code 3)
  last lines of container web of task 0af3:
    starting
    panic: no database
hint: check "env" of the file
hint: photon logs --file 'my file.json' --env beta
`},
		{"failed, without more to say", deploy.Outcome{End: deploy.Failed, Workloads: []deploy.Workload{
			{Name: "web", Verdict: rollout.Failed, Reason: "no capacity", Explanation: rollout.Explanation{Reason: "no capacity", Evidence: []string{"no capacity"}}}}},
			"", "error: web failed: no capacity\n"},
		{"superseded", deploy.Outcome{End: deploy.Superseded, Workloads: []deploy.Workload{
			{Name: "web", Verdict: rollout.Superseded, Reason: "a newer deployment of orders_web was started"}}},
			"", "error: web was superseded: a newer deployment of orders_web was started\n"},
		{"interrupted", deploy.Outcome{End: deploy.Interrupted, Workloads: going, Took: 3 * time.Second},
			"", "error: interrupted after 3.0s: the deployment goes on\nhint: photon wait --file 'my file.json' --env beta\n"},
		{"interrupted before anything was handed over", deploy.Outcome{End: deploy.Interrupted, Took: 3 * time.Second},
			"", "error: interrupted after 3.0s\nhint: run the same command again: it goes on where this one ended\n"},
		{"timed out in trouble", deploy.Outcome{End: deploy.TimedOut, Took: 10 * time.Minute,
			Workloads: []deploy.Workload{{Name: "web", Explanation: rollout.Explanation{Reason: "no capacity"}}}},
			"", "error: web goes on: no capacity\nerror: timed out after 10m00s: the deployment goes on\nhint: photon wait --file 'my file.json' --env beta\n"},
		{"detached", deploy.Outcome{End: deploy.Detached, Workloads: going, Took: 2 * time.Second},
			"", "handed over in 2.0s: the deployment goes on\nhint: photon wait --file 'my file.json' --env beta\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, talk := shown(false, func(s Screen) { s.Outcome(test.outcome) })
			compare(t, data, test.data)
			compare(t, talk, test.talk)
		})
	}
}

func TestErrorIsALineForEachWrongThingWithItsHints(t *testing.T) {
	_, talk := shown(false, func(s Screen) {
		s.Error(errors.Join(helpful{"role a: permission denied", []string{"ask for it"}}, errors.New("role b: gone")))
	})
	compare(t, talk, "error: role a: permission denied\nhint: ask for it\nerror: role b: gone\n")
}

func TestPlanIsColouredBySign(t *testing.T) {
	p := &plan.Plan{Owner: "orders/beta", Steps: []plan.Step{
		{Action: plan.Create, Want: resource.Resource{Key: resource.Key{Kind: resource.KindRole, Name: "a"}}, Causes: []plan.Cause{{Why: plan.New}}},
		{Action: plan.Update, Want: resource.Resource{Key: resource.Key{Kind: resource.KindRole, Name: "b"}}, Causes: []plan.Cause{{Why: plan.File, Path: "x", From: "1", To: "2"}}},
		{Action: plan.Delete, Want: resource.Resource{Key: resource.Key{Kind: resource.KindRole, Name: "c"}}, Causes: []plan.Cause{{Why: plan.Ended}}},
	}}
	_, plain := shown(false, func(s Screen) { s.Plan(p) })
	compare(t, plain, p.String())
	_, painted := shown(true, func(s Screen) { s.Plan(p) })
	compare(t, painted, "\x1b[32m  + role              a\x1b[m\n\x1b[33m  ~ role              b\x1b[m\n      x: 1 → 2\n\x1b[31m  - role              c\x1b[m\n\n1 to create, 1 to change, 1 to delete\n")
}

func TestStatusIsATable(t *testing.T) {
	data, _ := shown(false, func(s Screen) {
		s.Status([]StatusRow{
			{Workload: "consumer", Image: "registry.example.com/orders:1", Running: 1, Desired: 1, Deployment: "SUCCESSFUL", Age: 3 * time.Hour},
			{Workload: "web", Image: "registry.example.com/orders:2", Running: 1, Desired: 2, Deployment: "IN_PROGRESS", Age: time.Minute, Address: "http://orders.example.com"},
		})
	})
	compare(t, data, `WORKLOAD  TASKS  DEPLOYMENT   AGE    IMAGE                          ADDRESS
consumer  1/1    SUCCESSFUL   3h00m  registry.example.com/orders:1
web       1/2    IN_PROGRESS  1m00s  registry.example.com/orders:2  http://orders.example.com
`)
}

func TestStatusListsTheTasks(t *testing.T) {
	data, _ := shown(false, func(s Screen) {
		s.Status([]StatusRow{{Workload: "web", Image: "orders:2", Running: 1, Desired: 1, Deployment: "IN_PROGRESS", Tasks: []TaskRow{
			{ID: "0af3", Status: "RUNNING", Health: "HEALTHY", Zone: "eu-west-1a"},
			{ID: "77b1", Status: "PENDING", Health: "UNKNOWN", Zone: "eu-west-1b", New: true},
		}}})
	})
	compare(t, data, `WORKLOAD  TASKS  DEPLOYMENT   AGE  IMAGE     ADDRESS
web       1/1    IN_PROGRESS  0s   orders:2

TASK  WORKLOAD  STATUS   HEALTH   VERSION  ZONE
0af3  web       RUNNING  HEALTHY  old      eu-west-1a
77b1  web       PENDING  UNKNOWN  new      eu-west-1b
`)
}

func TestLogNamesTheTask(t *testing.T) {
	line := LogLine{Workload: "web", Task: "0af3c9d1e5b7", Text: "hello\n"}
	plain, _ := shown(false, func(s Screen) { s.Log(line) })
	compare(t, plain, "web/0af3c9d1 hello\n")
	painted, _ := shown(true, func(s Screen) { s.Log(line) })
	again, _ := shown(true, func(s Screen) { s.Log(line) })
	if painted == plain || painted != again {
		t.Errorf("painted %q, then %q", painted, again)
	}
}

func TestCommandsCanBePasted(t *testing.T) {
	for argument, want := range map[string]string{
		"deployment.json": "deployment.json", "a b": "'a b'", "it's": `'it'\''s'`, "": "''", "$HOME": "'$HOME'",
	} {
		if got := quote(argument); got != want {
			t.Errorf("%q: got %s, want %s", argument, got, want)
		}
	}
}
