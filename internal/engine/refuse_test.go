package engine_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"photon/internal/engine"
)

// call is one request on top of a stack with a running service.
type call func(w *world, s *stack) error

// defining registers the stack's definition as edit changes it.
func defining(edit func(d *ecs.RegisterTaskDefinitionInput, c *types.ContainerDefinition)) call {
	return func(w *world, s *stack) error {
		d := s.definition("web:1")
		edit(d, &d.ContainerDefinitions[0])
		_, err := w.ecs.RegisterTaskDefinition(w.Context(), d)
		return err
	}
}

// checking registers a definition whose container has a health check.
func checking(edit func(h *types.HealthCheck)) call {
	return defining(func(_ *ecs.RegisterTaskDefinitionInput, c *types.ContainerDefinition) {
		c.HealthCheck = &types.HealthCheck{Command: []string{"CMD", "check"}}
		edit(c.HealthCheck)
	})
}

// creating creates a second service as edit changes it.
func creating(edit func(in *ecs.CreateServiceInput, s *stack)) call {
	return func(w *world, s *stack) error {
		in := s.service()
		in.ServiceName = aws.String("second")
		edit(in, s)
		_, err := w.ecs.CreateService(w.Context(), in)
		return err
	}
}

// shifting creates a second service that shifts traffic.
func shifting(edit func(c *types.DeploymentConfiguration, b *types.LoadBalancer, a *types.AdvancedConfiguration)) call {
	return creating(func(in *ecs.CreateServiceInput, s *stack) {
		a := &types.AdvancedConfiguration{AlternateTargetGroupArn: &s.green, ProductionListenerRule: &s.rule, RoleArn: &s.role}
		in.LoadBalancers[0].AdvancedConfiguration = a
		in.DeploymentConfiguration.Strategy = types.DeploymentStrategyBlueGreen
		edit(in.DeploymentConfiguration, &in.LoadBalancers[0], a)
	})
}

func balancing(edit func(in *elb.CreateLoadBalancerInput)) call {
	return func(w *world, s *stack) error {
		in := &elb.CreateLoadBalancerInput{Name: aws.String("second"), Subnets: s.subnets[:2], SecurityGroups: []string{s.group}}
		edit(in)
		_, err := w.elb.CreateLoadBalancer(w.Context(), in)
		return err
	}
}

func grouping(edit func(in *elb.CreateTargetGroupInput)) call {
	return func(w *world, s *stack) error {
		in := groupInput(s.vpc, "second")
		edit(in)
		_, err := w.elb.CreateTargetGroup(w.Context(), in)
		return err
	}
}

// ruling creates a second rule with actions and conditions of the test's.
func ruling(edit func(in *elb.CreateRuleInput, s *stack)) call {
	return func(w *world, s *stack) error {
		in := &elb.CreateRuleInput{
			ListenerArn: &s.listener, Priority: aws.Int32(2), Conditions: onPath("/x"), Actions: forward(s.blue, 1, s.green, 0),
		}
		edit(in, s)
		_, err := w.elb.CreateRule(w.Context(), in)
		return err
	}
}

func trusting(document string) call {
	return func(w *world, _ *stack) error {
		_, err := w.iam.CreateRole(w.Context(), &iam.CreateRoleInput{RoleName: aws.String("second"), AssumeRolePolicyDocument: &document})
		return err
	}
}

type (
	register = ecs.RegisterTaskDefinitionInput
	part     = types.ContainerDefinition
)

// refusals are requests that some emulators accept and AWS refuses. A want
// that ends in ":" is AWS's code alone.
var refusals = []struct {
	name string
	call call
	want string
}{
	{"a CPU and memory pair that Fargate has not",
		defining(func(d *register, _ *part) { d.Memory = aws.String("4096") }),
		"ClientException: No Fargate configuration exists for given values: 256 CPU, 4096 memory. See the Amazon ECS documentation for the valid values."},
	{"another network mode",
		defining(func(d *register, _ *part) { d.NetworkMode = types.NetworkModeBridge }),
		"ClientException: Fargate only supports network mode ‘awsvpc’."},
	{"secrets without an execution role",
		defining(func(d *register, c *part) {
			d.ExecutionRoleArn, c.LogConfiguration = nil, nil
			c.Secrets = []types.Secret{{Name: aws.String("TOKEN"), ValueFrom: aws.String("token")}}
		}),
		"ClientException: When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."},
	{"no essential container",
		defining(func(_ *register, c *part) { c.Essential = aws.Bool(false) }), "ClientException:"},
	{"awsfirelens without a router",
		defining(func(_ *register, c *part) {
			c.LogConfiguration = &types.LogConfiguration{LogDriver: types.LogDriverAwsfirelens}
		}),
		"ClientException:"},
	{"a dependency that is not there",
		defining(func(_ *register, c *part) {
			c.DependsOn = []types.ContainerDependency{{ContainerName: aws.String("none"), Condition: types.ContainerConditionStart}}
		}), "ClientException:"},
	{"a volume that is not there",
		defining(func(_ *register, c *part) {
			c.MountPoints = []types.MountPoint{{SourceVolume: aws.String("data"), ContainerPath: aws.String("/data")}}
		}), "ClientException: Unknown volume 'data'."},
	{"20 GiB of ephemeral storage",
		defining(func(d *register, _ *part) { d.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: 20} }), "ClientException:"},
	{"201 GiB of ephemeral storage",
		defining(func(d *register, _ *part) { d.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: 201} }), "ClientException:"},
	{"privileged", defining(func(_ *register, c *part) { c.Privileged = aws.Bool(true) }), "ClientException:"},
	{"a container with more memory than its task",
		defining(func(_ *register, c *part) { c.Memory = aws.Int32(513) }), "ClientException:"},
	{"a health check every 4 seconds", checking(func(h *types.HealthCheck) { h.Interval = aws.Int32(4) }), "ClientException:"},
	{"a health check every 301 seconds", checking(func(h *types.HealthCheck) { h.Interval = aws.Int32(301) }), "ClientException:"},
	{"a health check timeout of 1 second", checking(func(h *types.HealthCheck) { h.Timeout = aws.Int32(1) }), "ClientException:"},
	{"a health check timeout of 61 seconds", checking(func(h *types.HealthCheck) { h.Timeout = aws.Int32(61) }), "ClientException:"},
	{"no health check retries", checking(func(h *types.HealthCheck) { h.Retries = aws.Int32(0) }), "ClientException:"},
	{"11 health check retries", checking(func(h *types.HealthCheck) { h.Retries = aws.Int32(11) }), "ClientException:"},
	{"a start period of 301 seconds", checking(func(h *types.HealthCheck) { h.StartPeriod = aws.Int32(301) }), "ClientException:"},
	{"a health check without a command", checking(func(h *types.HealthCheck) { h.Command = []string{"CMD"} }), "ClientException:"},
	{"a stop timeout of 121 seconds", defining(func(_ *register, c *part) { c.StopTimeout = aws.Int32(121) }),
		"ClientException: Invalid stopTimeout for container 'web'. For Fargate, the value must be between 0 and 120 seconds."},

	{"FARGATE without a network configuration",
		creating(func(in *ecs.CreateServiceInput, _ *stack) { in.NetworkConfiguration = nil }),
		"InvalidParameterException: Network Configuration must be provided when networkMode 'awsvpc' is specified."},
	{"a container that the task definition lacks",
		creating(func(in *ecs.CreateServiceInput, _ *stack) { in.LoadBalancers[0].ContainerName = aws.String("none") }),
		"InvalidParameterException: The container none does not exist in the task definition."},
	{"a container port that the task definition lacks",
		creating(func(in *ecs.CreateServiceInput, _ *stack) { in.LoadBalancers[0].ContainerPort = aws.Int32(81) }),
		"InvalidParameterException: The container web did not have a container port 81 defined."},
	{"an unknown strategy",
		creating(func(in *ecs.CreateServiceInput, _ *stack) { in.DeploymentConfiguration.Strategy = "PURPLE" }), "InvalidParameterException:"},
	{"a service name that is taken",
		creating(func(in *ecs.CreateServiceInput, _ *stack) { in.ServiceName = aws.String("web") }),
		"InvalidParameterException: Creation of service was not idempotent."},
	{"17 subnets",
		creating(func(in *ecs.CreateServiceInput, s *stack) {
			in.NetworkConfiguration.AwsvpcConfiguration.Subnets = append(make([]string, 16), s.subnets[0])
		}), "InvalidParameterException: subnets can have at most 16 items."},
	{"6 security groups",
		creating(func(in *ecs.CreateServiceInput, s *stack) {
			in.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups = append(make([]string, 5), s.group)
		}), "InvalidParameterException: securityGroups can have at most 5 items."},
	{"a launch type and a capacity provider strategy",
		creating(func(in *ecs.CreateServiceInput, _ *stack) {
			in.CapacityProviderStrategy = []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE"), Weight: 1}}
		}), "InvalidParameterException: Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."},
	{"canary steps with BLUE_GREEN",
		shifting(func(c *types.DeploymentConfiguration, _ *types.LoadBalancer, _ *types.AdvancedConfiguration) {
			c.CanaryConfiguration = &types.CanaryConfiguration{}
		}), "InvalidParameterException: canaryConfiguration is only supported with the CANARY deployment strategy."},
	{"linear steps with BLUE_GREEN",
		shifting(func(c *types.DeploymentConfiguration, _ *types.LoadBalancer, _ *types.AdvancedConfiguration) {
			c.LinearConfiguration = &types.LinearConfiguration{}
		}), "InvalidParameterException: linearConfiguration is only supported with the LINEAR deployment strategy."},
	{"a linear step of 2 percent",
		shifting(func(c *types.DeploymentConfiguration, _ *types.LoadBalancer, _ *types.AdvancedConfiguration) {
			c.Strategy, c.LinearConfiguration = types.DeploymentStrategyLinear, &types.LinearConfiguration{StepPercent: aws.Float64(2)}
		}), "InvalidParameterException: stepPercent must be between 3.0 and 100.0."},
	{"a canary of 101 percent",
		shifting(func(c *types.DeploymentConfiguration, _ *types.LoadBalancer, _ *types.AdvancedConfiguration) {
			c.Strategy, c.CanaryConfiguration = types.DeploymentStrategyCanary, &types.CanaryConfiguration{CanaryPercent: aws.Float64(101)}
		}), "InvalidParameterException: canaryPercent must be between 0.1 and 100.0."},
	{"BLUE_GREEN with a plain load balancer",
		shifting(func(_ *types.DeploymentConfiguration, b *types.LoadBalancer, _ *types.AdvancedConfiguration) {
			b.AdvancedConfiguration = nil
		}), "InvalidParameterException: Either all or none of the loadBalancers must have an advancedConfiguration."},
	{"BLUE_GREEN without an alternate target group",
		shifting(func(_ *types.DeploymentConfiguration, _ *types.LoadBalancer, a *types.AdvancedConfiguration) {
			a.AlternateTargetGroupArn = nil
		}), "InvalidParameterException: alternateTargetGroupArn must be specified in advancedConfiguration."},
	{"BLUE_GREEN without a production rule",
		shifting(func(_ *types.DeploymentConfiguration, _ *types.LoadBalancer, a *types.AdvancedConfiguration) {
			a.ProductionListenerRule = nil
		}), "InvalidParameterException: productionListenerRule must be specified in advancedConfiguration."},
	{"BLUE_GREEN with a listener for a production rule",
		shifting(func(_ *types.DeploymentConfiguration, _ *types.LoadBalancer, a *types.AdvancedConfiguration) {
			a.ProductionListenerRule = aws.String(strings.Replace(*a.ProductionListenerRule, "listener-rule/", "listener/", 1))
		}), "InvalidParameterException: productionListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB"},
	{"BLUE_GREEN with one rule for both",
		shifting(func(_ *types.DeploymentConfiguration, _ *types.LoadBalancer, a *types.AdvancedConfiguration) {
			a.TestListenerRule = a.ProductionListenerRule
		}), "InvalidParameterException:"},
	{"BLUE_GREEN without a role",
		shifting(func(_ *types.DeploymentConfiguration, _ *types.LoadBalancer, a *types.AdvancedConfiguration) {
			a.RoleArn = nil
		}),
		"InvalidParameterException:"},
	{"a target group without a load balancer", func(w *world, s *stack) error {
		loose := w.targetGroup(s, "loose")
		return creating(func(in *ecs.CreateServiceInput, _ *stack) { in.LoadBalancers[0].TargetGroupArn = &loose })(w, s)
	}, "InvalidParameterException:"},
	{"a cluster with services", func(w *world, _ *stack) error {
		_, err := w.ecs.DeleteCluster(w.Context(), &ecs.DeleteClusterInput{Cluster: aws.String("shop")})
		return err
	}, "ClusterContainsServicesException: The Cluster cannot be deleted while Services are active."},

	{"a load balancer with one subnet",
		balancing(func(in *elb.CreateLoadBalancerInput) { in.Subnets = in.Subnets[:1] }),
		"ValidationError: At least two subnets in two different Availability Zones must be specified"},
	{"a load-balancer name that is taken",
		balancing(func(in *elb.CreateLoadBalancerInput) {
			in.Name, in.Scheme = aws.String("web"), elbtypes.LoadBalancerSchemeEnumInternal
		}), "DuplicateLoadBalancerName:"},
	{"a listener port that is taken", func(w *world, s *stack) error {
		_, err := w.elb.CreateListener(w.Context(), &elb.CreateListenerInput{
			LoadBalancerArn: &s.loadBalancer, Port: aws.Int32(80), Protocol: elbtypes.ProtocolEnumHttp, DefaultActions: forward(s.blue, 1, s.green, 0),
		})
		return err
	}, "DuplicateListener:"},
	{"a weight of 1000", ruling(func(in *elb.CreateRuleInput, s *stack) { in.Actions = forward(s.blue, 1000, s.green, 0) }),
		"ValidationError: Target group weight '1000' must be between '0' and '999'"},
	{"a priority that is taken", ruling(func(in *elb.CreateRuleInput, _ *stack) { in.Priority = aws.Int32(1) }),
		"PriorityInUse: Priority '1' is currently in use"},
	{"a rule without conditions", ruling(func(in *elb.CreateRuleInput, _ *stack) { in.Conditions = []elbtypes.RuleCondition{} }), "ValidationError:"},
	{"a condition without values", ruling(func(in *elb.CreateRuleInput, _ *stack) { in.Conditions = onPath() }), "ValidationError:"},
	{"6 condition values", ruling(func(in *elb.CreateRuleInput, _ *stack) {
		in.Conditions = onPath("/a", "/b", "/c", "/d", "/e", "/f")
	}), "ValidationError: A rule can only have '5' condition values"},
	{"an unknown target-group attribute", func(w *world, s *stack) error {
		_, err := w.elb.ModifyTargetGroupAttributes(w.Context(), &elb.ModifyTargetGroupAttributesInput{TargetGroupArn: &s.blue,
			Attributes: []elbtypes.TargetGroupAttribute{{Key: aws.String("colour"), Value: aws.String("blue")}}})
		return err
	}, "ValidationError: Attribute key 'colour' is not recognized"},
	{"a target-group name of 33 characters",
		grouping(func(in *elb.CreateTargetGroupInput) { in.Name = aws.String(strings.Repeat("a", 33)) }), "ValidationError:"},
	{"a timeout as long as the interval",
		grouping(func(in *elb.CreateTargetGroupInput) { in.HealthCheckTimeoutSeconds = aws.Int32(5) }), "ValidationError:"},
	{"a timeout above the interval",
		grouping(func(in *elb.CreateTargetGroupInput) { in.HealthCheckTimeoutSeconds = aws.Int32(6) }), "ValidationError:"},
	{"a health check path without a slash",
		grouping(func(in *elb.CreateTargetGroupInput) { in.HealthCheckPath = aws.String("health") }), "ValidationError:"},
	{"a target group that a rule uses", func(w *world, s *stack) error {
		_, err := w.elb.DeleteTargetGroup(w.Context(), &elb.DeleteTargetGroupInput{TargetGroupArn: &s.green})
		return err
	}, "ResourceInUse:"},

	{"a trust policy that is no JSON", trusting(`{"Version":`), "MalformedPolicyDocument: This policy contains invalid Json"},
	{"a trust policy without a principal",
		trusting(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}`), "MalformedPolicyDocument:"},
	{"a trust policy with a resource",
		trusting(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole","Resource":"*"}]}`),
		"MalformedPolicyDocument:"},
	{"a trust policy with an effect of its own",
		trusting(`{"Version":"2012-10-17","Statement":[{"Effect":"Maybe","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
		"MalformedPolicyDocument:"},
	{"a trust policy without statements", trusting(`{"Version":"2012-10-17"}`), "MalformedPolicyDocument:"},
	{"a role name that is taken", func(w *world, _ *stack) error {
		_, err := w.iam.CreateRole(w.Context(), &iam.CreateRoleInput{
			RoleName: aws.String("execution"), AssumeRolePolicyDocument: trusted("ecs-tasks.amazonaws.com"),
		})
		return err
	}, "EntityAlreadyExists: Role with name execution already exists."},
	{"a retention of 6 days", func(w *world, _ *stack) error {
		_, err := w.logs.PutRetentionPolicy(w.Context(), &cloudwatchlogs.PutRetentionPolicyInput{
			LogGroupName: aws.String("/shop"), RetentionInDays: aws.Int32(6),
		})
		return err
	}, "InvalidParameterException:"},
	{"a subnet in use", func(w *world, s *stack) error {
		_, err := w.ec2.DeleteSubnet(w.Context(), &ec2.DeleteSubnetInput{SubnetId: &s.subnets[0]})
		return err
	}, "DependencyViolation:"},
	{"a security group in use", func(w *world, s *stack) error {
		_, err := w.ec2.DeleteSecurityGroup(w.Context(), &ec2.DeleteSecurityGroupInput{GroupId: &s.group})
		return err
	}, "DependencyViolation:"},
	{"an internet gateway in use", func(w *world, s *stack) error {
		gateway := must[ec2.DescribeInternetGatewaysOutput](w)(w.ec2.DescribeInternetGateways(w.Context(), &ec2.DescribeInternetGatewaysInput{})).InternetGateways[0]
		_, err := w.ec2.DetachInternetGateway(w.Context(), &ec2.DetachInternetGatewayInput{InternetGatewayId: gateway.InternetGatewayId, VpcId: &s.vpc})
		return err
	}, "DependencyViolation:"},
}

func TestWhatAWSRefusesIsRefused(t *testing.T) {
	inWorld(t, engine.Options{}, func(w *world) {
		s := w.deploy()
		for _, r := range refusals {
			got := refusal(r.call(w, s))
			if got != r.want && !(strings.HasSuffix(r.want, ":") && strings.HasPrefix(got, r.want)) {
				w.Errorf("%s:\n got %s\nwant %s", r.name, got, r.want)
			}
		}
		services := must[ecs.ListServicesOutput](w)(w.ecs.ListServices(w.Context(), &ecs.ListServicesInput{Cluster: aws.String("shop")}))
		if len(services.ServiceArns) != 1 {
			w.Errorf("refused services are there: %v", services.ServiceArns)
		}
	})
}
