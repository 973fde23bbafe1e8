package ecs

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// providers are the capacity providers that the engine has.
var providers = []string{"FARGATE", "FARGATE_SPOT"}

// PutClusterCapacityProviders replaces a cluster's providers and its default
// strategy.
func (e *ECS) PutClusterCapacityProviders(ctx context.Context, in *ecs.PutClusterCapacityProvidersInput) (*ecs.PutClusterCapacityProvidersOutput, error) {
	if err := checkProviders(in.CapacityProviders, in.DefaultCapacityProviderStrategy); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	row, prefix, err := e.cluster(ctx, in.Cluster)
	if err != nil {
		return nil, err
	}
	row.CapacityProviders = in.CapacityProviders
	row.DefaultCapacityProviderStrategy = in.DefaultCapacityProviderStrategy
	e.rows.clusters.Put(strings.TrimSuffix(prefix, "/"), row)
	return &ecs.PutClusterCapacityProvidersOutput{Cluster: &row}, nil
}

func checkProviders(names []string, strategy []types.CapacityProviderStrategyItem) error {
	for _, name := range names {
		if !slices.Contains(providers, ref(&name)) {
			return invalid("The specified capacity provider was not found. Specify a valid capacity provider and try again.")
		}
	}
	return checkStrategy(names, strategy)
}

// checkStrategy checks a capacity provider strategy against the providers that
// the cluster has.
func checkStrategy(names []string, strategy []types.CapacityProviderStrategyItem) error {
	bases, weight := 0, int32(0)
	for _, item := range strategy {
		if !slices.Contains(names, ref(item.CapacityProvider)) {
			return invalid("The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.")
		}
		if item.Base < 0 || item.Base > 100000 {
			return invalid("The specified capacity provider strategy is invalid. The base value must be between 0 and 100000.")
		}
		if item.Weight < 0 || item.Weight > 1000 {
			return invalid("The specified capacity provider strategy is invalid. The weight value must be between 0 and 1000.")
		}
		if item.Base > 0 {
			bases++
		}
		weight += item.Weight
	}
	if bases > 1 {
		return invalid("The specified capacity provider strategy is invalid. Only one capacity provider in a capacity provider strategy can have a base value defined.")
	}
	if len(strategy) > 0 && weight == 0 {
		return invalid("The specified capacity provider strategy is invalid. At least one capacity provider must have a weight value greater than 0.")
	}
	return nil
}

// DescribeCapacityProviders shows FARGATE and FARGATE_SPOT.
func (e *ECS) DescribeCapacityProviders(ctx context.Context, in *ecs.DescribeCapacityProvidersInput) (*ecs.DescribeCapacityProvidersOutput, error) {
	names := in.CapacityProviders
	if len(names) == 0 {
		names = providers
	}
	call, out := wire.From(ctx), &ecs.DescribeCapacityProvidersOutput{CapacityProviders: []types.CapacityProvider{}, Failures: []types.Failure{}}
	for _, name := range names {
		name = ref(&name)
		arn := call.ARN("ecs", "capacity-provider/"+name)
		if !slices.Contains(providers, name) {
			out.Failures = append(out.Failures, types.Failure{Arn: &arn, Reason: aws.String("MISSING")})
			continue
		}
		out.CapacityProviders = append(out.CapacityProviders, types.CapacityProvider{
			CapacityProviderArn: &arn, Name: &name, Status: types.CapacityProviderStatusActive,
			Type: types.CapacityProviderType(name),
		})
	}
	return out, nil
}
