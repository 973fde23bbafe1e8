package cloudwatch

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photon/internal/engine/wire"
)

const maxTags = 50

func newTags(tags []types.Tag) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range tags {
		out[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return out, checkTags(out)
}

func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return wire.Fault(invalidValue, "A resource can have at most %d tags.", maxTags)
	}
	for k, v := range tags {
		if k == "" || len(k) > 128 || len(v) > 256 || strings.HasPrefix(k, "aws:") {
			return wire.Fault(invalidValue, "The tag '%s' is not valid.", k)
		}
	}
	return nil
}

// byARN returns the key and the row of the alarm with an ARN.
func (c *CloudWatch) byARN(ctx context.Context, arn *string) (string, alarm, error) {
	name, ok := strings.CutPrefix(aws.ToString(arn), wire.From(ctx).ARN("cloudwatch", "alarm:"))
	row, exists := c.alarms.Get(alarmKey(ctx, name))
	if !ok || !exists {
		return "", row, wire.Fault("ResourceNotFoundException", "The resource %s does not exist.", aws.ToString(arn))
	}
	return alarmKey(ctx, name), row, nil
}

func (c *CloudWatch) retag(ctx context.Context, arn *string, set map[string]string, unset []string) error {
	key, row, err := c.byARN(ctx, arn)
	if err != nil {
		return err
	}
	if row.Tags == nil {
		row.Tags = map[string]string{}
	}
	maps.Copy(row.Tags, set)
	for _, k := range unset {
		delete(row.Tags, k)
	}
	if err := checkTags(row.Tags); err != nil {
		return err
	}
	c.alarms.Put(key, row)
	return nil
}

func (c *CloudWatch) tagResource(ctx context.Context, in *cloudwatch.TagResourceInput) (*cloudwatch.TagResourceOutput, error) {
	tags, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	return &cloudwatch.TagResourceOutput{}, c.retag(ctx, in.ResourceARN, tags, nil)
}

func (c *CloudWatch) untagResource(ctx context.Context, in *cloudwatch.UntagResourceInput) (*cloudwatch.UntagResourceOutput, error) {
	return &cloudwatch.UntagResourceOutput{}, c.retag(ctx, in.ResourceARN, nil, in.TagKeys)
}

func (c *CloudWatch) listTagsForResource(ctx context.Context, in *cloudwatch.ListTagsForResourceInput) (*cloudwatch.ListTagsForResourceOutput, error) {
	_, row, err := c.byARN(ctx, in.ResourceARN)
	if err != nil {
		return nil, err
	}
	out := &cloudwatch.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, k := range slices.Sorted(maps.Keys(row.Tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: aws.String(k), Value: aws.String(row.Tags[k])})
	}
	return out, nil
}

// Tagged lists the alarms of the caller's world that bear tags.
func (c *CloudWatch) Tagged(ctx context.Context) []wire.Tagged {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []wire.Tagged
	for _, row := range c.alarms.All(wire.From(ctx).World()) {
		if len(row.Tags) > 0 {
			all = append(all, wire.Tagged{ARN: *row.Shape.AlarmArn, Tags: row.Tags})
		}
	}
	return all
}

// Retag sets and removes tags of the alarm with an ARN; false when it does not
// exist.
func (c *CloudWatch) Retag(ctx context.Context, arn string, set map[string]string, unset []string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, _, err := c.byARN(ctx, &arn); err != nil {
		return false, nil
	}
	return true, c.retag(ctx, &arn, set, unset)
}
