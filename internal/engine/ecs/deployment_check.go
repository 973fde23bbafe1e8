package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// checkDeployment refuses a deployment configuration that AWS refuses.
func checkDeployment(c *types.DeploymentConfiguration) error {
	if !slices.Contains(c.Strategy.Values(), c.Strategy) {
		return invalid("Invalid value for deployment strategy: %s", c.Strategy)
	}
	if err := checkSteps(c); err != nil {
		return err
	}
	if err := checkPercents(*c.MinimumHealthyPercent, *c.MaximumPercent); err != nil {
		return err
	}
	if b := c.BakeTimeInMinutes; b != nil && (*b < 0 || *b > 1440) {
		return invalid("bakeTimeInMinutes must be between 0 and 1440.")
	}
	return checkBreaker(c.DeploymentCircuitBreaker)
}

// checkSteps refuses the steps of another strategy, and steps out of range.
func checkSteps(c *types.DeploymentConfiguration) error {
	if l := c.LinearConfiguration; l != nil {
		switch bake := aws.ToInt32(l.StepBakeTimeInMinutes); {
		case c.Strategy != types.DeploymentStrategyLinear:
			return invalid("linearConfiguration is only supported with the LINEAR deployment strategy.")
		case l.StepPercent != nil && (*l.StepPercent < 3 || *l.StepPercent > 100):
			return invalid("stepPercent must be between 3.0 and 100.0.")
		case bake < 0 || bake > 1440:
			return invalid("stepBakeTimeInMinutes must be between 0 and 1440.")
		}
	}
	if n := c.CanaryConfiguration; n != nil {
		switch bake := aws.ToInt32(n.CanaryBakeTimeInMinutes); {
		case c.Strategy != types.DeploymentStrategyCanary:
			return invalid("canaryConfiguration is only supported with the CANARY deployment strategy.")
		case n.CanaryPercent != nil && (*n.CanaryPercent < 0.1 || *n.CanaryPercent > 100):
			return invalid("canaryPercent must be between 0.1 and 100.0.")
		case bake < 0 || bake > 1440:
			return invalid("canaryBakeTimeInMinutes must be between 0 and 1440.")
		}
	}
	return nil
}

// checkRuns refuses what AWS would do and no controller here does.
func checkRuns(c *types.DeploymentConfiguration) error {
	switch {
	case controllers[c.Strategy] == nil:
		return unsupported("deployment strategy " + string(c.Strategy))
	case len(c.LifecycleHooks) > 0:
		return unsupported("lifecycleHooks")
	case c.EarlySuccessCriteria != nil && c.EarlySuccessCriteria.Enable:
		return unsupported("earlySuccessCriteria")
	case c.Alarms != nil && c.Alarms.Enable:
		return unsupported("deployment alarms")
	case aws.ToInt32(c.BakeTimeInMinutes) > 0:
		return unsupported("bakeTimeInMinutes with the ROLLING deployment strategy")
	}
	return nil
}

func checkPercents(minimum, maximum int32) error {
	if minimum < 0 || minimum > 100 {
		return invalid("minimumHealthyPercent must be between 0 and 100.")
	}
	if maximum < 100 {
		return invalid("maximumPercent must be at least 100.")
	}
	if minimum == 100 && maximum == 100 {
		return invalid("Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.")
	}
	return nil
}

// rebalances tells whether a service may run more tasks than are wanted, which
// is how tasks are moved between zones.
func rebalances(row service) bool { return *row.DeploymentConfiguration.MaximumPercent > 100 }

func checkRebalancing(row *service) error {
	if row.AvailabilityZoneRebalancing == types.AvailabilityZoneRebalancingEnabled && !rebalances(*row) {
		return invalid("Availability Zone rebalancing is not supported with a maximumPercent of 100 or less.")
	}
	return nil
}

func checkBreaker(b *types.DeploymentCircuitBreaker) error {
	if b == nil || b.ThresholdConfiguration == nil {
		return nil
	}
	t := b.ThresholdConfiguration
	if !slices.Contains(t.Type.Values(), t.Type) {
		return invalid("Invalid value for deployment circuit breaker threshold type: %s", t.Type)
	}
	if t.Value < 1 {
		return invalid("The deployment circuit breaker threshold value must be greater than 0.")
	}
	return nil
}

// ofDefinition finds the container that a load balancer names, with its port.
func ofDefinition(d definition, b types.LoadBalancer) error {
	name, port := aws.ToString(b.ContainerName), aws.ToInt32(b.ContainerPort)
	for _, c := range d.ContainerDefinitions {
		if *c.Name != name {
			continue
		}
		if slices.ContainsFunc(c.PortMappings, func(p types.PortMapping) bool { return *p.ContainerPort == port }) {
			return nil
		}
		return invalid("The container %s did not have a container port %d defined.", name, port)
	}
	return invalid("The container %s does not exist in the task definition.", name)
}
