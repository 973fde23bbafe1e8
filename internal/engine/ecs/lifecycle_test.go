package ecs

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// sameEvents compares the service's events, oldest first.
func sameEvents(w *world, want string) {
	w.t.Helper()
	if got := w.events(); got != strings.TrimSpace(want) {
		w.t.Errorf("events:\n%s\nwant:\n%s", got, strings.TrimSpace(want))
	}
}

// ends waits for the end of the deployment and compares its status.
func (w *world) ends(status types.ServiceDeploymentStatus) types.ServiceDeployment {
	w.t.Helper()
	d := w.ended()
	if d.Status != status {
		w.t.Fatalf("the deployment ended %s (%s), want %s\n%s", d.Status, aws.ToString(d.StatusReason), status, w.events())
	}
	return d
}

func TestAServiceBecomesSteady(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), balanced())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		sameEvents(w, `
(service web) has started 2 tasks: (task T). (task T).
(service web) registered 1 targets in (target-group G)
(service web) registered 1 targets in (target-group G)
(service web) (deployment ecs-svc/1) deployment completed.
(service web) has reached a steady state.`)
		s := w.service()
		if s.RunningCount != 2 || s.PendingCount != 0 || len(s.Deployments) != 1 || s.Deployments[0].RolloutState != types.DeploymentRolloutStateCompleted {
			t.Errorf("%+v", s)
		}
	})
}

func TestARollingUpdateNeverFallsBelowTheMinimum(t *testing.T) {
	inWorld(t, func(w *world) {
		w.balancer.drainFor(10 * time.Second)
		patient := balanced()
		patient.HealthCheckGracePeriodSeconds = aws.Int32(60)
		w.create(app(), patient)
		w.ends(types.ServiceDeploymentStatusSuccessful)
		w.update(app("MEMORY_LISTEN_AFTER=20s"))
		for deadline := time.Now().Add(time.Hour); w.deployment().Status != types.ServiceDeploymentStatusSuccessful; {
			if time.Now().After(deadline) {
				t.Fatal(w.events())
			}
			up := 0
			for _, task := range w.tasks(types.DesiredStatusRunning) {
				if *task.LastStatus == "RUNNING" && w.balanced(task) {
					up++
				}
			}
			if up < 2 {
				t.Fatalf("%d healthy tasks\n%s", up, w.events())
			}
			time.Sleep(500 * time.Millisecond)
		}
		if s := w.service(); len(s.Deployments) != 1 || s.RunningCount != 2 || !strings.HasSuffix(*s.TaskDefinition, "app:2") {
			t.Errorf("%+v", s)
		}
	})
}

// balanced tells whether the load balancer sends the task requests.
func (w *world) balanced(shown types.Task) bool {
	row, _ := w.rows.tasks.Get("123456789012/us-east-1/default/" + last(*shown.TaskArn))
	for _, at := range row.Targets {
		if state, _, _ := w.balancer.Health(w.ctx, at.Group, at.Address); state == "healthy" {
			return true
		}
	}
	return false
}

func TestACrashTripsTheBreakerAndRollsBack(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), balanced())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		w.update(app("MEMORY_RUN=1s", "MEMORY_EXIT=3"))
		d := w.ends(types.ServiceDeploymentStatusRollbackSuccessful)
		if *d.StatusReason != byBreaker || *d.Rollback.Reason != byBreaker || w.plain(last(*d.Rollback.ServiceRevisionArn)) != "1" {
			t.Errorf("%s, %+v", *d.StatusReason, *d.Rollback)
		}
		if b := d.DeploymentCircuitBreaker; b.Status != types.ServiceDeploymentRollbackMonitorsStatusTriggered || b.FailureCount < 3 || b.Threshold != 3 {
			t.Errorf("%+v", *b)
		}
		s := w.service()
		if !strings.HasSuffix(*s.TaskDefinition, "app:1") || s.RunningCount != 2 {
			t.Errorf("%s, %d running", *s.TaskDefinition, s.RunningCount)
		}
		if got := w.events(); !strings.Contains(got, "(service web) (deployment ecs-svc/2) deployment failed: tasks failed to start.\n(service web) rolling back to deployment ecs-svc/1.") {
			t.Error(got)
		}
		failed := w.tasks(types.DesiredStatusStopped)[0]
		if failed.StopCode != types.TaskStopCodeEssentialContainerExited || *failed.StoppedReason != "Essential container in task exited" || *failed.Containers[0].ExitCode != 3 {
			t.Errorf("%s %s %d", failed.StopCode, *failed.StoppedReason, *failed.Containers[0].ExitCode)
		}
	})
}

func TestAFirstDeploymentThatFailsStalls(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app("MEMORY_EXIT=1"), web())
		d := w.ends(types.ServiceDeploymentStatusStopped)
		if want := stopped + " " + noCandidate; *d.StatusReason != want {
			t.Errorf("%s, want %s", *d.StatusReason, want)
		}
		s := w.service()
		if p := s.Deployments[0]; p.RolloutState != types.DeploymentRolloutStateFailed || *p.RolloutStateReason != "ECS deployment circuit breaker: tasks failed to start." || p.FailedTasks < 3 {
			t.Errorf("%+v", p)
		}
		time.Sleep(30 * time.Minute)
		before := len(w.tasks(types.DesiredStatusStopped))
		time.Sleep(10 * time.Minute)
		if n := len(w.tasks(types.DesiredStatusStopped)); n != before || n == 0 {
			t.Errorf("%d tasks at first, %d later", before, n)
		}
		w.update(app())
		w.ends(types.ServiceDeploymentStatusSuccessful)
	})
}

func TestATargetThatNeverBecomesHealthyRollsBack(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), balanced())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		w.update(app("MEMORY_STATUS=500"))
		w.ends(types.ServiceDeploymentStatusRollbackSuccessful)
		failed := w.tasks(types.DesiredStatusStopped)[0]
		if failed.StopCode != types.TaskStopCodeServiceSchedulerInitiated || w.plain(*failed.StoppedReason) != "Task failed ELB health checks in (target-group G)" {
			t.Errorf("%s %s", failed.StopCode, *failed.StoppedReason)
		}
		if want := "(service web) (port 8080) is unhealthy in (target-group G) due to (reason Health checks failed with these codes: [500])"; !strings.Contains(w.events(), want) {
			t.Error(w.events())
		}
	})
}

func TestAContainerThatNeverBecomesHealthyRollsBack(t *testing.T) {
	sick := func(env ...string) *ecs.RegisterTaskDefinitionInput {
		d := app(env...)
		d.ContainerDefinitions[0].HealthCheck = &types.HealthCheck{Command: []string{"CMD", "check"}, Interval: aws.Int32(5)}
		return d
	}
	inWorld(t, func(w *world) {
		w.create(sick(), web())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		if got := w.tasks(types.DesiredStatusRunning)[0].HealthStatus; got != types.HealthStatusHealthy {
			t.Errorf("%s", got)
		}
		w.update(sick("MEMORY_UNHEALTHY=1"))
		w.ends(types.ServiceDeploymentStatusRollbackSuccessful)
		if got := *w.tasks(types.DesiredStatusStopped)[0].StoppedReason; got != "Task failed container health checks" {
			t.Error(got)
		}
	})
}

func TestANewDeploymentSupersedesTheOldOne(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), balanced())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		w.update(app("MEMORY_LISTEN_AFTER=1h"))
		time.Sleep(3 * time.Second)
		w.update(app())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		list := want[*ecs.ListServiceDeploymentsOutput](t)(w.ListServiceDeployments(w.ctx, &ecs.ListServiceDeploymentsInput{Service: aws.String("web")}))
		var got []string
		for _, d := range list.ServiceDeployments {
			got = append(got, string(d.Status)+" "+aws.ToString(d.StatusReason))
		}
		if want := "SUCCESSFUL ,STOPPED Service deployment was stopped because a new service deployment was started.,SUCCESSFUL "; strings.Join(got, ",") != want {
			t.Errorf("%s, want %s", strings.Join(got, ","), want)
		}
	})
}

func TestAServiceIsDeleted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.balancer.drainFor(15 * time.Second)
		w.create(app(), balanced())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		remove := func(force bool) error {
			_, err := w.DeleteService(w.ctx, &ecs.DeleteServiceInput{Service: aws.String("web"), Force: &force})
			return err
		}
		if got := faultText(remove(false)); got != "InvalidParameterException: The service cannot be stopped while it is scaled above 0." {
			t.Error(got)
		}
		if err := remove(true); err != nil || *w.service().Status != "DRAINING" {
			t.Fatalf("%v, %s", err, *w.service().Status)
		}
		time.Sleep(10 * time.Second)
		if *w.service().Status != "DRAINING" {
			t.Error("INACTIVE while requests may still be answered")
		}
		time.Sleep(10 * time.Second)
		if *w.service().Status != "INACTIVE" || len(w.tasks(types.DesiredStatusRunning)) != 0 {
			t.Errorf("%s", *w.service().Status)
		}
		if _, err := w.DeleteCluster(w.ctx, &ecs.DeleteClusterInput{}); err != nil {
			t.Error(err)
		}
		want[*ecs.CreateClusterOutput](t)(w.CreateCluster(w.ctx, &ecs.CreateClusterInput{}))
		time.Sleep(2 * time.Hour)
		out := want[*ecs.DescribeServicesOutput](t)(w.DescribeServices(w.ctx, &ecs.DescribeServicesInput{Services: []string{"web"}}))
		if len(out.Services) != 0 || *out.Failures[0].Reason != "MISSING" {
			t.Errorf("%+v", out)
		}
	})
}

func TestARestartBringsServicesBack(t *testing.T) {
	inWorld(t, func(w *world) {
		w.persist()
		patient := balanced()
		patient.HealthCheckGracePeriodSeconds = aws.Int32(60)
		w.create(app(), patient)
		w.ends(types.ServiceDeploymentStatusSuccessful)
		w.update(app("MEMORY_LISTEN_AFTER=30s"))
		time.Sleep(3 * time.Second)
		w.restart()
		w.ends(types.ServiceDeploymentStatusSuccessful)
		if s := w.service(); s.RunningCount != 2 || !strings.HasSuffix(*s.TaskDefinition, "app:2") || len(s.Deployments) != 1 {
			t.Errorf("%+v", s)
		}
		for _, task := range w.tasks(types.DesiredStatusStopped) {
			if *task.LastStatus != "STOPPED" || *task.StoppedReason != engineStopped {
				t.Errorf("%s %s", *task.LastStatus, *task.StoppedReason)
			}
		}
	})
}

func TestAStoppedDeploymentRollsBack(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), balanced())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		w.update(app("MEMORY_LISTEN_AFTER=1h"))
		arn := w.service().CurrentServiceDeployment
		want[*ecs.StopServiceDeploymentOutput](t)(w.StopServiceDeployment(w.ctx, &ecs.StopServiceDeploymentInput{ServiceDeploymentArn: arn}))
		d := w.ends(types.ServiceDeploymentStatusRollbackSuccessful)
		if *d.Rollback.Reason != byUser || !strings.HasSuffix(*w.service().TaskDefinition, "app:1") {
			t.Errorf("%s, %s", *d.Rollback.Reason, *w.service().TaskDefinition)
		}
		_, err := w.StopServiceDeployment(w.ctx, &ecs.StopServiceDeploymentInput{ServiceDeploymentArn: arn})
		if got := faultText(err); got != "ConflictException: The service deployment is in ROLLBACK_SUCCESSFUL status and cannot be stopped." {
			t.Error(got)
		}
	})
}

func TestScalingDeploysNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), web())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		before := *w.service().CurrentServiceDeployment
		for _, count := range []int32{5, 1} {
			want[*ecs.UpdateServiceOutput](t)(w.UpdateService(w.ctx, &ecs.UpdateServiceInput{Service: aws.String("web"), DesiredCount: &count}))
			time.Sleep(time.Minute)
			if s := w.service(); s.RunningCount != count || *s.CurrentServiceDeployment != before {
				t.Errorf("%d running, want %d", s.RunningCount, count)
			}
		}
		if got := w.events(); !strings.Contains(got, "has stopped 4 running tasks: (task T). (task T). (task T). (task T).") {
			t.Error(got)
		}
	})
}
