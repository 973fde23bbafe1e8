package ecs

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// checkCreate refuses what can be refused without looking at anything else.
func checkCreate(in *ecs.CreateServiceInput) error {
	if name := aws.ToString(in.ServiceName); !validName.MatchString(name) {
		return invalid("Invalid service name: '%s'.", name)
	}
	if token := aws.ToString(in.ClientToken); len(token) > 36 {
		return invalid("clientToken must be at most 36 characters long.")
	}
	if in.DesiredCount == nil && in.SchedulingStrategy != types.SchedulingStrategyDaemon {
		return invalid("DesiredCount must be specified when schedulingStrategy is REPLICA.")
	}
	if s := in.SchedulingStrategy; s != "" && s != types.SchedulingStrategyReplica {
		return invalid("The daemon scheduling strategy is not supported with the FARGATE launch type.")
	}
	if c := in.DeploymentController; c != nil && c.Type != types.DeploymentControllerTypeEcs {
		return unsupported("deployment controller " + string(c.Type))
	}
	if in.Role != nil {
		return invalid("You cannot specify an IAM role for services that require a service linked role.")
	}
	if err := checkAbsent(map[string]bool{
		"serviceRegistries": len(in.ServiceRegistries) > 0, "serviceConnectConfiguration": in.ServiceConnectConfiguration != nil,
		"volumeConfigurations": len(in.VolumeConfigurations) > 0, "vpcLatticeConfigurations": len(in.VpcLatticeConfigurations) > 0,
		"gatewayConnectors": len(in.GatewayConnectors) > 0, "monitoring": in.Monitoring != nil,
		"enableExecuteCommand": in.EnableExecuteCommand,
	}); err != nil {
		return err
	}
	if err := checkPlacement(in.PlacementConstraints, in.PlacementStrategy); err != nil {
		return err
	}
	return checkTags(in.Tags)
}

func checkUpdate(in *ecs.UpdateServiceInput) error {
	if ref(in.Service) == "" {
		return invalid("Service cannot be blank.")
	}
	if c := in.DeploymentController; c != nil && c.Type != types.DeploymentControllerTypeEcs {
		return unsupported("deployment controller " + string(c.Type))
	}
	if err := checkAbsent(map[string]bool{
		"serviceRegistries": len(in.ServiceRegistries) > 0, "serviceConnectConfiguration": in.ServiceConnectConfiguration != nil,
		"volumeConfigurations": len(in.VolumeConfigurations) > 0, "vpcLatticeConfigurations": len(in.VpcLatticeConfigurations) > 0,
		"gatewayConnectors": len(in.GatewayConnectors) > 0, "monitoring": in.Monitoring != nil,
		"enableExecuteCommand": aws.ToBool(in.EnableExecuteCommand),
	}); err != nil {
		return err
	}
	return checkPlacement(in.PlacementConstraints, in.PlacementStrategy)
}

// checkAbsent refuses the members that AWS has and the engine has not.
func checkAbsent(given map[string]bool) error {
	var names []string
	for name, there := range given {
		if there {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return unsupported(slices.Min(names))
}

func checkPlacement(constraints []types.PlacementConstraint, strategy []types.PlacementStrategy) error {
	if len(constraints) > 0 {
		return invalid("Placement constraints are not supported with FARGATE launch type.")
	}
	if len(strategy) > 0 {
		return invalid("Placement strategies are not supported with FARGATE launch type.")
	}
	return nil
}

// checkService refuses a service that cannot run, and returns the task
// definition that it runs.
func (e *ECS) checkService(ctx context.Context, cluster types.Cluster, row *service, reference *string) (definition, error) {
	d, err := e.runnableAs(ctx, reference, row)
	if err != nil {
		return d, err
	}
	if row.DesiredCount < 0 || row.DesiredCount > 5000 {
		return d, invalid("The desired count must be between 0 and 5000.")
	}
	if err := checkLaunch(cluster, row.LaunchType, row.CapacityProviderStrategy, row.PlatformVersion); err != nil {
		return d, err
	}
	if err := cmp.Or(checkDeployment(row.DeploymentConfiguration), checkRebalancing(row)); err != nil {
		return d, err
	}
	if g := row.HealthCheckGracePeriodSeconds; g != nil && *g < 0 {
		return d, invalid("The health check grace period must be between 0 and 2147483647.")
	} else if g != nil && len(row.LoadBalancers) == 0 && *g > 0 {
		return d, invalid("Health check grace period is only valid for services configured to use load balancers.")
	}
	if p := row.PropagateTags; !slices.Contains(p.Values(), p) {
		return d, invalid("Invalid value for propagateTags: %s", p)
	}
	if err := e.checkNetwork(ctx, row.NetworkConfiguration); err != nil {
		return d, err
	}
	if err := e.checkBalancers(ctx, row, d); err != nil {
		return d, err
	}
	return d, checkRuns(row.DeploymentConfiguration)
}

// runnableAs finds the task definition; the one that the service has already
// may be INACTIVE by now.
func (e *ECS) runnableAs(ctx context.Context, reference *string, row *service) (definition, error) {
	if row.TaskDefinition != nil && aws.ToString(reference) == *row.TaskDefinition {
		_, d, err := e.definition(ctx, reference)
		return d, err
	}
	return e.runnable(ctx, reference)
}

func checkLaunch(cluster types.Cluster, launch types.LaunchType, strategy []types.CapacityProviderStrategyItem, platform *string) error {
	if launch != "" && len(strategy) > 0 {
		return invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
	}
	if launch != "" && launch != types.LaunchTypeFargate {
		return unsupported("launch type " + string(launch))
	}
	if launch == "" && len(strategy) == 0 {
		return unsupported("launch type EC2, which is what neither a launchType nor a capacityProviderStrategy means")
	}
	if p := aws.ToString(platform); p != "" && p != "LATEST" && p != "1.4.0" {
		return wire.Fault("PlatformUnknownException", "The specified platform does not exist.")
	}
	return checkStrategy(cluster.CapacityProviders, strategy)
}

func (e *ECS) checkNetwork(ctx context.Context, n *types.NetworkConfiguration) error {
	if n == nil || n.AwsvpcConfiguration == nil {
		return invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
	}
	vpc := n.AwsvpcConfiguration
	if len(vpc.Subnets) == 0 {
		return invalid("subnets can not be empty.")
	}
	if len(vpc.Subnets) > 16 {
		return invalid("subnets can have at most 16 items.")
	}
	if len(vpc.SecurityGroups) > 5 {
		return invalid("securityGroups can have at most 5 items.")
	}
	if p := vpc.AssignPublicIp; p != "" && !slices.Contains(p.Values(), p) {
		return invalid("Invalid value for assignPublicIp: %s", p)
	}
	return e.parts.CheckNetwork(ctx, vpc.Subnets, vpc.SecurityGroups)
}
