package ecs

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// DeleteCluster makes an empty cluster INACTIVE.
func (e *ECS) DeleteCluster(ctx context.Context, in *ecs.DeleteClusterInput) (*ecs.DeleteClusterOutput, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := wire.From(ctx).World() + clusterRef(in.Cluster)
	row, ok := e.rows.clusters.Get(key)
	if !ok {
		return nil, clusterNotFound()
	}
	e.countCluster(key, &row)
	for _, s := range e.rows.services.All(key + "/") {
		if aws.ToString(s.Status) != "INACTIVE" {
			return nil, wire.Fault("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
		}
	}
	if len(e.rows.tasks.living(key+"/")) > 0 {
		return nil, wire.Fault("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
	}
	row.Status = aws.String("INACTIVE")
	e.rows.clusters.Put(key, row)
	return &ecs.DeleteClusterOutput{Cluster: &row}, nil
}

// countCluster fills in what is counted when a cluster is shown.
func (e *ECS) countCluster(key string, row *types.Cluster) {
	for _, s := range e.rows.services.All(key + "/") {
		if aws.ToString(s.Status) == "ACTIVE" {
			row.ActiveServicesCount++
		}
	}
	draining := 0
	for _, t := range e.rows.tasks.living(key + "/") {
		switch aws.ToString(t.LastStatus) {
		case "RUNNING":
			row.RunningTasksCount++
		case "PROVISIONING", "PENDING", "ACTIVATING":
			row.PendingTasksCount++
		}
	}
	for _, s := range e.rows.services.All(key + "/") {
		if aws.ToString(s.Status) == "DRAINING" {
			draining++
		}
	}
	row.Statistics = statistics(*row, draining)
}

func statistics(row types.Cluster, draining int) []types.KeyValuePair {
	var pairs []types.KeyValuePair
	for _, s := range []struct {
		name  string
		count int
	}{
		{"runningFargateTasksCount", int(row.RunningTasksCount)},
		{"pendingFargateTasksCount", int(row.PendingTasksCount)},
		{"activeFargateServiceCount", int(row.ActiveServicesCount)},
		{"drainingFargateServiceCount", draining},
	} {
		pairs = append(pairs, types.KeyValuePair{Name: aws.String(s.name), Value: aws.String(strconv.Itoa(s.count))})
	}
	for _, name := range strings.Fields("runningEC2TasksCount pendingEC2TasksCount activeEC2ServiceCount drainingEC2ServiceCount") {
		pairs = append(pairs, types.KeyValuePair{Name: aws.String(name), Value: aws.String("0")})
	}
	return pairs
}
