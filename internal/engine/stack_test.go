package engine_test

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// trusted is a trust policy for one service principal.
func trusted(principal string) *string {
	return aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + principal + `"},"Action":"sts:AssumeRole"}]}`)
}

const executionPolicy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"

// stack is all that a service behind a load balancer stands on.
type stack struct {
	vpc, group   string
	subnets      []string
	role         string
	host         string // of the load balancer
	loadBalancer string
	listener     string
	rule         string
	blue, green  string
}

// build makes a stack in the default VPC, and the cluster "shop".
func (w *world) build() *stack {
	w.Helper()
	s := w.place()
	ctx := w.Context()
	must[cloudwatchlogs.CreateLogGroupOutput](w)(w.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/shop")}))
	must[ecs.CreateClusterOutput](w)(w.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: aws.String("shop")}))
	s.group = *must[ec2.CreateSecurityGroupOutput](w)(w.ec2.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{
		GroupName: aws.String("web"), Description: aws.String("web"), VpcId: &s.vpc,
	})).GroupId
	s.role = w.role("execution")
	lb := must[elb.CreateLoadBalancerOutput](w)(w.elb.CreateLoadBalancer(ctx, &elb.CreateLoadBalancerInput{
		Name: aws.String("web"), Subnets: s.subnets[:2], SecurityGroups: []string{s.group},
	})).LoadBalancers[0]
	s.loadBalancer, s.host = *lb.LoadBalancerArn, *lb.DNSName
	s.blue, s.green = w.targetGroup(s, "blue"), w.targetGroup(s, "green")
	s.listener = *must[elb.CreateListenerOutput](w)(w.elb.CreateListener(ctx, &elb.CreateListenerInput{
		LoadBalancerArn: &s.loadBalancer, Port: aws.Int32(80), Protocol: elbtypes.ProtocolEnumHttp, DefaultActions: notFound(),
	})).Listeners[0].ListenerArn
	s.rule = *must[elb.CreateRuleOutput](w)(w.elb.CreateRule(ctx, &elb.CreateRuleInput{
		ListenerArn: &s.listener, Priority: aws.Int32(1), Conditions: onPath("/*"), Actions: forward(s.blue, 1, s.green, 0),
	})).Rules[0].RuleArn
	return s
}

// place is the default VPC.
func (w *world) place() *stack {
	w.Helper()
	s := &stack{}
	found := must[ec2.DescribeSubnetsOutput](w)(w.ec2.DescribeSubnets(w.Context(), &ec2.DescribeSubnetsInput{
		Filters: []ec2types.Filter{{Name: aws.String("default-for-az"), Values: []string{"true"}}},
	}))
	for _, subnet := range found.Subnets {
		s.vpc, s.subnets = *subnet.VpcId, append(s.subnets, *subnet.SubnetId)
	}
	return s
}

// role makes an execution role.
func (w *world) role(name string) string {
	w.Helper()
	made := must[iam.CreateRoleOutput](w)(w.iam.CreateRole(w.Context(), &iam.CreateRoleInput{
		RoleName: &name, AssumeRolePolicyDocument: trusted("ecs-tasks.amazonaws.com"),
	}))
	must[iam.AttachRolePolicyOutput](w)(w.iam.AttachRolePolicy(w.Context(), &iam.AttachRolePolicyInput{
		RoleName: &name, PolicyArn: aws.String(executionPolicy),
	}))
	return *made.Role.Arn
}

func groupInput(vpc, name string) *elb.CreateTargetGroupInput {
	return &elb.CreateTargetGroupInput{
		Name: &name, Port: aws.Int32(8080), Protocol: elbtypes.ProtocolEnumHttp, VpcId: &vpc, TargetType: elbtypes.TargetTypeEnumIp,
		HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(2), HealthCheckPath: aws.String("/"),
	}
}

func (w *world) targetGroup(s *stack, name string) string {
	w.Helper()
	arn := must[elb.CreateTargetGroupOutput](w)(w.elb.CreateTargetGroup(w.Context(), groupInput(s.vpc, name))).TargetGroups[0].TargetGroupArn
	must[elb.ModifyTargetGroupAttributesOutput](w)(w.elb.ModifyTargetGroupAttributes(w.Context(), &elb.ModifyTargetGroupAttributesInput{
		TargetGroupArn: arn,
		Attributes:     []elbtypes.TargetGroupAttribute{{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String("15")}},
	}))
	return *arn
}

func notFound() []elbtypes.Action {
	return []elbtypes.Action{{Type: elbtypes.ActionTypeEnumFixedResponse, FixedResponseConfig: &elbtypes.FixedResponseActionConfig{StatusCode: aws.String("404")}}}
}

func forward(blue string, blueWeight int32, green string, greenWeight int32) []elbtypes.Action {
	return []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, ForwardConfig: &elbtypes.ForwardActionConfig{TargetGroups: []elbtypes.TargetGroupTuple{
		{TargetGroupArn: &blue, Weight: &blueWeight}, {TargetGroupArn: &green, Weight: &greenWeight},
	}}}}
}

func onPath(values ...string) []elbtypes.RuleCondition {
	return []elbtypes.RuleCondition{{Field: aws.String("path-pattern"), PathPatternConfig: &elbtypes.PathPatternConditionConfig{Values: values}}}
}

// definition is a task definition of one container that logs, and that env
// tells what to do.
func (s *stack) definition(image string, env ...string) *ecs.RegisterTaskDefinitionInput {
	var environment []types.KeyValuePair
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		environment = append(environment, types.KeyValuePair{Name: &name, Value: &value})
	}
	return &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), Cpu: aws.String("256"), Memory: aws.String("512"), NetworkMode: types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate}, ExecutionRoleArn: &s.role,
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: &image, Environment: environment,
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(8080)}},
			LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
				"awslogs-group": "/shop", "awslogs-region": region, "awslogs-stream-prefix": "web",
			}},
		}},
	}
}

// service is a service of two tasks behind the load balancer.
func (s *stack) service() *ecs.CreateServiceInput {
	return &ecs.CreateServiceInput{
		Cluster: aws.String("shop"), ServiceName: aws.String("web"), TaskDefinition: aws.String("web"), DesiredCount: aws.Int32(2),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: s.tasks(),
		LoadBalancers: []types.LoadBalancer{{ContainerName: aws.String("web"), ContainerPort: aws.Int32(8080), TargetGroupArn: &s.blue}},
		DeploymentConfiguration: &types.DeploymentConfiguration{
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true},
		},
	}
}

func (s *stack) tasks() *types.NetworkConfiguration {
	return &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
		Subnets: s.subnets[:2], SecurityGroups: []string{s.group}, AssignPublicIp: types.AssignPublicIpEnabled,
	}}
}

// register registers a definition; the family's newest is what runs next.
func (w *world) register(in *ecs.RegisterTaskDefinitionInput) {
	w.Helper()
	must[ecs.RegisterTaskDefinitionOutput](w)(w.ecs.RegisterTaskDefinition(w.Context(), in))
}

var look = &ecs.DescribeServicesInput{Cluster: aws.String("shop"), Services: []string{"web"}}

func (w *world) service() types.Service {
	w.Helper()
	return must[ecs.DescribeServicesOutput](w)(w.ecs.DescribeServices(w.Context(), look)).Services[0]
}

// stable waits as the SDK does. The SDK's waiter gives up only where a call
// takes time.
func (w *world) stable() {
	w.Helper()
	takeTime := func(o *ecs.ServicesStableWaiterOptions) {
		o.ClientOptions = append(o.ClientOptions, func(*ecs.Options) { time.Sleep(time.Millisecond) })
	}
	if err := ecs.NewServicesStableWaiter(w.ecs).Wait(w.Context(), look, 10*time.Minute, takeTime); err != nil {
		w.Fatalf("%v\n%s", err, w.events())
	}
}

// deployed waits until the newest service deployment has ended.
func (w *world) deployed() types.ServiceDeployment {
	w.Helper()
	for range 1200 {
		d := w.deployment()
		switch d.Status {
		case types.ServiceDeploymentStatusPending, types.ServiceDeploymentStatusInProgress,
			types.ServiceDeploymentStatusRollbackRequested, types.ServiceDeploymentStatusRollbackInProgress:
			time.Sleep(time.Second)
		default:
			return d
		}
	}
	w.Fatalf("the deployment has not ended: %s\n%s", w.deployment().Status, w.events())
	panic("unreachable")
}

func (w *world) deployment() types.ServiceDeployment {
	w.Helper()
	arn := *w.service().CurrentServiceDeployment
	return must[ecs.DescribeServiceDeploymentsOutput](w)(w.ecs.DescribeServiceDeployments(w.Context(), &ecs.DescribeServiceDeploymentsInput{
		ServiceDeploymentArns: []string{arn},
	})).ServiceDeployments[0]
}

func (w *world) events() string {
	var lines []string
	for _, event := range w.service().Events {
		lines = append(lines, *event.Message)
	}
	return strings.Join(lines, "\n")
}

func (w *world) taskARNs(status types.DesiredStatus) []string {
	w.Helper()
	return must[ecs.ListTasksOutput](w)(w.ecs.ListTasks(w.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop"), DesiredStatus: status})).TaskArns
}

// deploy creates the stack and the service and waits until its deployment has
// succeeded, which is after the service is stable.
func (w *world) deploy() *stack {
	w.Helper()
	s := w.build()
	w.register(s.definition("web:1"))
	must[ecs.CreateServiceOutput](w)(w.ecs.CreateService(w.Context(), s.service()))
	w.stable()
	if d := w.deployed(); d.Status != types.ServiceDeploymentStatusSuccessful {
		w.Fatalf("%s\n%s", d.Status, w.events())
	}
	return s
}

// update registers a definition and begins its deployment.
func (w *world) update(in *ecs.RegisterTaskDefinitionInput) {
	w.Helper()
	w.register(in)
	must[ecs.UpdateServiceOutput](w)(w.ecs.UpdateService(w.Context(), &ecs.UpdateServiceInput{
		Cluster: aws.String("shop"), Service: aws.String("web"), TaskDefinition: in.Family,
	}))
}
