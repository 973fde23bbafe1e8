package cloud_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"photon/internal/cloud"
	"photon/internal/engine"
	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/spec"
)

// causes lists a plan's steps with what differs, one per line.
func causes(p *plan.Plan) string {
	var lines []string
	for _, step := range p.Steps {
		line := string(step.Action) + " " + string(step.Key().Kind)
		for _, cause := range step.Causes {
			if cause.Path != "" {
				line += fmt.Sprintf(" %s %s→%s", cause.Path, cause.From, cause.To)
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func liveID(w *world, kind resource.Kind) string {
	w.Helper()
	_, live := w.planned(owner, orders(nil))
	return live.Set.Of(kind)[0].ID
}

func TestWhatPeopleChangeIsSeenAndUndone(t *testing.T) {
	cases := []struct {
		name   string
		change func(w *world)
		want   string
	}{
		{"desired count", func(w *world) {
			_, err := ecs.NewFromConfig(w.byHand()).UpdateService(w.Context(), &ecs.UpdateServiceInput{
				Cluster: aws.String("photon-prod"), Service: aws.String("orders_web"), DesiredCount: aws.Int32(5),
			})
			must(w, 0, err)
		}, "~ service desiredCount 5→2"},
		{"log retention", func(w *world) {
			_, err := cloudwatchlogs.NewFromConfig(w.byHand()).PutRetentionPolicy(w.Context(), &cloudwatchlogs.PutRetentionPolicyInput{
				LogGroupName: aws.String("/photon/prod/orders"), RetentionInDays: aws.Int32(7),
			})
			must(w, 0, err)
		}, "~ log-retention days 7→30"},
		{"health check", func(w *world) {
			_, err := elasticloadbalancingv2.NewFromConfig(w.byHand()).ModifyTargetGroup(w.Context(), &elasticloadbalancingv2.ModifyTargetGroupInput{
				TargetGroupArn: aws.String(liveID(w, resource.KindTargetGroup)), HealthCheckPath: aws.String("/other"),
			})
			must(w, 0, err)
		}, "~ target-group path /other→/"},
		{"an opened port", func(w *world) {
			_, err := ec2.NewFromConfig(w.byHand()).AuthorizeSecurityGroupIngress(w.Context(), &ec2.AuthorizeSecurityGroupIngressInput{
				GroupId: aws.String(liveID(w, resource.KindSecurityGroup)),
				IpPermissions: []ec2types.IpPermission{{
					IpProtocol: aws.String("tcp"), FromPort: aws.Int32(22), ToPort: aws.Int32(22),
					IpRanges: []ec2types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}},
				}},
			})
			must(w, 0, err)
		}, "- ingress"},
		{"a rule that is gone", func(w *world) {
			_, err := elasticloadbalancingv2.NewFromConfig(w.byHand()).DeleteListener(w.Context(), &elasticloadbalancingv2.DeleteListenerInput{
				ListenerArn: aws.String(liveID(w, resource.KindListener)),
			})
			must(w, 0, err)
		}, "+ listener\n+ rule\n~ service loadBalancers.ref:target-group/TG.advancedConfiguration.productionListenerRule"},
		{"a policy on a role", func(w *world) {
			_, err := iam.NewFromConfig(w.byHand()).PutRolePolicy(w.Context(), &iam.PutRolePolicyInput{
				RoleName: aws.String("photon_prod_eu-central-1_orders_web_task"), PolicyName: aws.String("extra"),
				PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`),
			})
			must(w, 0, err)
		}, "- role-policy"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.deploy(orders(nil))
				c.change(w)
				p, _ := w.planned(owner, orders(nil))
				if c.name == "a rule that is gone" {
					first, _, _ := strings.Cut(causes(p), " loadBalancers")
					w.compare("plan", first, "+ listener\n+ rule\n~ service")
				} else {
					w.compare("plan", causes(p), c.want)
				}
				w.carry(p)
				p, _ = w.planned(owner, orders(nil))
				w.compare("plan afterwards", causes(p), "")
				w.compare("left", w.terminate(owner), "")
			})
		})
	}
}

func TestTakenNamesAreSeenBeforeAnyChange(t *testing.T) {
	inWorld(t, func(w *world) {
		_, err := cloudwatchlogs.NewFromConfig(w.byHand()).CreateLogGroup(w.Context(), &cloudwatchlogs.CreateLogGroupInput{
			LogGroupName: aws.String("/photon/prod/orders"),
		})
		must(w, 0, err)
		facts, err := w.account.Survey(w.Context(), orders(nil))
		must(w, 0, err)
		want, err := resource.Desired(orders(nil), facts, resource.Release{})
		must(w, 0, err)
		live, err := w.account.Live(w.Context(), owner, want)
		must(w, 0, err)
		_, err = plan.Diff(plan.Input{Owner: owner, Want: want, Have: live.Set})
		w.compare("error", fmt.Sprint(err), "log group /photon/prod/orders: exists and is not Photon's")
	})
}

func TestWhatAppearsMeanwhileIsNotTakenOver(t *testing.T) {
	inWorld(t, func(w *world) {
		p, _ := w.planned(owner, orders(nil))
		_, err := cloudwatchlogs.NewFromConfig(w.byHand()).CreateLogGroup(w.Context(), &cloudwatchlogs.CreateLogGroupInput{
			LogGroupName: aws.String("/photon/prod/orders"),
		})
		must(w, 0, err)
		for _, step := range p.Steps {
			if step.Key().Kind == resource.KindLogGroup {
				err := w.account.Do(w.Context(), step)
				w.compare("error", fmt.Sprint(err), "log group /photon/prod/orders: exists and is not Photon's")
			}
		}
	})
}

func TestSharedThingsGoWithTheLastService(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		other := orders(nil)
		other.Name = "orders2"
		p, _ := w.planned("orders2/prod", other)
		w.carry(p)
		p, live := w.planned(owner, nil)
		w.compare("others", strings.Join(live.Others, " "), "orders2/prod")
		w.carry(p)
		w.compare("left of the first", w.terminate(owner), "")
		again, _ := w.planned("orders2/prod", other)
		w.compare("plan of the second", causes(again), "")
		w.compare("left of the second", w.terminate("orders2/prod"), "")
	})
}

func TestARemovedWorkloadIsLeftOver(t *testing.T) {
	inWorld(t, func(w *world) {
		both := orders(nil)
		worker := both.Workloads[0]
		worker.Name, worker.HTTP = "worker", nil
		both.Workloads = append(both.Workloads, worker)
		w.deploy(both)
		p, _ := w.planned(owner, orders(nil))
		var names []string
		for _, step := range p.Steps {
			names = append(names, string(step.Action)+" "+string(step.Key().Kind))
		}
		w.compare("plan", strings.Join(names, "\n"), "- service\n- task-definition\n- security-group\n- role")
		w.carry(p)
		p, _ = w.planned(owner, orders(nil))
		w.compare("plan afterwards", causes(p), "")
		w.compare("left", w.terminate(owner), "")
	})
}

func TestDoesNotFearWhatIsSlow(t *testing.T) {
	slow := engine.Options{
		Provision: 2 * time.Minute, Linger: 3 * time.Minute, RoleDelay: 15 * time.Second,
	}
	inSlowWorld(t, slow, func(w *world) {
		o := w.deploy(orders(nil))
		w.compare("status", o.Deployment.Status, "SUCCESSFUL")
		w.compare("failures", failureText(o), "")
		w.compare("left", w.terminate(owner), "")
	})
}

func TestEveryThirdCallIsThrottledOrFails(t *testing.T) {
	for _, status := range []int{400, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.transport.refuse = func(n int) int {
					if n%3 == 0 {
						return status
					}
					return 0
				}
				w.compare("status", w.deploy(orders(nil)).Deployment.Status, "SUCCESSFUL")
				w.compare("left", w.terminate(owner), "")
			})
		})
	}
}

func TestAPatchWithAnUnknownMemberNamesIt(t *testing.T) {
	inWorld(t, func(w *world) {
		s := orders(nil)
		s.Workloads[0].Raw.TaskDefinition = []spec.PatchOperation{{Op: "add", Path: "/colour", Value: "red"}}
		p, _ := w.planned(owner, s)
		var messages []string
		for _, step := range p.Steps {
			if step.Key().Kind == resource.KindTaskDefinition || len(step.After) == 0 || step.Key().Kind == resource.KindRole {
				if err := w.account.Do(w.Context(), step); err != nil {
					messages = append(messages, err.Error())
				}
			}
		}
		w.compare("errors", strings.Join(messages, "\n"), "task definition prod_orders_web: member colour: AWS has none of this name")
	})
}

// A service that somebody deleted keeps its name while its tasks drain.
func TestAServiceIsMadeAgainWhenItsPredecessorHasDrained(t *testing.T) {
	inWorld(t, func(w *world) {
		w.deploy(orders(nil))
		_, err := ecs.NewFromConfig(w.byHand()).DeleteService(w.Context(), &ecs.DeleteServiceInput{
			Cluster: aws.String("photon-prod"), Service: aws.String("orders_web"), Force: aws.Bool(true),
		})
		must(w, 0, err)
		p, _ := w.planned(owner, orders(nil))
		for _, step := range p.Steps {
			if step.Key() != webService {
				continue
			}
			var waits *cloud.StepError
			if err := w.account.Do(w.Context(), step); !errors.As(err, &waits) || !waits.Waiting {
				t.Errorf("while it drains: %v", err)
			}
		}
		w.compare("status", w.deploy(orders(nil)).Deployment.Status, "SUCCESSFUL")
	})
}

// A service moves to a load balancer that is still being made: it waits for it,
// because tasks behind it would count as unhealthy.
func TestAServiceMovesToAnotherLoadBalancer(t *testing.T) {
	inSlowWorld(t, engine.Options{Provision: 3 * time.Minute}, func(w *world) {
		w.deploy(orders(nil))
		internal := orders(nil)
		internal.Workloads[0].HTTP.Internal = true
		p, _ := w.planned(owner, internal)
		var shift plan.Step
		for _, step := range p.Steps {
			switch {
			case step.Stage == plan.Prepare:
				w.do(step)
			case step.Stage == plan.Shift:
				shift = step
			}
		}
		var waits *cloud.StepError
		if err := w.account.Do(w.Context(), shift); !errors.As(err, &waits) || !waits.Waiting {
			t.Errorf("before the load balancer is active: %v", err)
		}
		w.do(shift)
		watch, _ := w.account.Started(webService)
		w.compare("status", w.watched(watch).Deployment.Status, "SUCCESSFUL")
		p, _ = w.planned(owner, internal)
		w.carry(p)
		p, live := w.planned(owner, internal)
		w.compare("steps left", fmt.Sprint(len(p.Steps)), "0")
		w.compare("load balancers", fmt.Sprint(len(live.Set.Of(resource.KindLoadBalancer))), "1")
	})
}
