package elb

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/wire"
)

// newTags checks the tags given at creation.
func newTags(tags []types.Tag) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range tags {
		k := aws.ToString(t.Key)
		if _, twice := out[k]; twice {
			return nil, wire.Fault("DuplicateTagKeys", "The tag key '%s' is given twice", k)
		}
		out[k] = aws.ToString(t.Value)
	}
	return out, checkTags(out)
}

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return wire.Fault("TooManyTags", "The maximum number of tags '%d' is exceeded", maxTags)
	}
	for k, v := range tags {
		if k == "" || len(k) > 128 || len(v) > 256 || strings.HasPrefix(strings.ToLower(k), "aws:") {
			return wire.Fault("ValidationError", "The tag '%s' is not valid", k)
		}
	}
	return nil
}

func sameTags(a, b map[string]string) bool { return maps.Equal(a, b) }

// retag changes the tags of the row with an ARN, whatever its kind; ok is
// false when there is no such row.
func (e *ELB) retag(ctx context.Context, arn string, change func(map[string]string) error) (ok bool, err error) {
	at := wire.From(ctx).World() + arn
	if row, ok := e.loadBalancers.Get(at); ok {
		row.Tags, err = edited(row.Tags, change)
		if err == nil {
			e.loadBalancers.Put(at, row)
		}
		return true, err
	}
	if row, ok := e.groups.Get(at); ok {
		row.Tags, err = edited(row.Tags, change)
		if err == nil {
			e.groups.Put(at, row)
		}
		return true, err
	}
	if row, ok := e.listeners.Get(at); ok {
		row.Tags, err = edited(row.Tags, change)
		if err == nil {
			e.listeners.Put(at, row)
		}
		return true, err
	}
	row, ok := e.rules.Get(at)
	if !ok {
		return false, nil
	}
	row.Tags, err = edited(row.Tags, change)
	if err == nil {
		e.rules.Put(at, row)
	}
	return true, err
}

func edited(tags map[string]string, change func(map[string]string) error) (map[string]string, error) {
	if tags == nil {
		tags = map[string]string{}
	}
	if err := change(tags); err != nil {
		return nil, err
	}
	return tags, checkTags(tags)
}

// retagAll changes the tags of several resources, or of none.
func (e *ELB) retagAll(ctx context.Context, arns []string, change func(map[string]string) error) error {
	for _, arn := range arns {
		if _, ok := e.tagsOf(ctx, arn); !ok {
			return notTaggable(arn)
		}
	}
	for _, arn := range arns {
		if _, err := e.retag(ctx, arn, change); err != nil {
			return err
		}
	}
	return nil
}

// notTaggable is the error for an ARN that nothing has, by the kind it names.
func notTaggable(arn string) error {
	code, noun := "LoadBalancerNotFound", "load balancer"
	switch {
	case strings.Contains(arn, ":targetgroup/"):
		code, noun = "TargetGroupNotFound", "target group"
	case strings.Contains(arn, ":listener/"):
		code, noun = "ListenerNotFound", "listener"
	case strings.Contains(arn, ":listener-rule/"):
		code, noun = "RuleNotFound", "rule"
	}
	return wire.Fault(code, "One or more %ss not found: '%s'", noun, arn)
}

func (e *ELB) addTags(ctx context.Context, in *elbv2.AddTagsInput) (*elbv2.AddTagsOutput, error) {
	tags, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	return &elbv2.AddTagsOutput{}, e.retagAll(ctx, in.ResourceArns, func(have map[string]string) error {
		maps.Copy(have, tags)
		return nil
	})
}

func (e *ELB) removeTags(ctx context.Context, in *elbv2.RemoveTagsInput) (*elbv2.RemoveTagsOutput, error) {
	return &elbv2.RemoveTagsOutput{}, e.retagAll(ctx, in.ResourceArns, func(have map[string]string) error {
		for _, k := range in.TagKeys {
			delete(have, k)
		}
		return nil
	})
}

func (e *ELB) describeTags(ctx context.Context, in *elbv2.DescribeTagsInput) (*elbv2.DescribeTagsOutput, error) {
	out := &elbv2.DescribeTagsOutput{}
	if len(in.ResourceArns) > 20 {
		return nil, wire.Fault("ValidationError", "Tags of at most 20 resources can be described at a time")
	}
	for _, arn := range in.ResourceArns {
		tags, ok := e.tagsOf(ctx, arn)
		if !ok {
			return nil, notTaggable(arn)
		}
		shape := types.TagDescription{ResourceArn: aws.String(arn), Tags: []types.Tag{}}
		for _, k := range slices.Sorted(maps.Keys(tags)) {
			shape.Tags = append(shape.Tags, types.Tag{Key: aws.String(k), Value: aws.String(tags[k])})
		}
		out.TagDescriptions = append(out.TagDescriptions, shape)
	}
	return out, nil
}

func (e *ELB) tagsOf(ctx context.Context, arn string) (map[string]string, bool) {
	at := wire.From(ctx).World() + arn
	if row, ok := e.loadBalancers.Get(at); ok {
		return row.Tags, true
	}
	if row, ok := e.groups.Get(at); ok {
		return row.Tags, true
	}
	if row, ok := e.listeners.Get(at); ok {
		return row.Tags, true
	}
	row, ok := e.rules.Get(at)
	return row.Tags, ok
}

// Tagged lists everything in the caller's world that bears tags.
func (e *ELB) Tagged(ctx context.Context) []wire.Tagged {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []wire.Tagged
	add := func(arn string, tags map[string]string) {
		if len(tags) > 0 {
			all = append(all, wire.Tagged{ARN: arn, Tags: tags})
		}
	}
	world := wire.From(ctx).World()
	for _, row := range e.loadBalancers.All(world) {
		add(row.arn(), row.Tags)
	}
	for _, row := range e.groups.All(world) {
		add(row.arn(), row.Tags)
	}
	for _, row := range e.listeners.All(world) {
		add(row.arn(), row.Tags)
	}
	for _, row := range e.rules.All(world) {
		add(row.arn(), row.Tags)
	}
	return all
}

// Retag sets and removes tags of the resource with an ARN; false when it does
// not exist.
func (e *ELB) Retag(ctx context.Context, arn string, set map[string]string, unset []string) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.retag(ctx, arn, func(have map[string]string) error {
		maps.Copy(have, set)
		for _, k := range unset {
			delete(have, k)
		}
		return nil
	})
}
