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

const validName wire.Pattern = `^[A-Za-z0-9_-]{1,255}$`

// CreateCluster makes a cluster, or returns the one that has the name.
func (e *ECS) CreateCluster(ctx context.Context, in *ecs.CreateClusterInput) (*ecs.CreateClusterOutput, error) {
	name := clusterRef(in.ClusterName)
	if err := checkCluster(name, in); err != nil {
		return nil, err
	}
	call := wire.From(ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	if row, ok := e.rows.clusters.Get(call.World() + name); ok && aws.ToString(row.Status) == "ACTIVE" {
		return &ecs.CreateClusterOutput{Cluster: &row}, nil
	}
	row := types.Cluster{
		ClusterArn:                      aws.String(call.ARN("ecs", "cluster/"+name)),
		ClusterName:                     &name,
		Status:                          aws.String("ACTIVE"),
		CapacityProviders:               in.CapacityProviders,
		DefaultCapacityProviderStrategy: in.DefaultCapacityProviderStrategy,
		Configuration:                   in.Configuration,
		Settings:                        settings(nil, in.Settings),
		Tags:                            in.Tags,
	}
	e.rows.clusters.Put(call.World()+name, row)
	return &ecs.CreateClusterOutput{Cluster: &row}, nil
}

func checkCluster(name string, in *ecs.CreateClusterInput) error {
	if !validName.MatchString(name) {
		return invalid("Identifier was not valid: %s", name)
	}
	if in.ServiceConnectDefaults != nil {
		return unsupported("Service Connect")
	}
	if err := checkTags(in.Tags); err != nil {
		return err
	}
	if err := checkClusterSettings(in.Settings); err != nil {
		return err
	}
	return checkProviders(in.CapacityProviders, in.DefaultCapacityProviderStrategy)
}

func checkClusterSettings(settings []types.ClusterSetting) error {
	for _, s := range settings {
		if s.Name != types.ClusterSettingNameContainerInsights {
			return invalid("Invalid cluster setting name: %s", s.Name)
		}
		if !slices.Contains([]string{"enabled", "disabled", "enhanced"}, aws.ToString(s.Value)) {
			return invalid("Invalid setting value: %s", aws.ToString(s.Value))
		}
	}
	return nil
}

// settings lays changes over what there is; containerInsights is always told.
func settings(have, change []types.ClusterSetting) []types.ClusterSetting {
	value := "disabled"
	for _, s := range slices.Concat(have, change) {
		value = aws.ToString(s.Value)
	}
	return []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: &value}}
}

// ListClusters lists the ARNs of the ACTIVE clusters.
func (e *ECS) ListClusters(ctx context.Context, in *ecs.ListClustersInput) (*ecs.ListClustersOutput, error) {
	arns := []string{}
	for _, row := range e.rows.clusters.All(wire.From(ctx).World()) {
		if aws.ToString(row.Status) == "ACTIVE" {
			arns = append(arns, *row.ClusterArn)
		}
	}
	arns, next, err := wire.Page(arns, in.NextToken, in.MaxResults, 100, "InvalidParameterException")
	return &ecs.ListClustersOutput{ClusterArns: arns, NextToken: next}, err
}

// DescribeClusters shows clusters, INACTIVE ones too; none named means
// "default".
func (e *ECS) DescribeClusters(ctx context.Context, in *ecs.DescribeClustersInput) (*ecs.DescribeClustersOutput, error) {
	if len(in.Clusters) > 100 {
		return nil, invalid("Clusters cannot have more than 100 elements.")
	}
	names := in.Clusters
	if len(names) == 0 {
		names = []string{"default"}
	}
	call, out := wire.From(ctx), &ecs.DescribeClustersOutput{Clusters: []types.Cluster{}, Failures: []types.Failure{}}
	for _, name := range names {
		row, ok := e.rows.clusters.Get(call.World() + ref(&name))
		if !ok {
			arn := call.ARN("ecs", "cluster/"+ref(&name))
			out.Failures = append(out.Failures, types.Failure{Arn: &arn, Reason: aws.String("MISSING")})
			continue
		}
		out.Clusters = append(out.Clusters, e.showCluster(call.World()+*row.ClusterName, row, in.Include))
	}
	return out, nil
}

// showCluster adds the counts and leaves out what was not asked for.
func (e *ECS) showCluster(key string, row types.Cluster, include []types.ClusterField) types.Cluster {
	e.countCluster(key, &row)
	if !slices.Contains(include, types.ClusterFieldTags) {
		row.Tags = nil
	}
	if !slices.Contains(include, types.ClusterFieldSettings) {
		row.Settings = nil
	}
	if !slices.Contains(include, types.ClusterFieldConfigurations) {
		row.Configuration = nil
	}
	if !slices.Contains(include, types.ClusterFieldStatistics) {
		row.Statistics = nil
	}
	return row
}

// cluster finds an ACTIVE cluster and returns the prefix of its rows' keys.
func (e *ECS) cluster(ctx context.Context, reference *string) (types.Cluster, string, error) {
	key := wire.From(ctx).World() + clusterRef(reference)
	row, ok := e.rows.clusters.Get(key)
	if !ok {
		return row, "", clusterNotFound()
	}
	if aws.ToString(row.Status) != "ACTIVE" {
		return row, "", wire.Fault("ClusterNotFoundException", "The referenced cluster was inactive.")
	}
	return row, key + "/", nil
}

// UpdateCluster changes settings and configuration.
func (e *ECS) UpdateCluster(ctx context.Context, in *ecs.UpdateClusterInput) (*ecs.UpdateClusterOutput, error) {
	if in.ServiceConnectDefaults != nil {
		return nil, unsupported("Service Connect")
	}
	row, err := e.changeCluster(ctx, in.Cluster, in.Settings, func(row *types.Cluster) {
		if in.Configuration != nil {
			row.Configuration = in.Configuration
		}
	})
	if err != nil {
		return nil, err
	}
	return &ecs.UpdateClusterOutput{Cluster: row}, nil
}

// UpdateClusterSettings changes settings.
func (e *ECS) UpdateClusterSettings(ctx context.Context, in *ecs.UpdateClusterSettingsInput) (*ecs.UpdateClusterSettingsOutput, error) {
	row, err := e.changeCluster(ctx, in.Cluster, in.Settings, func(*types.Cluster) {})
	if err != nil {
		return nil, err
	}
	return &ecs.UpdateClusterSettingsOutput{Cluster: row}, nil
}

func (e *ECS) changeCluster(ctx context.Context, reference *string, change []types.ClusterSetting, edit func(*types.Cluster)) (*types.Cluster, error) {
	if strings.TrimSpace(aws.ToString(reference)) == "" {
		return nil, invalid("Cluster cannot be blank.")
	}
	if err := checkClusterSettings(change); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	row, prefix, err := e.cluster(ctx, reference)
	if err != nil {
		return nil, err
	}
	row.Settings = settings(row.Settings, change)
	edit(&row)
	e.rows.clusters.Put(strings.TrimSuffix(prefix, "/"), row)
	return &row, nil
}
