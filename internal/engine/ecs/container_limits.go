package ecs

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func checkHealthCheck(c types.ContainerDefinition) error {
	h := c.HealthCheck
	if h == nil {
		return nil
	}
	if len(h.Command) < 2 || h.Command[0] != "CMD" && h.Command[0] != "CMD-SHELL" {
		return refused("Health check command of container '%s' must start with CMD or CMD-SHELL.", *c.Name)
	}
	for _, limit := range []struct {
		name     string
		value    *int32
		from, to int32
	}{
		{"interval", h.Interval, 5, 300},
		{"timeout", h.Timeout, 2, 60},
		{"retries", h.Retries, 1, 10},
		{"startPeriod", h.StartPeriod, 0, 300},
	} {
		if limit.value != nil && (*limit.value < limit.from || *limit.value > limit.to) {
			return refused("Health check %s of container '%s' must be between %d and %d.", limit.name, *c.Name, limit.from, limit.to)
		}
	}
	return nil
}

func checkTimes(c types.ContainerDefinition) error {
	if t := c.StopTimeout; t != nil && (*t < 0 || *t > 120) {
		return refused("Invalid stopTimeout for container '%s'. For Fargate, the value must be between 0 and 120 seconds.", *c.Name)
	}
	if t := c.StartTimeout; t != nil && (*t < 2 || *t > 120) {
		return refused("Invalid startTimeout for container '%s'. For Fargate, the value must be between 2 and 120 seconds.", *c.Name)
	}
	return nil
}

func checkRestart(c types.ContainerDefinition) error {
	p := c.RestartPolicy
	if p == nil {
		return nil
	}
	if p.Enabled == nil {
		return refused("Container '%s' must specify 'enabled' in its restartPolicy.", *c.Name)
	}
	if len(p.IgnoredExitCodes) > 50 {
		return refused("Container '%s' must not ignore more than 50 exit codes.", *c.Name)
	}
	if t := p.RestartAttemptPeriod; t != nil && (*t < 60 || *t > 1800) {
		return refused("Invalid restartAttemptPeriod for container '%s'. The value must be between 60 and 1800 seconds.", *c.Name)
	}
	return nil
}

// logOptions are the options of the awslogs driver.
var logOptions = []string{
	"awslogs-create-group", "awslogs-datetime-format", "awslogs-group", "awslogs-multiline-pattern",
	"awslogs-region", "awslogs-stream-prefix", "max-buffer-size", "mode",
}

func checkLog(c types.ContainerDefinition) error {
	l := c.LogConfiguration
	if l == nil {
		return nil
	}
	switch l.LogDriver {
	case types.LogDriverAwslogs:
	case types.LogDriverAwsfirelens:
		return refused("When a firelensConfiguration object is not specified in a container definition, the 'awsfirelens' log driver of container '%s' cannot be used.", *c.Name)
	case types.LogDriverSplunk:
		return refused("the engine does not run log driver splunk yet: container '%s'", *c.Name)
	default:
		return refused("Fargate does not support log driver '%s'.", l.LogDriver)
	}
	return checkLogOptions(c, l.Options)
}

func checkLogOptions(c types.ContainerDefinition, options map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if !slices.Contains(logOptions, name) {
			return refused("Log driver awslogs disallows options: %s", name)
		}
	}
	var missing []string
	for _, name := range []string{"awslogs-group", "awslogs-region", "awslogs-stream-prefix"} {
		if options[name] == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return refused("Log driver awslogs requires options: %s", strings.Join(missing, ", "))
	}
	if mode := options["mode"]; mode != "" && mode != "blocking" && mode != "non-blocking" {
		return refused("Log driver awslogs option 'mode' of container '%s' must be blocking or non-blocking.", *c.Name)
	}
	for _, name := range []string{"awslogs-datetime-format", "awslogs-multiline-pattern"} {
		if options[name] != "" {
			return refused("the engine does not run log option %s yet: container '%s'", name, *c.Name)
		}
	}
	return nil
}

// checkGroups refuses the making of log groups where nobody makes them.
func (e *ECS) checkGroups(in *ecs.RegisterTaskDefinitionInput) error {
	for _, c := range in.ContainerDefinitions {
		if e.parts.CreateGroup == nil && c.LogConfiguration != nil && c.LogConfiguration.Options["awslogs-create-group"] == "true" {
			return refused("the engine does not run log option awslogs-create-group yet: container '%s'", *c.Name)
		}
	}
	return nil
}

// checkOrder refuses dependencies that are not there or go round in a circle.
func checkOrder(in *ecs.RegisterTaskDefinitionInput) error {
	named := map[string]types.ContainerDefinition{}
	for _, c := range in.ContainerDefinitions {
		named[aws.ToString(c.Name)] = c
	}
	for _, c := range in.ContainerDefinitions {
		for _, d := range c.DependsOn {
			target, ok := named[aws.ToString(d.ContainerName)]
			if !ok || *target.Name == *c.Name {
				return refused("Container '%s' depends on container '%s', which is not in the task definition.", *c.Name, aws.ToString(d.ContainerName))
			}
			if err := checkCondition(c, target, d.Condition); err != nil {
				return err
			}
		}
	}
	if _, ok := startOrder(in.ContainerDefinitions); !ok {
		return refused("Containers must not depend on each other in a circle.")
	}
	return nil
}

func checkCondition(c, target types.ContainerDefinition, condition types.ContainerCondition) error {
	essential := target.Essential == nil || *target.Essential
	switch condition {
	case types.ContainerConditionStart:
	case types.ContainerConditionHealthy:
		if target.HealthCheck == nil {
			return refused("Container '%s' depends on container '%s' to be HEALTHY, which has no health check.", *c.Name, *target.Name)
		}
	case types.ContainerConditionComplete, types.ContainerConditionSuccess:
		if essential {
			return refused("Container '%s' depends on container '%s' to end, which is essential.", *c.Name, *target.Name)
		}
	default:
		return refused("Invalid dependency condition '%s' of container '%s'.", condition, *c.Name)
	}
	return nil
}
