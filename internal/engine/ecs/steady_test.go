package ecs

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func TestATaskThatIsStoppedIsReplaced(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), balanced())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		want[*ecs.StopTaskOutput](t)(w.StopTask(w.ctx, &ecs.StopTaskInput{Task: w.tasks(types.DesiredStatusRunning)[0].TaskArn}))
		time.Sleep(time.Minute)
		if s := w.service(); s.RunningCount != 2 || len(s.Deployments) != 1 || s.Deployments[0].FailedTasks != 0 {
			t.Errorf("%+v", s)
		}
		if got := w.events(); !strings.HasSuffix(got, "has reached a steady state.") || strings.Count(got, "has reached a steady state.") != 2 {
			t.Error(got)
		}
	})
}

func TestATaskThatBecomesUnhealthyIsReplacedFirst(t *testing.T) {
	inWorld(t, func(w *world) {
		d := app("MEMORY_UNHEALTHY_AFTER=60s")
		d.ContainerDefinitions[0].HealthCheck = &types.HealthCheck{Command: []string{"CMD", "check"}, Interval: aws.Int32(5)}
		in := web()
		in.DesiredCount = aws.Int32(1)
		w.create(d, in)
		w.ends(types.ServiceDeploymentStatusSuccessful)
		time.Sleep(80 * time.Second)
		if got := *w.tasks(types.DesiredStatusStopped)[0].StoppedReason; got != "Task failed container health checks" {
			t.Error(got)
		}
		want := `
(service web) has started 1 tasks: (task T).
(service web) (deployment ecs-svc/1) deployment completed.
(service web) has reached a steady state.
(service web) has started 1 tasks: (task T).
(service web) has stopped 1 running tasks: (task T).
(service web) has reached a steady state.`
		sameEvents(w, want)
	})
}

func TestATaskThatKeepsCrashingIsStartedLessOften(t *testing.T) {
	inWorld(t, func(w *world) {
		in := web()
		in.DesiredCount, in.DeploymentConfiguration = aws.Int32(1), nil
		w.create(app("MEMORY_EXIT=1"), in)
		time.Sleep(10 * time.Minute)
		n := len(w.tasks(types.DesiredStatusStopped))
		if n < 6 || n > 10 {
			t.Errorf("%d tasks in ten minutes", n)
		}
		if got := w.events(); strings.Count(got, "is unable to consistently start tasks successfully") != 1 {
			t.Error(got)
		}
		if d := w.deployment(); d.Status != types.ServiceDeploymentStatusInProgress || d.DeploymentCircuitBreaker.Status != "DISABLED" {
			t.Errorf("%s %+v", d.Status, *d.DeploymentCircuitBreaker)
		}
	})
}

func TestOnlyAChangeOfTheTasksDeploys(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), balanced())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		for name, c := range map[string]struct {
			in   ecs.UpdateServiceInput
			want bool
		}{
			"the same again":          {ecs.UpdateServiceInput{TaskDefinition: aws.String("app:1"), LoadBalancers: balanced().LoadBalancers, NetworkConfiguration: network()}, false},
			"nothing":                 {ecs.UpdateServiceInput{}, false},
			"how tasks are replaced":  {ecs.UpdateServiceInput{DeploymentConfiguration: &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(50)}}, false},
			"grace and tags":          {ecs.UpdateServiceInput{HealthCheckGracePeriodSeconds: aws.Int32(9), PropagateTags: types.PropagateTagsService}, false},
			"force":                   {ecs.UpdateServiceInput{ForceNewDeployment: true}, true},
			"other security groups":   {ecs.UpdateServiceInput{NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-1"}}}}, true},
			"no load balancer at all": {ecs.UpdateServiceInput{LoadBalancers: []types.LoadBalancer{}, HealthCheckGracePeriodSeconds: aws.Int32(0)}, true},
		} {
			before := *w.service().CurrentServiceDeployment
			c.in.Service = aws.String("web")
			out := want[*ecs.UpdateServiceOutput](t)(w.UpdateService(w.ctx, &c.in))
			if got := *out.Service.CurrentServiceDeployment != before; got != c.want {
				t.Errorf("%s: deploys %t", name, got)
			}
			w.ended()
			if name == "no load balancer at all" {
				want[*ecs.UpdateServiceOutput](t)(w.UpdateService(w.ctx, &ecs.UpdateServiceInput{Service: aws.String("web"), LoadBalancers: balanced().LoadBalancers, NetworkConfiguration: network()}))
				w.ended()
			}
			if name == "other security groups" {
				want[*ecs.UpdateServiceOutput](t)(w.UpdateService(w.ctx, &ecs.UpdateServiceInput{Service: aws.String("web"), NetworkConfiguration: network()}))
				w.ended()
			}
		}
	})
}

func TestAProtectedTaskIsNotScaledIn(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), web())
		w.ends(types.ServiceDeploymentStatusSuccessful)
		var names []string
		for _, task := range w.tasks(types.DesiredStatusRunning) {
			names = append(names, *task.TaskArn)
		}
		out := want[*ecs.UpdateTaskProtectionOutput](t)(w.UpdateTaskProtection(w.ctx, &ecs.UpdateTaskProtectionInput{Tasks: names, ProtectionEnabled: true, ExpiresInMinutes: aws.Int32(10)}))
		if len(out.ProtectedTasks) != 2 || !out.ProtectedTasks[0].ProtectionEnabled {
			t.Errorf("%+v", out)
		}
		want[*ecs.UpdateServiceOutput](t)(w.UpdateService(w.ctx, &ecs.UpdateServiceInput{Service: aws.String("web"), DesiredCount: aws.Int32(0)}))
		time.Sleep(5 * time.Minute)
		if n := w.service().RunningCount; n != 2 {
			t.Errorf("%d tasks run under protection", n)
		}
		time.Sleep(6 * time.Minute)
		if n := w.service().RunningCount; n != 0 {
			t.Errorf("%d tasks run after it", n)
		}
	})
}

func TestAHealthyTaskClearsTheFailures(t *testing.T) {
	for _, reset := range []bool{true, false} {
		inWorld(t, func(w *world) {
			d := app()
			in := balanced()
			in.DeploymentConfiguration.DeploymentCircuitBreaker = &types.DeploymentCircuitBreaker{Enable: true, ResetOnHealthyTask: &reset,
				ThresholdConfiguration: &types.ThresholdConfiguration{Type: types.ThresholdTypeCount, Value: 4}}
			in.DesiredCount = aws.Int32(1)
			w.create(d, in)
			w.ends(types.ServiceDeploymentStatusSuccessful)
			// Every task becomes healthy and then ends before the old ones are gone.
			w.balancer.drainFor(time.Hour)
			w.update(app("MEMORY_RUN=8s", "MEMORY_EXIT=1"))
			time.Sleep(3 * time.Minute)
			want := types.ServiceDeploymentStatusInProgress
			if !reset {
				want = types.ServiceDeploymentStatusStopped
			}
			if got := w.deployment(); got.Status != want {
				t.Errorf("reset %t: %s", reset, fmt.Sprint(got.Status, " ", w.events()))
			}
		})
	}
}

func TestATaskWithoutANetworkInterfaceFails(t *testing.T) {
	inWorld(t, func(w *world) {
		in := web()
		in.NetworkConfiguration.AwsvpcConfiguration.Subnets = []string{"subnet-full"}
		w.create(app(), in)
		w.ends(types.ServiceDeploymentStatusStopped)
		if got, want := *w.tasks(types.DesiredStatusStopped)[0].StoppedReason, "Unexpected EC2 error while attempting to create a network interface in subnet 'subnet-full': InsufficientFreeAddressesInSubnet"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestARevisionNumberIsNeverGivenTwice(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), web())
		w.register(app())
		want[*ecs.DeregisterTaskDefinitionOutput](t)(w.DeregisterTaskDefinition(w.ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: aws.String("app:2")}))
		want[*ecs.DeleteTaskDefinitionsOutput](t)(w.DeleteTaskDefinitions(w.ctx, &ecs.DeleteTaskDefinitionsInput{TaskDefinitions: []string{"app:2"}}))
		time.Sleep(2 * time.Second)
		if out := want[*ecs.RegisterTaskDefinitionOutput](t)(w.RegisterTaskDefinition(w.ctx, app())); out.TaskDefinition.Revision != 3 {
			t.Errorf("revision %d", out.TaskDefinition.Revision)
		}
	})
}

func TestTasksAreListedByTheirFilters(t *testing.T) {
	inWorld(t, func(w *world) {
		w.create(app(), web())
		w.register(image(app("MEMORY_RUN=1s"), "job:1"))
		in := &ecs.RunTaskInput{TaskDefinition: aws.String("app:2"), LaunchType: "FARGATE", NetworkConfiguration: network(), StartedBy: aws.String("ci"), Count: aws.Int32(3)}
		want[*ecs.RunTaskOutput](t)(w.RunTask(w.ctx, in))
		time.Sleep(time.Minute)
		for name, c := range map[string]struct {
			in   ecs.ListTasksInput
			want int
		}{
			"all that run":      {ecs.ListTasksInput{}, 2},
			"of the service":    {ecs.ListTasksInput{ServiceName: aws.String("web")}, 2},
			"stopped":           {ecs.ListTasksInput{DesiredStatus: "STOPPED"}, 3},
			"stopped, started":  {ecs.ListTasksInput{DesiredStatus: "STOPPED", StartedBy: aws.String("ci")}, 3},
			"started by nobody": {ecs.ListTasksInput{StartedBy: aws.String("nobody")}, 0},
			"of the family":     {ecs.ListTasksInput{Family: aws.String("app")}, 2},
			"of another family": {ecs.ListTasksInput{Family: aws.String("ap")}, 0},
			"of an instance":    {ecs.ListTasksInput{ContainerInstance: aws.String("i")}, 0},
			"on EC2":            {ecs.ListTasksInput{LaunchType: "EC2"}, 0},
		} {
			if got := want[*ecs.ListTasksOutput](t)(w.ListTasks(w.ctx, &c.in)); len(got.TaskArns) != c.want {
				t.Errorf("%s: %d, want %d", name, len(got.TaskArns), c.want)
			}
		}
	})
}

func TestTasksThatFailSideBySideAreOneFailure(t *testing.T) {
	inWorld(t, func(w *world) {
		in := web()
		in.DesiredCount, in.DeploymentConfiguration = aws.Int32(8), nil
		w.create(app("MEMORY_EXIT=1"), in)
		time.Sleep(5 * time.Second)
		if row, _ := w.rows.services.Get("123456789012/us-east-1/default/web"); time.Until(row.StartAfter) > time.Minute || row.Failures < 24 {
			t.Errorf("after %d failures the next start is in %s", row.Failures, time.Until(row.StartAfter))
		}
	})
}
