package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// startOrder sorts containers so that each comes after those that it depends
// on; false when they depend on each other in a circle.
func startOrder(containers []types.ContainerDefinition) ([]string, bool) {
	var order []string
	for range containers {
		for _, c := range containers {
			if slices.Contains(order, *c.Name) {
				continue
			}
			if !slices.ContainsFunc(c.DependsOn, func(d types.ContainerDependency) bool {
				return !slices.Contains(order, aws.ToString(d.ContainerName))
			}) {
				order = append(order, *c.Name)
			}
		}
	}
	return order, len(order) == len(containers)
}

// progress is how far a container has come.
type progress struct {
	started, exited bool
	code            int
	health          types.HealthStatus
}

// verdict is what a dependency says about starting its dependent.
type verdict int

const (
	notYet verdict = iota
	ready
	never
)

// satisfied judges one dependency.
func satisfied(condition types.ContainerCondition, p progress) verdict {
	switch condition {
	case types.ContainerConditionStart:
		if p.started {
			return ready
		}
	case types.ContainerConditionComplete:
		if p.exited {
			return ready
		}
	case types.ContainerConditionSuccess:
		if p.exited && p.code == 0 {
			return ready
		}
		if p.exited {
			return never
		}
	case types.ContainerConditionHealthy:
		switch {
		case p.health == types.HealthStatusHealthy:
			return ready
		case p.exited || p.health == types.HealthStatusUnhealthy:
			return never
		}
	}
	return notYet
}

// startable judges all dependencies of a container; never comes with the
// dependency that will not be met.
func startable(c types.ContainerDefinition, progress map[string]progress) (verdict, types.ContainerDependency) {
	answer := ready
	for _, d := range c.DependsOn {
		switch satisfied(d.Condition, progress[*d.ContainerName]) {
		case never:
			return never, d
		case notYet:
			answer = notYet
		}
	}
	return answer, types.ContainerDependency{}
}

// stoppable are the running containers on which no other running one depends.
func stoppable(containers []types.ContainerDefinition, progress map[string]progress) []string {
	up := func(name string) bool { return progress[name].started && !progress[name].exited }
	var names []string
	for _, c := range containers {
		needed := slices.ContainsFunc(containers, func(other types.ContainerDefinition) bool {
			return up(*other.Name) && slices.ContainsFunc(other.DependsOn, func(d types.ContainerDependency) bool {
				return *d.ContainerName == *c.Name
			})
		})
		if up(*c.Name) && !needed {
			names = append(names, *c.Name)
		}
	}
	return names
}
