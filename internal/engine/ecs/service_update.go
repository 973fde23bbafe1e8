package ecs

import (
	"cmp"
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// UpdateService changes a service. A change of what tasks are made of begins a
// deployment; a change of how many there are or how they are replaced does not.
func (e *ECS) UpdateService(ctx context.Context, in *ecs.UpdateServiceInput) (*ecs.UpdateServiceOutput, error) {
	if err := checkUpdate(in); err != nil {
		return nil, err
	}
	cluster, prefix, err := e.cluster(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	key := prefix + ref(in.Service)
	row, err := e.active(key)
	if err != nil {
		return nil, err
	}
	change(&row, in)
	definition, err := e.checkService(ctx, cluster, &row, cmp.Or(in.TaskDefinition, row.TaskDefinition))
	if err != nil {
		return nil, err
	}
	return e.update(ctx, key, in, definition)
}

// update lays the input over the row as it is now, not as it was checked.
func (e *ECS) update(ctx context.Context, key string, in *ecs.UpdateServiceInput, definition definition) (*ecs.UpdateServiceOutput, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	row, err := e.active(key)
	if err != nil {
		return nil, err
	}
	before := row
	change(&row, in)
	if in.TaskDefinition != nil {
		row.TaskDefinition = definition.TaskDefinitionArn
	}
	if in.ForceNewDeployment || remade(before, row) {
		e.deploy(ctx, key, &row)
	}
	e.rows.services.Put(key, row)
	e.nudge()
	shown := e.showService(key, row, false)
	return &ecs.UpdateServiceOutput{Service: &shown}, nil
}

// active finds a service that can be changed.
func (e *ECS) active(key string) (service, error) {
	row, ok := e.rows.services.Get(key)
	if !ok {
		return row, serviceNotFound()
	}
	if row.status() != "ACTIVE" {
		return row, serviceNotActive()
	}
	return row, nil
}

// change lays the input over the service: nil keeps, an empty list removes.
func change(row *service, in *ecs.UpdateServiceInput) {
	if in.DesiredCount != nil {
		row.DesiredCount = *in.DesiredCount
	}
	if in.LoadBalancers != nil {
		row.LoadBalancers = in.LoadBalancers
	}
	if in.NetworkConfiguration != nil {
		row.NetworkConfiguration = networkWithDefaults(in.NetworkConfiguration)
	}
	if in.PlatformVersion != nil {
		row.PlatformVersion = in.PlatformVersion
	}
	if in.CapacityProviderStrategy != nil {
		row.CapacityProviderStrategy = in.CapacityProviderStrategy
		row.LaunchType = ""
	}
	if in.DeploymentConfiguration != nil {
		row.DeploymentConfiguration = merge(row.DeploymentConfiguration, in.DeploymentConfiguration)
	}
	if in.HealthCheckGracePeriodSeconds != nil {
		row.HealthCheckGracePeriodSeconds = in.HealthCheckGracePeriodSeconds
	}
	changeFlags(row, in)
}

func changeFlags(row *service, in *ecs.UpdateServiceInput) {
	if in.EnableECSManagedTags != nil {
		row.EnableECSManagedTags = *in.EnableECSManagedTags
	}
	if in.PropagateTags != "" {
		row.PropagateTags = in.PropagateTags
	}
	if in.AvailabilityZoneRebalancing != "" {
		row.AvailabilityZoneRebalancing = in.AvailabilityZoneRebalancing
	}
}

// merge lays a deployment configuration over the one there is, member by
// member.
func merge(have, change *types.DeploymentConfiguration) *types.DeploymentConfiguration {
	merged := *have
	if change.Strategy != "" {
		merged.Strategy = change.Strategy
	}
	if change.MaximumPercent != nil {
		merged.MaximumPercent = change.MaximumPercent
	}
	if change.MinimumHealthyPercent != nil {
		merged.MinimumHealthyPercent = change.MinimumHealthyPercent
	}
	if change.DeploymentCircuitBreaker != nil {
		merged.DeploymentCircuitBreaker = change.DeploymentCircuitBreaker
	}
	if change.Alarms != nil {
		merged.Alarms = change.Alarms
	}
	if change.BakeTimeInMinutes != nil {
		merged.BakeTimeInMinutes = change.BakeTimeInMinutes
	}
	if change.EarlySuccessCriteria != nil {
		merged.EarlySuccessCriteria = change.EarlySuccessCriteria
	}
	return &merged
}

// remade tells whether tasks are made of something else than before, which
// begins a deployment.
func remade(before, after service) bool {
	made := func(s service) string {
		return fingerprint([]any{s.TaskDefinition, s.LoadBalancers, s.NetworkConfiguration, s.PlatformVersion})
	}
	return made(before) != made(after)
}

// DeleteService drains a service; with tasks wanted it needs force.
func (e *ECS) DeleteService(ctx context.Context, in *ecs.DeleteServiceInput) (*ecs.DeleteServiceOutput, error) {
	_, prefix, err := e.cluster(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	key := prefix + ref(in.Service)
	e.mu.Lock()
	defer e.mu.Unlock()
	row, err := e.active(key)
	if err != nil && row.status() != "DRAINING" {
		return nil, serviceNotFound()
	}
	if row.DesiredCount > 0 && !aws.ToBool(in.Force) && row.status() == "ACTIVE" {
		return nil, invalid("The service cannot be stopped while it is scaled above 0.")
	}
	row.Status = aws.String("DRAINING")
	row.DesiredCount = 0
	e.supersede(key, row, "Service deployment was stopped because the service was deleted.")
	e.rows.services.Put(key, row)
	e.nudge()
	shown := e.showService(key, row, true)
	return &ecs.DeleteServiceOutput{Service: &shown}, nil
}

// included tells whether tags were asked for.
func included(fields []types.ServiceField) bool {
	return slices.Contains(fields, types.ServiceFieldTags)
}
