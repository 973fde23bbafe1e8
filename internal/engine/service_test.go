package engine_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"photon/internal/engine"
)

// slow is an engine that takes AWS's time where that matters.
var slow = engine.Options{Provision: 90 * time.Second, Linger: 20 * time.Second}

func TestAServiceIsReachedThroughItsLoadBalancer(t *testing.T) {
	inWorld(t, slow, func(w *world) {
		s := w.deploy()
		answers := map[string]int{}
		for range 20 {
			answer := w.get(s.host, 80, "/")
			answers[answer]++
			if !strings.HasPrefix(answer, "web:1 of task ") {
				w.Errorf("answer %q", answer)
			}
		}
		if len(answers) != 2 {
			w.Errorf("answers by two tasks: %v", answers)
		}
		if got := w.get(s.host, 81, "/"); !strings.Contains(got, "connection refused") {
			w.Errorf("a port without a listener answers %q", got)
		}
	})
}

func TestARollingUpdateUnderLoadLosesNoRequest(t *testing.T) {
	inWorld(t, slow, func(w *world) {
		s := w.deploy()
		w.update(s.definition("web:2", "MEMORY_LATENCY=300ms", "MEMORY_LISTEN_AFTER=4s"))
		var requests sync.WaitGroup
		var mu sync.Mutex
		versions := map[string]int{}
		for w.deployment().Status != types.ServiceDeploymentStatusSuccessful && !w.Failed() {
			requests.Go(func() {
				version, _, ok := strings.Cut(w.get(s.host, 80, "/"), " of task ")
				if !ok {
					w.Errorf("lost: %s", version)
				}
				mu.Lock()
				defer mu.Unlock()
				versions[version]++
			})
			time.Sleep(50 * time.Millisecond)
		}
		requests.Wait()
		if versions["web:1"] < 50 || versions["web:2"] < 5 || len(versions) != 2 {
			w.Errorf("answers by version: %v", versions)
		}
		if got := w.get(s.host, 80, "/"); !strings.HasPrefix(got, "web:2 ") {
			w.Errorf("after the update %q answers", got)
		}
	})
}

func TestScalingAddsAndRemovesTargets(t *testing.T) {
	inWorld(t, slow, func(w *world) {
		s := w.deploy()
		for _, n := range []int32{4, 1, 0} {
			must[ecs.UpdateServiceOutput](w)(w.ecs.UpdateService(w.Context(), &ecs.UpdateServiceInput{
				Cluster: aws.String("shop"), Service: aws.String("web"), DesiredCount: &n,
			}))
			time.Sleep(2 * time.Minute)
			health := must[elb.DescribeTargetHealthOutput](w)(w.elb.DescribeTargetHealth(w.Context(), &elb.DescribeTargetHealthInput{TargetGroupArn: &s.blue}))
			if got := w.service(); got.RunningCount != n || len(health.TargetHealthDescriptions) != int(n) {
				w.Errorf("desired %d: %d tasks run, %d targets", n, got.RunningCount, len(health.TargetHealthDescriptions))
			}
		}
		if got := w.get(s.host, 80, "/"); got != "503" {
			w.Errorf("without targets: %q, want 503", got)
		}
	})
}

func TestAStoppedTaskIsReplaced(t *testing.T) {
	inWorld(t, slow, func(w *world) {
		w.deploy()
		before := w.taskARNs(types.DesiredStatusRunning)
		must[ecs.StopTaskOutput](w)(w.ecs.StopTask(w.Context(), &ecs.StopTaskInput{Cluster: aws.String("shop"), Task: &before[0], Reason: aws.String("by hand")}))
		time.Sleep(time.Minute)
		w.stable()
		after := w.taskARNs(types.DesiredStatusRunning)
		if len(after) != 2 || after[0] == before[0] || after[1] == before[0] {
			w.Errorf("before %v, after %v", before, after)
		}
		stopped := must[ecs.DescribeTasksOutput](w)(w.ecs.DescribeTasks(w.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: before[:1]})).Tasks[0]
		if got := string(stopped.StopCode) + ": " + *stopped.StoppedReason + ", " + *stopped.LastStatus; got != "UserInitiated: by hand, STOPPED" {
			w.Error(got)
		}
	})
}

func TestAFailingUpdateRollsBack(t *testing.T) {
	inWorld(t, slow, func(w *world) {
		s := w.deploy()
		w.update(s.definition("web:2", "MEMORY_STATUS=500"))
		d := w.deployed()
		if d.Status != types.ServiceDeploymentStatusRollbackSuccessful || d.DeploymentCircuitBreaker.Status != types.ServiceDeploymentRollbackMonitorsStatusTriggered {
			w.Errorf("%s, breaker %s\n%s", d.Status, d.DeploymentCircuitBreaker.Status, w.events())
		}
		w.stable()
		if got := w.service(); !strings.HasSuffix(*got.TaskDefinition, "web:1") || len(got.Deployments) != 1 {
			w.Errorf("%s, %d deployments", *got.TaskDefinition, len(got.Deployments))
		}
		if got := w.get(s.host, 80, "/"); !strings.HasPrefix(got, "web:1 ") {
			w.Errorf("after the rollback %q answers", got)
		}
	})
}

func TestWhatIsInUseCannotBeDeleted(t *testing.T) {
	inWorld(t, slow, func(w *world) {
		s := w.deploy()
		ctx := w.Context()
		steps := []struct {
			name   string
			delete func() error
			inUse  string // the refusal's code before the step before it is done
		}{
			{"service", func() error {
				_, err := w.ecs.DeleteService(ctx, &ecs.DeleteServiceInput{Cluster: aws.String("shop"), Service: aws.String("web"), Force: aws.Bool(true)})
				time.Sleep(2 * time.Minute)
				return err
			}, ""},
			{"cluster", func() error {
				_, err := w.ecs.DeleteCluster(ctx, &ecs.DeleteClusterInput{Cluster: aws.String("shop")})
				return err
			}, "ClusterContainsServicesException"},
			{"rule", func() error {
				_, err := w.elb.DeleteRule(ctx, &elb.DeleteRuleInput{RuleArn: &s.rule})
				return err
			}, ""},
			{"blue", func() error {
				_, err := w.elb.DeleteTargetGroup(ctx, &elb.DeleteTargetGroupInput{TargetGroupArn: &s.blue})
				return err
			}, "ResourceInUse"},
			{"green", func() error {
				_, err := w.elb.DeleteTargetGroup(ctx, &elb.DeleteTargetGroupInput{TargetGroupArn: &s.green})
				return err
			}, "ResourceInUse"},
			{"load balancer", func() error {
				_, err := w.elb.DeleteLoadBalancer(ctx, &elb.DeleteLoadBalancerInput{LoadBalancerArn: &s.loadBalancer})
				return err
			}, ""},
			{"security group", func() error {
				_, err := w.ec2.DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: &s.group})
				return err
			}, "DependencyViolation"},
			{"policy", func() error {
				_, err := w.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: aws.String("execution"), PolicyArn: aws.String(executionPolicy)})
				return err
			}, ""},
			{"role", func() error {
				_, err := w.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String("execution")})
				return err
			}, "DeleteConflict"},
			{"logs", func() error {
				_, err := w.logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String("/shop")})
				return err
			}, ""},
		}
		for _, step := range steps {
			if step.inUse == "" {
				continue
			}
			if got := code(step.delete()); got != step.inUse {
				w.Errorf("%s in use: %s, want %s", step.name, got, step.inUse)
			}
		}
		for _, step := range steps {
			err := step.delete()
			if step.name == "security group" { // the load balancer's interfaces go a little later
				if got := code(err); got != "DependencyViolation" {
					w.Errorf("security group at once: %s", got)
				}
				time.Sleep(slow.Linger + 5*time.Second)
				err = step.delete()
			}
			if err != nil {
				w.Errorf("%s: %v", step.name, err)
			}
		}
		left := must[ec2.DescribeNetworkInterfacesOutput](w)(w.ec2.DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{}))
		if n := w.runtime.Sandboxes(); n != 0 || len(left.NetworkInterfaces) != 0 {
			w.Errorf("%d sandboxes and %d network interfaces are left", n, len(left.NetworkInterfaces))
		}
	})
}
