package ecs

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// launch starts tasks of a service's revision. The caller holds mu.
func (e *ECS) launch(ctx context.Context, key string, row service, m move) {
	r, ok := e.rows.revisions.Get(key + "/" + m.revision)
	if !ok {
		return
	}
	_, d, err := e.definition(ctx, r.TaskDefinition)
	if err != nil {
		return
	}
	ordinal := 0
	for _, n := range e.count(key, row) {
		ordinal += int(n.running + n.pending)
	}
	var told []string
	for i := range m.count {
		t := newTask(e.birthOf(ctx, key, row, r, d, ordinal+i))
		t.Service, t.Revision = *row.ServiceName, r.ID
		e.rows.tasks.Put(t.Key, t)
		told = append(told, "(task "+t.id()+").")
	}
	e.tell(key, row, "has started %d tasks: %s", m.count, strings.Join(told, " "))
}

func (e *ECS) birthOf(ctx context.Context, key string, row service, r revision, d definition, ordinal int) birth {
	b := birth{
		call: wire.From(ctx), cluster: strings.TrimSuffix(key, *row.ServiceName), clusterARN: row.ClusterArn,
		definition: d, network: r.NetworkConfiguration, launch: types.LaunchTypeFargate,
		group: "service:" + *row.ServiceName, startedBy: aws.String("ecs-svc/" + r.ID), ordinal: ordinal,
	}
	b.provider = provider(r.CapacityProviderStrategy, ordinal)
	switch row.PropagateTags {
	case types.PropagateTagsService:
		b.tags = slices.Clone(row.Tags)
	case types.PropagateTagsTaskDefinition:
		b.tags = slices.Clone(d.Tags)
	}
	if row.EnableECSManagedTags {
		b.tags = append(b.tags, managedTags(row.ClusterArn, row.ServiceName)...)
	}
	return b
}

// provider picks the capacity provider of a service's nth task: first the
// base, then by weight.
func provider(strategy []types.CapacityProviderStrategyItem, n int) *string {
	total := 0
	for _, item := range strategy {
		if n < int(item.Base) {
			return item.CapacityProvider
		}
		n -= int(item.Base)
		total += int(item.Weight)
	}
	if total == 0 {
		return nil
	}
	n %= total
	for _, item := range strategy {
		if n < int(item.Weight) {
			return item.CapacityProvider
		}
		n -= int(item.Weight)
	}
	return nil
}

func managedTags(clusterARN, service *string) []types.Tag {
	cluster := last(*clusterARN)
	tags := []types.Tag{{Key: aws.String("aws:ecs:clusterName"), Value: &cluster}}
	if service != nil {
		tags = append(tags, types.Tag{Key: aws.String("aws:ecs:serviceName"), Value: service})
	}
	return tags
}

// settleUp counts the end of a service's task: failures count against the
// deployment under way and delay the next start.
func (e *ECS) settleUp(t task) {
	if t.Service == "" || !t.failed() {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	key := t.serviceKey()
	row, ok := e.rows.services.Get(key)
	if !ok || row.Goal != t.Revision || row.status() != "ACTIVE" {
		return
	}
	row.Failures++
	row.Steady = false
	each := max(1, int(row.DesiredCount)) // tasks that fail side by side are one failure
	row.StartAfter = time.Now().Add(delay(row.Failures / each))
	e.rows.services.Put(key, row)
	if row.Failures == patience*each {
		e.tell(key, row, "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.")
	}
	if r, ok := e.rows.revisions.Get(key + "/" + t.Revision); ok && r.Rollout == types.DeploymentRolloutStateInProgress {
		r.Failed++
		e.rows.revisions.Put(key+"/"+t.Revision, r)
		e.countFailures(key, row, r)
	}
}

func (e *ECS) countFailures(key string, row service, r revision) {
	d, ok := e.rows.deployments.Get(key + "/" + row.Deployment)
	if ok && d.DeploymentCircuitBreaker.Status == types.ServiceDeploymentRollbackMonitorsStatusMonitoring {
		d.DeploymentCircuitBreaker.FailureCount = r.Failed
		e.rows.deployments.Put(key+"/"+d.ID, d)
	}
}
