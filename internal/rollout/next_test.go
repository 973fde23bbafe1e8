package rollout

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	ours    = "arn:aws:ecs:eu-west-1:111111111111:service-deployment/photon-beta/orders_web/ours"
	another = "arn:aws:ecs:eu-west-1:111111111111:service-deployment/photon-beta/orders_web/another"
)

var began = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func look(status string, change func(*Observation)) Observation {
	o := Observation{
		Time: began.Add(30 * time.Second), Workload: "web", Service: "orders_web",
		Deployment: Deployment{ARN: ours, Status: status, Started: began},
	}
	if change != nil {
		change(&o)
	}
	return o
}

func TestNextJudgesEachStatus(t *testing.T) {
	const newer = "a newer deployment of orders_web was started"
	first := func(o *Observation) { o.Deployment.First = true }
	supersede := func(o *Observation) { o.Newer = another }
	tests := []struct {
		name   string
		status string
		change func(*Observation)
		want   Move
	}{
		{"pending", "PENDING", nil, Move{Verb: Look}},
		{"in progress", "IN_PROGRESS", nil, Move{Verb: Look}},
		{"stop requested", "STOP_REQUESTED", nil, Move{Verb: Look}},
		{"successful", "SUCCESSFUL", nil, Move{Finish, Succeeded, ""}},
		{"successful before a newer one began", "SUCCESSFUL", supersede, Move{Finish, Succeeded, ""}},
		{"stopped by somebody", "STOPPED", func(o *Observation) { o.Deployment.StatusReason = "stopped by a user" },
			Move{Finish, Stopped, "stopped by a user"}},
		{"stopped by a newer one", "STOPPED", supersede, Move{Finish, Superseded, newer}},
		{"stopped, the first", "STOPPED", func(o *Observation) { first(o); o.Deployment.StatusReason = "tasks failed to start" },
			Move{Finish, Failed, "tasks failed to start"}},
		{"stopped by the breaker without rollback", "STOPPED",
			func(o *Observation) { o.Deployment.Breaker = Breaker{Status: "TRIGGERED", Failures: 3, Threshold: 3} },
			Move{Finish, Failed, "the circuit breaker gave up after 3 failed tasks"}},
		{"the first, given up", "IN_PROGRESS",
			func(o *Observation) { first(o); o.Deployment.Breaker = Breaker{Status: "TRIGGERED", Failures: 3} },
			Move{Finish, Failed, "the circuit breaker gave up after 3 failed tasks"}},
		{"not the first, breaker triggered, rollback to come", "IN_PROGRESS",
			func(o *Observation) { o.Deployment.Breaker.Status = "TRIGGERED" }, Move{Verb: Look}},
		{"the first, breaker still counting", "IN_PROGRESS",
			func(o *Observation) { first(o); o.Deployment.Breaker = Breaker{Status: "MONITORING", Failures: 2} }, Move{Verb: Look}},
		{"rollback requested", "ROLLBACK_REQUESTED", nil, Move{Verb: Look, Reason: "it is being rolled back"}},
		{"rolling back", "ROLLBACK_IN_PROGRESS", func(o *Observation) { o.Deployment.Rollback.Reason = "tasks failed to start" },
			Move{Verb: Look, Reason: "it is being rolled back: tasks failed to start"}},
		{"rolling back, superseded", "ROLLBACK_IN_PROGRESS", supersede, Move{Finish, Superseded, newer}},
		{"rolled back", "ROLLBACK_SUCCESSFUL", func(o *Observation) { o.Deployment.Rollback.Reason = "tasks failed to start" },
			Move{Finish, RolledBack, "tasks failed to start"}},
		{"rolled back, told by the status alone", "ROLLBACK_SUCCESSFUL", func(o *Observation) { o.Deployment.StatusReason = "circuit breaker" },
			Move{Finish, RolledBack, "circuit breaker"}},
		{"rollback failed", "ROLLBACK_FAILED", func(o *Observation) {
			o.Deployment.Rollback.Reason, o.Deployment.StatusReason = "tasks failed to start", "no capacity"
		}, Move{Finish, Failed, "tasks failed to start; and the way back: no capacity"}},
		{"in progress, superseded", "IN_PROGRESS", supersede, Move{Finish, Superseded, newer}},
		{"unheard of", "SIMMERING", nil,
			Move{Verb: Look, Reason: `ECS calls the deployment "SIMMERING", which is new to Photon: still watching`}},
		{"unheard of, superseded", "SIMMERING", supersede, Move{Finish, Superseded, newer}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Next(Policy{Deployment: ours, Since: began}, look(test.status, test.change))
			if got != test.want {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestNextJudgesNoOtherDeployment(t *testing.T) {
	gone := Move{Finish, Failed, "the deployment of orders_web is nowhere to be seen"}
	foreign := func(o *Observation) { o.Deployment.ARN = another }
	none := func(o *Observation) { o.Deployment = Deployment{} }
	late := func(change func(*Observation)) func(*Observation) {
		return func(o *Observation) { change(o); o.Time = began.Add(time.Minute) }
	}
	early := func(o *Observation) { o.Deployment.Started = began.Add(-time.Second) }
	tests := []struct {
		name   string
		policy Policy
		change func(*Observation)
		want   Move
	}{
		{"another one", Policy{Deployment: ours, Since: began}, foreign, Move{Verb: Look}},
		{"another one, for too long", Policy{Deployment: ours, Since: began}, late(foreign), gone},
		{"none yet", Policy{Since: began}, none, Move{Verb: Look}},
		{"none for too long", Policy{Since: began}, late(none), gone},
		{"an earlier one", Policy{Since: began}, early, Move{Verb: Look}},
		{"the one that was there before", Policy{Before: ours, Since: began}, nil, Move{Verb: Look}},
		{"the one that appeared", Policy{Since: began}, nil, Move{Finish, Succeeded, ""}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Next(test.policy, look("SUCCESSFUL", test.change)); got != test.want {
				t.Errorf("got %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestPinKeepsToTheFirstDeploymentInSight(t *testing.T) {
	policy := Policy{Since: began}
	policy = policy.Pin(look("PENDING", func(o *Observation) { o.Deployment.Started = began.Add(-time.Second) }))
	policy = policy.Pin(look("PENDING", nil))
	policy = policy.Pin(look("PENDING", func(o *Observation) { o.Deployment.ARN = another }))
	if policy.Deployment != ours {
		t.Errorf("pinned to %q", policy.Deployment)
	}
}

func observations() *rapid.Generator[Observation] {
	return rapid.Custom(func(t *rapid.T) Observation {
		pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
		return Observation{
			Time:    began.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second),
			Service: "orders_web",
			Newer:   pick("newer", "", another),
			Deployment: Deployment{
				ARN: pick("arn", ours, another, ""),
				Status: pick("status", "PENDING", "IN_PROGRESS", "STOP_REQUESTED", "STOPPED", "SUCCESSFUL", "ROLLBACK_REQUESTED",
					"ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED", "SUCCESSFUL_SO_FAR", ""),
				StatusReason: pick("reason", "", "Deployment was successful."),
				Started:      began.Add(time.Duration(rapid.IntRange(-60, 60).Draw(t, "started")) * time.Second),
				Breaker:      Breaker{Status: pick("breaker", "MONITORING", "TRIGGERED", "DISABLED", "")},
				Rollback:     Rollback{Reason: pick("rollback", "", "circuit breaker")},
				First:        rapid.Bool().Draw(t, "first"),
			},
		}
	})
}

func TestNextCallsNothingElseASuccess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policy := Policy{Deployment: rapid.SampledFrom([]string{ours, ""}).Draw(t, "policy"), Since: began}
		for _, o := range rapid.SliceOfN(observations(), 1, 20).Draw(t, "looks") {
			move := Next(policy, o)
			if move.Verdict != Succeeded {
				continue
			}
			if o.Deployment.Status != "SUCCESSFUL" {
				t.Fatalf("%s is called a success", o.Deployment.Status)
			}
			if policy.Deployment != "" && o.Deployment.ARN != policy.Deployment {
				t.Fatalf("%s is called a success for %s", o.Deployment.ARN, policy.Deployment)
			}
			if o.Deployment.ARN == "" || policy.Deployment == "" && o.Deployment.Started.Before(began) {
				t.Fatalf("an earlier deployment is called a success")
			}
		}
	})
}

func TestNextHasAVerdictExactlyWhenItFinishes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		move := Next(Policy{Deployment: ours, Since: began}, observations().Draw(t, "look"))
		if (move.Verb == Finish) != (move.Verdict != "") {
			t.Fatalf("%+v", move)
		}
	})
}

// A deployment that has ended stays ended with the same verdict, however late
// one looks, as long as nothing else was started.
func TestNextStaysWithAnEnd(t *testing.T) {
	ends := []string{"SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"}
	rapid.Check(t, func(t *rapid.T) {
		o := observations().Draw(t, "look")
		o.Deployment.ARN, o.Deployment.Status = ours, rapid.SampledFrom(ends).Draw(t, "end")
		policy := Policy{Deployment: ours, Since: began}
		before := Next(policy, o)
		o.Time = o.Time.Add(time.Duration(rapid.IntRange(0, 10_000).Draw(t, "later")) * time.Second)
		after := Next(policy, o)
		if before != after || after.Verb != Finish {
			t.Fatalf("%+v became %+v", before, after)
		}
	})
}
