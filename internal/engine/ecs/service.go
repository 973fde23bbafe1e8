package ecs

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// service is a service as it was asked for, and where its scheduler stands.
// What types.Service counts or lists of other rows is made when it is shown.
type service struct {
	types.Service
	Request    string    // CreateService's input, when it had a client token
	Goal       string    // id of the revision that shall run
	Completed  string    // id of the last revision whose deployment succeeded
	Deployment string    // id of the latest service deployment
	Failures   int       // tasks that failed one after another
	StartAfter time.Time // no task is started before
	Steady     bool      // the steady state has been announced
	Ended      time.Time // when it became INACTIVE
}

func (s service) status() string { return aws.ToString(s.Status) }

// CreateService makes a service and begins its first deployment.
func (e *ECS) CreateService(ctx context.Context, in *ecs.CreateServiceInput) (*ecs.CreateServiceOutput, error) {
	if err := checkCreate(in); err != nil {
		return nil, err
	}
	cluster, prefix, err := e.cluster(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	key := prefix + *in.ServiceName
	if row, done, err := e.created(key, in); done {
		if err != nil {
			return nil, err
		}
		shown := e.showService(key, row, true)
		return &ecs.CreateServiceOutput{Service: &shown}, nil
	}
	row := draft(ctx, cluster, in)
	definition, err := e.checkService(ctx, cluster, &row, in.TaskDefinition)
	if err != nil {
		return nil, err
	}
	row.TaskDefinition = definition.TaskDefinitionArn
	return e.insert(ctx, key, row, in)
}

// insert writes the service unless somebody was faster.
func (e *ECS) insert(ctx context.Context, key string, row service, in *ecs.CreateServiceInput) (*ecs.CreateServiceOutput, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, done, err := e.created(key, in); done {
		return nil, cmp.Or(err, invalid("Creation of service was not idempotent."))
	}
	e.forget(key)
	e.deploy(ctx, key, &row)
	e.rows.services.Put(key, row)
	e.nudge()
	shown := e.showService(key, row, true)
	return &ecs.CreateServiceOutput{Service: &shown}, nil
}

// created finds the service that has the name already: the same client token
// with the same request is answered again, all else is refused.
func (e *ECS) created(key string, in *ecs.CreateServiceInput) (service, bool, error) {
	row, ok := e.rows.services.Get(key)
	if !ok || row.status() == "INACTIVE" {
		return row, false, nil
	}
	if in.ClientToken != nil && row.Request == fingerprint(in) && row.status() == "ACTIVE" {
		return row, true, nil
	}
	if row.status() == "DRAINING" {
		return row, true, invalid("Unable to Start a service that is still Draining.")
	}
	return row, true, invalid("Creation of service was not idempotent.")
}

// fingerprint is the request as it is compared for idempotency.
func fingerprint(in any) string {
	request, _ := json.Marshal(in)
	return string(request)
}

// draft is the service that the input asks for, with AWS's defaults.
func draft(ctx context.Context, cluster types.Cluster, in *ecs.CreateServiceInput) service {
	call := wire.From(ctx)
	row := service{Service: types.Service{
		ServiceName:                   in.ServiceName,
		ServiceArn:                    aws.String(call.ARN("ecs", "service/"+*cluster.ClusterName+"/"+*in.ServiceName)),
		ClusterArn:                    cluster.ClusterArn,
		Status:                        aws.String("ACTIVE"),
		CreatedAt:                     aws.Time(time.Now()),
		CreatedBy:                     aws.String("arn:aws:iam::" + call.Account + ":root"),
		DesiredCount:                  aws.ToInt32(in.DesiredCount),
		LaunchType:                    in.LaunchType,
		CapacityProviderStrategy:      in.CapacityProviderStrategy,
		LoadBalancers:                 append([]types.LoadBalancer{}, in.LoadBalancers...),
		ServiceRegistries:             []types.ServiceRegistry{},
		PlacementConstraints:          []types.PlacementConstraint{},
		PlacementStrategy:             []types.PlacementStrategy{},
		NetworkConfiguration:          networkWithDefaults(in.NetworkConfiguration),
		PlatformFamily:                aws.String("Linux"),
		PlatformVersion:               in.PlatformVersion,
		SchedulingStrategy:            types.SchedulingStrategyReplica,
		DeploymentController:          &types.DeploymentController{Type: types.DeploymentControllerTypeEcs},
		DeploymentConfiguration:       deploymentWithDefaults(in.DeploymentConfiguration),
		HealthCheckGracePeriodSeconds: in.HealthCheckGracePeriodSeconds,
		PropagateTags:                 in.PropagateTags,
		EnableECSManagedTags:          in.EnableECSManagedTags,
		AvailabilityZoneRebalancing:   in.AvailabilityZoneRebalancing,
		Tags:                          in.Tags,
	}}
	if in.ClientToken != nil {
		row.Request = fingerprint(in)
	}
	return withDefaults(row, cluster)
}

func withDefaults(row service, cluster types.Cluster) service {
	if row.LaunchType == "" && len(row.CapacityProviderStrategy) == 0 {
		row.CapacityProviderStrategy = cluster.DefaultCapacityProviderStrategy
	}
	if aws.ToString(row.PlatformVersion) == "" {
		row.PlatformVersion = aws.String("LATEST")
	}
	if row.PropagateTags == "" {
		row.PropagateTags = types.PropagateTagsNone
	}
	if row.AvailabilityZoneRebalancing == "" {
		row.AvailabilityZoneRebalancing = types.AvailabilityZoneRebalancingEnabled
		if !rebalances(row) {
			row.AvailabilityZoneRebalancing = types.AvailabilityZoneRebalancingDisabled
		}
	}
	if row.HealthCheckGracePeriodSeconds == nil && len(row.LoadBalancers) > 0 {
		row.HealthCheckGracePeriodSeconds = aws.Int32(0)
	}
	return row
}

func networkWithDefaults(n *types.NetworkConfiguration) *types.NetworkConfiguration {
	if n == nil || n.AwsvpcConfiguration == nil {
		return n
	}
	vpc := *n.AwsvpcConfiguration
	if vpc.AssignPublicIp == "" {
		vpc.AssignPublicIp = types.AssignPublicIpDisabled
	}
	if vpc.SecurityGroups == nil {
		vpc.SecurityGroups = []string{}
	}
	return &types.NetworkConfiguration{AwsvpcConfiguration: &vpc}
}

func deploymentWithDefaults(c *types.DeploymentConfiguration) *types.DeploymentConfiguration {
	filled := types.DeploymentConfiguration{}
	if c != nil {
		filled = *c
	}
	if filled.Strategy == "" {
		filled.Strategy = types.DeploymentStrategyRolling
	}
	filled.MaximumPercent = or(filled.MaximumPercent, 200)
	filled.MinimumHealthyPercent = or(filled.MinimumHealthyPercent, 100)
	if filled.DeploymentCircuitBreaker == nil {
		filled.DeploymentCircuitBreaker = &types.DeploymentCircuitBreaker{}
	}
	return &filled
}

// forget deletes what is left of an INACTIVE service with the same name.
func (e *ECS) forget(key string) {
	e.rows.services.Delete(key)
	e.rows.events.Delete(key)
	for k := range e.rows.revisions.All(key + "/") {
		e.rows.revisions.Delete(k)
	}
	for k := range e.rows.deployments.All(key + "/") {
		e.rows.deployments.Delete(k)
	}
}
