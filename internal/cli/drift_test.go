package cli

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// Names that a deployment of the file grown has.
const (
	grownCluster = "photon-default"
	grownService = "orders_web"
	grownGroup   = "/photon/default/orders"
	grownRole    = "photon_default_eu-central-1_orders_web_task"
	sharedRole   = "photon_default_eu-central-1_execution"
	rolePolicy   = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
)

// grown is the file of a service that has a resource of every kind.
func (w *world) grown() string {
	w.Helper()
	return w.file("grown.json", `{
		"name": "orders", "image": "`+worldRegistry+`/orders:1",
		"http": { "port": 8080, "health": { "path": "/healthz" } },
		"env": { "LEVEL": "info" }, "scale": 2,
		"permissions": [ { "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::orders/*"] } ]
	}`)
}

// drifts are changes that somebody makes in the console, and what the next
// plan says of them.
var drifts = map[string]struct {
	change func(ctx context.Context, w *world, config aws.Config) error
	plan   []string
}{
	"the number of tasks": {
		change: func(ctx context.Context, _ *world, config aws.Config) error {
			_, err := ecs.NewFromConfig(config).UpdateService(ctx, &ecs.UpdateServiceInput{
				Cluster: aws.String(grownCluster), Service: aws.String(grownService), DesiredCount: aws.Int32(5),
			})
			return err
		},
		plan: []string{"~ service", "desiredCount: 5 → 2  (changed outside Photon)", "0 to create, 1 to change, 0 to delete"},
	},
	"a variable of the containers": {
		change: addVariable,
		plan: []string{
			"containerDefinitions.web.environment.DEBUG: no longer 1  (changed outside Photon)",
			"task definition changes", "0 to create, 2 to change, 0 to delete",
		},
	},
	"an inbound rule that is gone": {
		change: func(ctx context.Context, w *world, config aws.Config) error {
			group := w.groupNamed("tasks")
			_, err := ec2.NewFromConfig(config).RevokeSecurityGroupIngress(ctx, &ec2.RevokeSecurityGroupIngressInput{
				GroupId: group.GroupId, IpPermissions: group.IpPermissions,
			})
			return err
		},
		plan: []string{"+ ingress", "(deleted outside Photon)", "1 to create, 0 to change, 0 to delete"},
	},
	"an inbound rule too many": {
		change: func(ctx context.Context, w *world, config aws.Config) error {
			_, err := ec2.NewFromConfig(config).AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{
				GroupId: w.groupNamed("tasks").GroupId, IpProtocol: aws.String("tcp"),
				FromPort: aws.Int32(22), ToPort: aws.Int32(22), CidrIp: aws.String("0.0.0.0/0"),
			})
			return err
		},
		plan: []string{"- ingress", ":22", "0 to create, 0 to change, 1 to delete"},
	},
	"the path of the health check": {
		change: func(ctx context.Context, w *world, config aws.Config) error {
			client := elasticloadbalancingv2.NewFromConfig(config)
			_, err := client.ModifyTargetGroup(ctx, &elasticloadbalancingv2.ModifyTargetGroupInput{
				TargetGroupArn: w.targetGroup().TargetGroupArn, HealthCheckPath: aws.String("/"),
			})
			return err
		},
		plan: []string{"~ target group", "path: / → /healthz  (changed outside Photon)", "0 to create, 1 to change, 0 to delete"},
	},
	"the time that connections drain": {
		change: func(ctx context.Context, w *world, config aws.Config) error {
			client := elasticloadbalancingv2.NewFromConfig(config)
			_, err := client.ModifyTargetGroupAttributes(ctx, &elasticloadbalancingv2.ModifyTargetGroupAttributesInput{
				TargetGroupArn: w.targetGroup().TargetGroupArn,
				Attributes: []elbtypes.TargetGroupAttribute{{
					Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("300"),
				}},
			})
			return err
		},
		plan: []string{"~ target group attributes", "drain: 300 → 20  (changed outside Photon)"},
	},
	"a listener that is gone": {
		change: func(ctx context.Context, w *world, config aws.Config) error {
			client := elasticloadbalancingv2.NewFromConfig(config)
			_, err := client.DeleteListener(ctx, &elasticloadbalancingv2.DeleteListenerInput{ListenerArn: w.listener(ctx, client)})
			return err
		},
		plan: []string{"+ listener", "(deleted outside Photon)"},
	},
	"a load balancer that is gone": {
		change: func(ctx context.Context, w *world, config aws.Config) error {
			client := elasticloadbalancingv2.NewFromConfig(config)
			_, err := client.DeleteLoadBalancer(ctx, &elasticloadbalancingv2.DeleteLoadBalancerInput{
				LoadBalancerArn: w.loadBalancer(ctx, client),
			})
			return err
		},
		plan: []string{"+ load balancer", "(deleted outside Photon)"},
	},
	"a service that is gone": {
		change: func(ctx context.Context, _ *world, config aws.Config) error {
			_, err := ecs.NewFromConfig(config).DeleteService(ctx, &ecs.DeleteServiceInput{
				Cluster: aws.String(grownCluster), Service: aws.String(grownService), Force: aws.Bool(true),
			})
			return err
		},
		plan: []string{"+ service", "(deleted outside Photon)", "1 to create, 0 to change, 0 to delete"},
	},
	"a log group that is gone": {
		change: func(ctx context.Context, _ *world, config aws.Config) error {
			_, err := cloudwatchlogs.NewFromConfig(config).DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{
				LogGroupName: aws.String(grownGroup),
			})
			return err
		},
		// Running tasks cannot write into a group that was made again.
		plan: []string{
			"+ log group", "(deleted outside Photon)", "log group changes", "task definition changes",
			"1 to create, 2 to change, 0 to delete",
		},
	},
	"a retention that is gone": {
		change: func(ctx context.Context, _ *world, config aws.Config) error {
			_, err := cloudwatchlogs.NewFromConfig(config).DeleteRetentionPolicy(ctx, &cloudwatchlogs.DeleteRetentionPolicyInput{
				LogGroupName: aws.String(grownGroup),
			})
			return err
		},
		plan: []string{"+ log retention", "(deleted outside Photon)", "1 to create, 0 to change, 0 to delete"},
	},
	"a role's own policy that is gone": {
		change: func(ctx context.Context, w *world, config aws.Config) error {
			client := iam.NewFromConfig(config)
			policies, err := client.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: aws.String(grownRole)})
			if err != nil {
				return err
			}
			_, err = client.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{
				RoleName: aws.String(grownRole), PolicyName: &policies.PolicyNames[0],
			})
			return err
		},
		plan: []string{"+ role policy", "(deleted outside Photon)", "1 to create, 0 to change, 0 to delete"},
	},
	"a managed policy that is detached": {
		change: func(ctx context.Context, _ *world, config aws.Config) error {
			_, err := iam.NewFromConfig(config).DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{
				RoleName: aws.String(sharedRole), PolicyArn: aws.String(rolePolicy),
			})
			return err
		},
		plan: []string{"+ role attachment", "(deleted outside Photon)", "1 to create, 0 to change, 0 to delete"},
	},
	"who may assume a role": {
		change: func(ctx context.Context, _ *world, config aws.Config) error {
			_, err := iam.NewFromConfig(config).UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{
				RoleName: aws.String(grownRole), PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[
					{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
			})
			return err
		},
		plan: []string{"~ role", "principal: ec2.amazonaws.com → ecs-tasks.amazonaws.com  (changed outside Photon)"},
	},
}

func TestWhatIsChangedOutsideIsPlannedAsDriftAndRepaired(t *testing.T) {
	for name, drift := range drifts {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.push("orders", "1")
				w.deploys(w.grown())
				before, all := w.portrait(ordersOwner), w.census()
				if err := drift.change(w.Context(), w, w.byHand()); err != nil {
					w.Fatal(err)
				}
				w.says(w.ends(w.photon("plan", "--file", w.grown()), exitDone).out, drift.plan...)
				w.deploys(w.grown())
				time.Sleep(time.Minute) // tasks that are too many stop
				w.same("what the service has", withoutRevisions(w.portrait(ordersOwner)), withoutRevisions(before))
				w.same("what is in the account", withoutRevisions(w.census()), withoutRevisions(all))
				w.says(w.ends(w.photon("plan", "--file", w.grown()), exitDone).out, "Nothing to do")
			})
		})
	}
}

// revisions are the lines about task definitions that no service runs.
var revisions = regexp.MustCompile(`(?m)^task.definition[ /]\S+:\d+.*\n?`)

func withoutRevisions(text string) string { return revisions.ReplaceAllString(text, "") }

// addVariable makes the service run a revision with one more variable.
func addVariable(ctx context.Context, _ *world, config aws.Config) error {
	client := ecs.NewFromConfig(config)
	out, err := client.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: aws.String("default_orders_web")})
	if err != nil {
		return err
	}
	old := out.TaskDefinition
	old.ContainerDefinitions[0].Environment = append(old.ContainerDefinitions[0].Environment,
		ecstypes.KeyValuePair{Name: aws.String("DEBUG"), Value: aws.String("1")})
	made, err := client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: old.Family, ContainerDefinitions: old.ContainerDefinitions, Cpu: old.Cpu, Memory: old.Memory,
		NetworkMode: old.NetworkMode, RequiresCompatibilities: old.RequiresCompatibilities,
		ExecutionRoleArn: old.ExecutionRoleArn, TaskRoleArn: old.TaskRoleArn, RuntimePlatform: old.RuntimePlatform,
	})
	if err != nil {
		return err
	}
	_, err = client.UpdateService(ctx, &ecs.UpdateServiceInput{
		Cluster: aws.String(grownCluster), Service: aws.String(grownService), TaskDefinition: made.TaskDefinition.TaskDefinitionArn,
	})
	return err
}

// groupNamed is the security group of orders that is for something.
func (w *world) groupNamed(purpose string) ec2types.SecurityGroup {
	w.Helper()
	out := must(ec2.NewFromConfig(w.byHand()).DescribeSecurityGroups(w.Context(), &ec2.DescribeSecurityGroupsInput{
		Filters: []ec2types.Filter{{Name: aws.String("group-name"), Values: []string{"photon_default_orders_web_" + purpose + "_*"}}},
	}))(w)
	if len(out.SecurityGroups) != 1 {
		w.Fatalf("%d security groups for %s", len(out.SecurityGroups), purpose)
	}
	return out.SecurityGroups[0]
}

// targetGroup is the first one in the account.
func (w *world) targetGroup() elbtypes.TargetGroup {
	w.Helper()
	client := elasticloadbalancingv2.NewFromConfig(w.byHand())
	return must(client.DescribeTargetGroups(w.Context(), &elasticloadbalancingv2.DescribeTargetGroupsInput{}))(w).TargetGroups[0]
}

// listener is the first one of the first load balancer.
func (w *world) listener(ctx context.Context, client *elasticloadbalancingv2.Client) *string {
	w.Helper()
	out := must(client.DescribeListeners(ctx, &elasticloadbalancingv2.DescribeListenersInput{
		LoadBalancerArn: w.loadBalancer(ctx, client),
	}))(w)
	return out.Listeners[0].ListenerArn
}

// loadBalancer is the first one in the account.
func (w *world) loadBalancer(ctx context.Context, client *elasticloadbalancingv2.Client) *string {
	w.Helper()
	out := must(client.DescribeLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{}))(w)
	return out.LoadBalancers[0].LoadBalancerArn
}
