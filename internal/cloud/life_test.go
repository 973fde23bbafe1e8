package cloud_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/spec"
)

const owner = "orders/prod"

// terminate deletes everything and tells what is left.
func (w *world) terminate(owner string) string {
	w.Helper()
	p, _ := w.planned(owner, nil)
	w.carry(p)
	left, err := w.account.Remaining(w.Context(), owner)
	if err != nil {
		w.Fatal(err)
	}
	return strings.Join(left, "\n")
}

func TestDeploysAndTerminatesToZero(t *testing.T) {
	inWorld(t, func(w *world) {
		w.compare("status", w.deploy(orders(nil)).Deployment.Status, "SUCCESSFUL")
		w.compare("left", w.terminate(owner), "")
		p, _ := w.planned(owner, nil)
		w.compare("steps of a second termination", fmt.Sprint(len(p.Steps)), "0")
	})
}

func TestNothingToDoIsThreeRoundsOfReads(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		w.account = w.open()
		w.transport.latency = time.Second
		begin := time.Now()
		calls := w.transport.during(func() {
			p, _ := w.planned(owner, orders(nil))
			if !p.Empty() {
				t.Errorf("there is something to do:\n%s", p)
			}
		})
		w.compare("rounds", fmt.Sprint(int(time.Since(begin).Seconds())), "3")
		w.compare("mutating calls", strings.Join(mutating(calls), " "), "")
	})
}

func TestAnUpdateChangesATaskDefinitionAndAService(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		var status string
		calls := w.transport.during(func() {
			status = w.deploy(orders(map[string]string{"LEVEL": "debug"})).Deployment.Status
		})
		w.compare("status", status, "SUCCESSFUL")
		w.compare("mutating calls", strings.Join(mutating(calls), " "), "RegisterTaskDefinition UpdateService")
		w.compare("left", w.terminate(owner), "")
	})
}

var errBroken = errors.New("connection reset by peer")

func TestALostAnswerChangesNothing(t *testing.T) {
	for _, operation := range []string{
		"CreateCluster", "CreateRole", "AttachRolePolicy", "CreateLogGroup", "PutRetentionPolicy",
		"CreateSecurityGroup", "AuthorizeSecurityGroupIngress", "CreateTargetGroup", "ModifyTargetGroupAttributes",
		"CreateLoadBalancer", "CreateListener", "CreateRule", "RegisterTaskDefinition", "CreateService",
	} {
		t.Run(operation, func(t *testing.T) {
			inWorld(t, func(w *world) {
				broken := 0
				w.transport.broke = func(called string) error {
					if called == operation && broken < 1 {
						broken++
						return errBroken
					}
					return nil
				}
				w.compare("status", w.deploy(orders(nil)).Deployment.Status, "SUCCESSFUL")
				w.compare("answers lost", fmt.Sprint(broken), "1")
				w.transport.broke = nil
				p, _ := w.planned(owner, orders(nil))
				if !p.Empty() {
					t.Errorf("there is something left to do:\n%s", p)
				}
				p, _ = w.planned(owner, nil)
				revisions := 0
				for _, step := range p.Steps {
					if step.Key().Kind == "task-definition" {
						revisions++
					}
				}
				w.compare("revisions", fmt.Sprint(revisions), "1")
				w.carry(p)
				w.compare("left", w.terminate(owner), "")
			})
		})
	}
}

func TestALostAnswerOfADeletionChangesNothing(t *testing.T) {
	for _, operation := range []string{
		"DeleteService", "DeregisterTaskDefinition", "DeleteTaskDefinitions", "DeleteLoadBalancer", "DeleteTargetGroup",
		"DeleteSecurityGroup", "DetachRolePolicy", "DeleteRole", "DeleteLogGroup", "DeleteCluster",
	} {
		t.Run(operation, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.deploy(orders(nil))
				broken := 0
				w.transport.broke = func(called string) error {
					if called == operation && broken < 1 {
						broken++
						return errBroken
					}
					return nil
				}
				w.compare("left", w.terminate(owner), "")
				w.compare("answers lost", fmt.Sprint(broken), "1")
			})
		})
	}
}

func TestALostAnswerOfAnUpdateChangesNothing(t *testing.T) {
	for _, operation := range []string{"RegisterTaskDefinition", "UpdateService"} {
		t.Run(operation, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.deploy(orders(nil))
				broken := 0
				w.transport.broke = func(called string) error {
					if called == operation && broken < 1 {
						broken++
						return errBroken
					}
					return nil
				}
				o := w.deploy(orders(map[string]string{"A": "1"}))
				w.compare("status", o.Deployment.Status, "SUCCESSFUL")
				w.compare("newer", o.Newer, "")
				w.compare("answers lost", fmt.Sprint(broken), "1")
				p, _ := w.planned(owner, orders(map[string]string{"A": "1"}))
				w.compare("plan afterwards", causes(p), "")
			})
		})
	}
}

func TestTerminatesWhatSomebodyTookApart(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		_, live := w.planned(owner, orders(nil))
		for _, kind := range []resource.Kind{resource.KindService, resource.KindLoadBalancer, resource.KindLogGroup} {
			for _, r := range live.Set.Of(kind) {
				w.do(plan.Step{Action: plan.Delete, Want: resource.Resource{Key: r.Key}, Have: r})
			}
		}
		w.account = w.open()
		w.compare("left", w.terminate(owner), "")
	})
}

func TestAKilledRunIsTakenUpByTheNext(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, s := range []*spec.Spec{orders(nil), nil} {
			steps := 0
			for w.oneStep(s) {
				steps++
			}
			if steps < 10 {
				t.Errorf("%d steps only", steps)
			}
		}
		w.compare("left", w.terminate(owner), "")
	})
}

// oneStep is a run that is killed after its first step.
func (w *world) oneStep(s *spec.Spec) bool {
	w.account = w.open()
	p, _ := w.planned(owner, s)
	for _, step := range p.Steps {
		if len(step.After) == 0 {
			w.do(step)
			return true
		}
	}
	return false
}

func TestAHalfMadeDeploymentTerminates(t *testing.T) {
	inWorld(t, func(w *world) {
		p, _ := w.planned(owner, orders(nil))
		half := *p
		half.Steps = nil
		for _, step := range p.Steps {
			if step.Stage == plan.Prepare {
				half.Steps = append(half.Steps, step)
			}
		}
		w.carry(&half)
		w.account = w.open()
		w.compare("left", w.terminate(owner), "")
	})
}

func TestAFailedFirstRolloutIsTriedAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		broken := orders(map[string]string{"MEMORY_RUN": "1s", "MEMORY_LISTEN_AFTER": "1h"})
		first := w.deploy(broken)
		if !first.Deployment.First || first.Deployment.Status == "SUCCESSFUL" {
			t.Fatalf("%+v", first.Deployment)
		}
		p, _ := w.planned(owner, broken)
		w.compare("plan", causes(p), "~ service")
		second := w.deploy(broken)
		if second.Deployment.ARN == first.Deployment.ARN {
			t.Error("no rollout was started")
		}
		w.compare("mended", w.deploy(orders(nil)).Deployment.Status, "SUCCESSFUL")
		w.compare("left", w.terminate(owner), "")
	})
}
