package ecs

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

// checkTags refuses tags that no AWS resource may have.
func checkTags(tags []types.Tag) error {
	if len(tags) > 50 {
		return invalid("Tags cannot have more than 50 elements.")
	}
	seen := map[string]bool{}
	for _, t := range tags {
		key := aws.ToString(t.Key)
		switch {
		case key == "" || len(key) > 128:
			return invalid("Tag keys must be between 1 and 128 characters long.")
		case len(aws.ToString(t.Value)) > 256:
			return invalid("Tag values must be at most 256 characters long.")
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return invalid("Tag keys must not begin with 'aws:'.")
		case seen[key]:
			return invalid("Duplicate tag keys found. Tag keys are case sensitive.")
		}
		seen[key] = true
	}
	return nil
}

// TagResource adds tags to a cluster, service, task or task definition.
func (e *ECS) TagResource(ctx context.Context, in *ecs.TagResourceInput) (*ecs.TagResourceOutput, error) {
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	set := map[string]string{}
	for _, t := range in.Tags {
		set[*t.Key] = aws.ToString(t.Value)
	}
	if ok, err := e.Retag(ctx, aws.ToString(in.ResourceArn), set, nil); !ok || err != nil {
		return nil, untaggable(in.ResourceArn, err)
	}
	return &ecs.TagResourceOutput{}, nil
}

// UntagResource removes tags.
func (e *ECS) UntagResource(ctx context.Context, in *ecs.UntagResourceInput) (*ecs.UntagResourceOutput, error) {
	if ok, err := e.Retag(ctx, aws.ToString(in.ResourceArn), nil, in.TagKeys); !ok || err != nil {
		return nil, untaggable(in.ResourceArn, err)
	}
	return &ecs.UntagResourceOutput{}, nil
}

// ListTagsForResource lists the tags of a resource.
func (e *ECS) ListTagsForResource(ctx context.Context, in *ecs.ListTagsForResourceInput) (*ecs.ListTagsForResourceOutput, error) {
	out := &ecs.ListTagsForResourceOutput{}
	if !e.tagged(ctx, aws.ToString(in.ResourceArn), func(tags *[]types.Tag) { out.Tags = append([]types.Tag{}, *tags...) }) {
		return nil, untaggable(in.ResourceArn, nil)
	}
	return out, nil
}

func untaggable(arn *string, err error) error {
	if err != nil {
		return err
	}
	kind, _, _ := strings.Cut(aws.ToString(arn), "/")
	switch last := kind[strings.LastIndex(kind, ":")+1:]; last {
	case "cluster":
		return clusterNotFound()
	case "service":
		return serviceNotFound()
	case "task", "task-definition":
		return invalid("The specified %s could not be found. Specify a valid %s and try again.", last, last)
	}
	return invalid("Invalid resource ARN: %s", aws.ToString(arn))
}

// Tagged lists every resource of the call's world that may carry tags.
func (e *ECS) Tagged(ctx context.Context) []wire.Tagged {
	world := wire.From(ctx).World()
	var all []wire.Tagged
	for _, row := range e.rows.clusters.All(world) {
		if aws.ToString(row.Status) == "ACTIVE" {
			all = append(all, wire.Tagged{ARN: *row.ClusterArn, Tags: tagMap(row.Tags)})
		}
	}
	for _, row := range e.rows.services.All(world) {
		if row.status() != "INACTIVE" {
			all = append(all, wire.Tagged{ARN: *row.ServiceArn, Tags: tagMap(row.Tags)})
		}
	}
	for _, row := range e.rows.tasks.living(world) {
		all = append(all, wire.Tagged{ARN: *row.TaskArn, Tags: tagMap(row.Tags)})
	}
	for _, row := range e.rows.definitions.All(world) {
		all = append(all, wire.Tagged{ARN: *row.TaskDefinitionArn, Tags: tagMap(row.Tags)})
	}
	return all
}

// Retag sets and removes tags of the resource that arn names; false when it is
// not one of this service's.
func (e *ECS) Retag(ctx context.Context, arn string, set map[string]string, unset []string) (bool, error) {
	var err error
	ok := e.tagged(ctx, arn, func(tags *[]types.Tag) {
		merged := tagMap(*tags)
		maps.Copy(merged, set)
		for _, key := range unset {
			delete(merged, key)
		}
		if len(merged) > 50 {
			err = invalid("Tags cannot have more than 50 elements.")
			return
		}
		*tags = tagList(merged)
	})
	return ok, err
}

// tagged lets change see, and change, the tags of the resource.
func (e *ECS) tagged(ctx context.Context, arn string, change func(*[]types.Tag)) bool {
	kind, path, ok := resource(ctx, arn)
	if !ok {
		return false
	}
	key := wire.From(ctx).World() + path
	e.mu.Lock()
	defer e.mu.Unlock()
	switch kind {
	case "cluster":
		if row, ok := e.rows.clusters.Get(key); ok && aws.ToString(row.Status) == "ACTIVE" {
			change(&row.Tags)
			e.rows.clusters.Put(key, row)
			return true
		}
	case "service":
		if row, ok := e.rows.services.Get(key); ok && row.status() != "INACTIVE" {
			change(&row.Tags)
			e.rows.services.Put(key, row)
			return true
		}
	case "task":
		if row, ok := e.rows.tasks.Get(key); ok {
			change(&row.Tags)
			e.rows.tasks.Put(key, row)
			return true
		}
	case "task-definition":
		if key, row, err := e.definition(ctx, &arn); err == nil {
			change(&row.Tags)
			e.rows.definitions.Put(key, row)
			return true
		}
	}
	return false
}

func tagMap(tags []types.Tag) map[string]string {
	m := map[string]string{}
	for _, t := range tags {
		m[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return m
}

func tagList(m map[string]string) []types.Tag {
	tags := []types.Tag{}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		tags = append(tags, types.Tag{Key: aws.String(key), Value: aws.String(m[key])})
	}
	return tags
}
