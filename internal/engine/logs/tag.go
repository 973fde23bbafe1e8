package logs

import (
	"context"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"photon/internal/engine/wire"
)

const maxTags = 50

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return wire.Fault("TooManyTagsException", "A resource can have at most %d tags.", maxTags)
	}
	for k, v := range tags {
		if k == "" || len(k) > 128 || len(v) > 256 || strings.HasPrefix(k, "aws:") {
			return wire.Fault("InvalidParameterException", "The tag '%s' is not valid.", k)
		}
	}
	return nil
}

// retag changes a group's tags.
func (l *Logs) retag(ctx context.Context, g group, set map[string]string, unset []string) error {
	tags := maps.Clone(g.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	maps.Copy(tags, set)
	for _, k := range unset {
		delete(tags, k)
	}
	if err := checkTags(tags); err != nil {
		return err
	}
	g.Tags = tags
	l.groups.Put(groupKey(ctx, g.Name), g)
	return nil
}

// byARN returns the group with an ARN.
func (l *Logs) byARN(ctx context.Context, arn *string) (group, error) {
	name, ok := strings.CutPrefix(strings.TrimSuffix(aws.ToString(arn), ":*"), wire.From(ctx).ARN("logs", "log-group:"))
	if !ok {
		return group{}, wire.Fault("ResourceNotFoundException", "The specified resource does not exist.")
	}
	return l.findGroup(ctx, &name)
}

func (l *Logs) tagResource(ctx context.Context, in *cloudwatchlogs.TagResourceInput) (*cloudwatchlogs.TagResourceOutput, error) {
	g, err := l.byARN(ctx, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &cloudwatchlogs.TagResourceOutput{}, l.retag(ctx, g, in.Tags, nil)
}

func (l *Logs) untagResource(ctx context.Context, in *cloudwatchlogs.UntagResourceInput) (*cloudwatchlogs.UntagResourceOutput, error) {
	g, err := l.byARN(ctx, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &cloudwatchlogs.UntagResourceOutput{}, l.retag(ctx, g, nil, in.TagKeys)
}

func (l *Logs) listTagsForResource(ctx context.Context, in *cloudwatchlogs.ListTagsForResourceInput) (*cloudwatchlogs.ListTagsForResourceOutput, error) {
	g, err := l.byARN(ctx, in.ResourceArn)
	return &cloudwatchlogs.ListTagsForResourceOutput{Tags: g.Tags}, err
}

func (l *Logs) tagLogGroup(ctx context.Context, in *cloudwatchlogs.TagLogGroupInput) (*cloudwatchlogs.TagLogGroupOutput, error) {
	g, err := l.findGroup(ctx, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	return &cloudwatchlogs.TagLogGroupOutput{}, l.retag(ctx, g, in.Tags, nil)
}

func (l *Logs) untagLogGroup(ctx context.Context, in *cloudwatchlogs.UntagLogGroupInput) (*cloudwatchlogs.UntagLogGroupOutput, error) {
	g, err := l.findGroup(ctx, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	return &cloudwatchlogs.UntagLogGroupOutput{}, l.retag(ctx, g, nil, in.Tags)
}

func (l *Logs) listTagsLogGroup(ctx context.Context, in *cloudwatchlogs.ListTagsLogGroupInput) (*cloudwatchlogs.ListTagsLogGroupOutput, error) {
	g, err := l.findGroup(ctx, in.LogGroupName)
	return &cloudwatchlogs.ListTagsLogGroupOutput{Tags: g.Tags}, err
}

// Tagged lists the groups of the caller's world that bear tags.
func (l *Logs) Tagged(ctx context.Context) []wire.Tagged {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []wire.Tagged
	for _, g := range l.groups.All(wire.From(ctx).World()) {
		if len(g.Tags) > 0 {
			all = append(all, wire.Tagged{ARN: g.arn(ctx), Tags: g.Tags})
		}
	}
	return all
}

// Retag sets and removes tags of the group with an ARN; false when it does
// not exist.
func (l *Logs) Retag(ctx context.Context, arn string, set map[string]string, unset []string) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	g, err := l.byARN(ctx, &arn)
	if err != nil {
		return false, nil
	}
	return true, l.retag(ctx, g, set, unset)
}
