package ecs

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// settled is a world with a cluster, a task definition and a service "old".
func settled(t *testing.T) *world {
	w := newWorld(t)
	in := web()
	in.ServiceName = aws.String("old")
	w.create(app(), in)
	w.balancer.detail = map[string]TargetGroup{"loose": {TargetType: "ip"}, "instances": {TargetType: "instance", LoadBalancers: []string{"lb"}}}
	return w
}

func strategy(s types.DeploymentStrategy) func(*ecs.CreateServiceInput) {
	return configured(func(c *types.DeploymentConfiguration) { c.Strategy = s })
}

func configured(edit func(*types.DeploymentConfiguration)) func(*ecs.CreateServiceInput) {
	return func(in *ecs.CreateServiceInput) { edit(in.DeploymentConfiguration) }
}

// advanced is a service with both target groups, as edit changes it.
func advanced(edit func(*types.AdvancedConfiguration)) func(*ecs.CreateServiceInput) {
	return func(in *ecs.CreateServiceInput) {
		in.LoadBalancers = balanced().LoadBalancers
		in.LoadBalancers[0].AdvancedConfiguration = &types.AdvancedConfiguration{
			AlternateTargetGroupArn: aws.String(other), RoleArn: aws.String(role),
			ProductionListenerRule: aws.String("arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/lb/1/2/3"),
		}
		edit(in.LoadBalancers[0].AdvancedConfiguration)
	}
}

func targets(edit func(*types.LoadBalancer)) func(*ecs.CreateServiceInput) {
	return func(in *ecs.CreateServiceInput) {
		in.LoadBalancers = balanced().LoadBalancers
		edit(&in.LoadBalancers[0])
	}
}

func TestServicesThatAreRefused(t *testing.T) {
	for want, edit := range map[string]func(*ecs.CreateServiceInput){
		"InvalidParameterException: Creation of service was not idempotent.":                                       func(in *ecs.CreateServiceInput) { in.ServiceName = aws.String("old") },
		"InvalidParameterException: Invalid service name: 'a b'.":                                                  func(in *ecs.CreateServiceInput) { in.ServiceName = aws.String("a b") },
		"ClusterNotFoundException: Cluster not found.":                                                             func(in *ecs.CreateServiceInput) { in.Cluster = aws.String("none") },
		"InvalidParameterException: TaskDefinition can not be blank.":                                              func(in *ecs.CreateServiceInput) { in.TaskDefinition = nil },
		"ClientException: TaskDefinition not found.":                                                               func(in *ecs.CreateServiceInput) { in.TaskDefinition = aws.String("none:1") },
		"InvalidParameterException: clientToken must be at most 36 characters long.":                               func(in *ecs.CreateServiceInput) { in.ClientToken = aws.String(strings.Repeat("x", 37)) },
		"InvalidParameterException: The desired count must be between 0 and 5000.":                                 func(in *ecs.CreateServiceInput) { in.DesiredCount = aws.Int32(-1) },
		"InvalidParameterException: DesiredCount must be specified when schedulingStrategy is REPLICA.":            func(in *ecs.CreateServiceInput) { in.DesiredCount = nil },
		"InvalidParameterException: The daemon scheduling strategy is not supported with the FARGATE launch type.": func(in *ecs.CreateServiceInput) { in.SchedulingStrategy = "DAEMON" },
		"InvalidParameterException: the engine does not run deployment controller CODE_DEPLOY yet": func(in *ecs.CreateServiceInput) {
			in.DeploymentController = &types.DeploymentController{Type: "CODE_DEPLOY"}
		},
		"InvalidParameterException: the engine does not run serviceConnectConfiguration yet": func(in *ecs.CreateServiceInput) {
			in.ServiceConnectConfiguration = &types.ServiceConnectConfiguration{}
		},
		"InvalidParameterException: the engine does not run enableExecuteCommand yet":                               func(in *ecs.CreateServiceInput) { in.EnableExecuteCommand = true },
		"InvalidParameterException: Placement strategies are not supported with FARGATE launch type.":               func(in *ecs.CreateServiceInput) { in.PlacementStrategy = []types.PlacementStrategy{{}} },
		"InvalidParameterException: Network Configuration must be provided when networkMode 'awsvpc' is specified.": func(in *ecs.CreateServiceInput) { in.NetworkConfiguration = nil },
		"InvalidParameterException: subnets can not be empty.":                                                      func(in *ecs.CreateServiceInput) { in.NetworkConfiguration.AwsvpcConfiguration.Subnets = nil },
		"InvalidParameterException: subnets can have at most 16 items.": func(in *ecs.CreateServiceInput) {
			in.NetworkConfiguration.AwsvpcConfiguration.Subnets = make([]string, 17)
		},
		"InvalidParameterException: securityGroups can have at most 5 items.": func(in *ecs.CreateServiceInput) {
			in.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups = make([]string, 6)
		},
		"InvalidParameterException: The subnet ID 'subnet-none' does not exist": func(in *ecs.CreateServiceInput) {
			in.NetworkConfiguration.AwsvpcConfiguration.Subnets = []string{"subnet-none"}
		},
		"InvalidParameterException: Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.": func(in *ecs.CreateServiceInput) {
			in.CapacityProviderStrategy = []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE"), Weight: 1}}
		},
		"InvalidParameterException: The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.": func(in *ecs.CreateServiceInput) {
			in.LaunchType, in.CapacityProviderStrategy = "", []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE"), Weight: 1}}
		},
		"InvalidParameterException: the engine does not run launch type EC2 yet":                                                 func(in *ecs.CreateServiceInput) { in.LaunchType = "EC2" },
		"PlatformUnknownException: The specified platform does not exist.":                                                       func(in *ecs.CreateServiceInput) { in.PlatformVersion = aws.String("9.9.9") },
		"InvalidParameterException: Health check grace period is only valid for services configured to use load balancers.":      func(in *ecs.CreateServiceInput) { in.HealthCheckGracePeriodSeconds = aws.Int32(5) },
		"InvalidParameterException: Invalid value for propagateTags: ALL":                                                        func(in *ecs.CreateServiceInput) { in.PropagateTags = "ALL" },
		"InvalidParameterException: Tag keys must not begin with 'aws:'.":                                                        func(in *ecs.CreateServiceInput) { in.Tags = []types.Tag{{Key: aws.String("aws:x")}} },
		"InvalidParameterException: Invalid value for deployment strategy: SIDEWAYS":                                             strategy("SIDEWAYS"),
		"InvalidParameterException: the engine does not run deployment strategy BLUE_GREEN yet":                                  strategy("BLUE_GREEN"),
		"InvalidParameterException: the engine does not run deployment strategy LINEAR yet":                                      strategy("LINEAR"),
		"InvalidParameterException: the engine does not run deployment strategy CANARY yet":                                      strategy("CANARY"),
		"InvalidParameterException: canaryConfiguration is only supported with the CANARY deployment strategy.":                  configured(func(c *types.DeploymentConfiguration) { c.CanaryConfiguration = &types.CanaryConfiguration{} }),
		"InvalidParameterException: linearConfiguration is only supported with the LINEAR deployment strategy.":                  configured(func(c *types.DeploymentConfiguration) { c.LinearConfiguration = &types.LinearConfiguration{} }),
		"InvalidParameterException: minimumHealthyPercent must be between 0 and 100.":                                            configured(func(c *types.DeploymentConfiguration) { c.MinimumHealthyPercent = aws.Int32(101) }),
		"InvalidParameterException: maximumPercent must be at least 100.":                                                        configured(func(c *types.DeploymentConfiguration) { c.MaximumPercent = aws.Int32(99) }),
		"InvalidParameterException: Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.": configured(func(c *types.DeploymentConfiguration) { c.MaximumPercent = aws.Int32(100) }),
		"InvalidParameterException: Availability Zone rebalancing is not supported with a maximumPercent of 100 or less.": func(in *ecs.CreateServiceInput) {
			in.AvailabilityZoneRebalancing = types.AvailabilityZoneRebalancingEnabled
			in.DeploymentConfiguration.MinimumHealthyPercent, in.DeploymentConfiguration.MaximumPercent = aws.Int32(0), aws.Int32(100)
		},
		"InvalidParameterException: the engine does not run lifecycleHooks yet":    configured(func(c *types.DeploymentConfiguration) { c.LifecycleHooks = []types.DeploymentLifecycleHook{{}} }),
		"InvalidParameterException: the engine does not run deployment alarms yet": configured(func(c *types.DeploymentConfiguration) { c.Alarms = &types.DeploymentAlarms{Enable: true} }),
		"InvalidParameterException: the engine does not run earlySuccessCriteria yet": configured(func(c *types.DeploymentConfiguration) {
			c.EarlySuccessCriteria = &types.DeploymentEarlySuccessCriteria{Enable: true}
		}),
		"InvalidParameterException: Invalid value for deployment circuit breaker threshold type: ALL": configured(func(c *types.DeploymentConfiguration) {
			c.DeploymentCircuitBreaker.ThresholdConfiguration = &types.ThresholdConfiguration{Type: "ALL", Value: 1}
		}),
		"InvalidParameterException: The container side does not exist in the task definition.":                                                                                          targets(func(b *types.LoadBalancer) { b.ContainerName = aws.String("side") }),
		"InvalidParameterException: The container web did not have a container port 9 defined.":                                                                                         targets(func(b *types.LoadBalancer) { b.ContainerPort = aws.Int32(9) }),
		"InvalidParameterException: targetGroupArn can not be blank.":                                                                                                                   targets(func(b *types.LoadBalancer) { b.TargetGroupArn = nil }),
		"InvalidParameterException: The specified target group does not exist: gone":                                                                                                    targets(func(b *types.LoadBalancer) { b.TargetGroupArn = aws.String("gone") }),
		"InvalidParameterException: The target group with targetGroupArn loose does not have an associated load balancer.":                                                              targets(func(b *types.LoadBalancer) { b.TargetGroupArn = aws.String("loose") }),
		"InvalidParameterException: The provided target group instances has target type instance, which is incompatible with the awsvpc network mode specified in the task definition.": targets(func(b *types.LoadBalancer) { b.TargetGroupArn = aws.String("instances") }),
		"InvalidParameterException: the engine does not run Classic Load Balancers yet":                                                                                                 targets(func(b *types.LoadBalancer) { b.LoadBalancerName = aws.String("x") }),
		"InvalidParameterException: alternateTargetGroupArn must be specified in advancedConfiguration.":                                                                                advanced(func(a *types.AdvancedConfiguration) { a.AlternateTargetGroupArn = nil }),
		"InvalidParameterException: targetGroupArn and alternateTargetGroupArn must be different.":                                                                                      advanced(func(a *types.AdvancedConfiguration) { a.AlternateTargetGroupArn = aws.String(group) }),
		"InvalidParameterException: productionListenerRule must be specified in advancedConfiguration.":                                                                                 advanced(func(a *types.AdvancedConfiguration) { a.ProductionListenerRule = nil }),
		"InvalidParameterException: productionListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB":                                                   advanced(func(a *types.AdvancedConfiguration) { a.ProductionListenerRule = aws.String("rule") }),
		"InvalidParameterException: productionListenerRule and testListenerRule must be different.":                                                                                     advanced(func(a *types.AdvancedConfiguration) { a.TestListenerRule = a.ProductionListenerRule }),
		"InvalidParameterException: roleArn must be specified in advancedConfiguration and must be the ARN of an IAM role.":                                                             advanced(func(a *types.AdvancedConfiguration) { a.RoleArn = nil }),
	} {
		w := settled(t)
		in := web()
		edit(in)
		if _, err := w.CreateService(w.ctx, in); faultText(err) != want {
			t.Errorf("%s\nwant %s", faultText(err), want)
		}
	}
}

func TestAdvancedConfigurationIsKeptUnderRolling(t *testing.T) {
	w := settled(t)
	in := web()
	advanced(func(*types.AdvancedConfiguration) {})(in)
	out := want[*ecs.CreateServiceOutput](t)(w.CreateService(w.ctx, in))
	if a := out.Service.LoadBalancers[0].AdvancedConfiguration; a == nil || *a.AlternateTargetGroupArn != other {
		t.Errorf("%+v", a)
	}
	arn := *out.Service.CurrentServiceRevisions[0].Arn
	revisions := want[*ecs.DescribeServiceRevisionsOutput](t)(w.DescribeServiceRevisions(w.ctx, &ecs.DescribeServiceRevisionsInput{ServiceRevisionArns: []string{arn}}))
	if live := revisions.ServiceRevisions[0].ResolvedConfiguration.LoadBalancers[0]; *live.TargetGroupArn != group || live.ProductionListenerRule == nil {
		t.Errorf("%+v", live)
	}
}
