package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// checkDeployment refuses a deployment configuration that AWS refuses, or
// whose strategy has no controller here.
func checkDeployment(c *types.DeploymentConfiguration) error {
	if !slices.Contains(c.Strategy.Values(), c.Strategy) {
		return invalid("Invalid value for deployment strategy: %s", c.Strategy)
	}
	if c.LinearConfiguration != nil && c.Strategy != types.DeploymentStrategyLinear {
		return invalid("linearConfiguration is only supported with the LINEAR deployment strategy.")
	}
	if c.CanaryConfiguration != nil && c.Strategy != types.DeploymentStrategyCanary {
		return invalid("canaryConfiguration is only supported with the CANARY deployment strategy.")
	}
	if controllers[c.Strategy] == nil {
		return unsupported("deployment strategy " + string(c.Strategy))
	}
	if err := checkPercents(*c.MinimumHealthyPercent, *c.MaximumPercent); err != nil {
		return err
	}
	if len(c.LifecycleHooks) > 0 {
		return unsupported("lifecycleHooks")
	}
	if c.EarlySuccessCriteria != nil && c.EarlySuccessCriteria.Enable {
		return unsupported("earlySuccessCriteria")
	}
	if c.Alarms != nil && c.Alarms.Enable {
		return unsupported("deployment alarms")
	}
	if b := c.BakeTimeInMinutes; b != nil && (*b < 0 || *b > 1440) {
		return invalid("bakeTimeInMinutes must be between 0 and 1440.")
	} else if b != nil && *b > 0 {
		return unsupported("bakeTimeInMinutes with the ROLLING deployment strategy")
	}
	return checkBreaker(c.DeploymentCircuitBreaker)
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
