package ecr

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"photon/internal/engine/wire"
)

// mostTags is how many tags a repository may have.
const mostTags = 50

func (e *ECR) tagOps(s *wire.Service) {
	wire.Op(s, "TagResource", e.tagResource)
	wire.Op(s, "UntagResource", e.untagResource)
	wire.Op(s, "ListTagsForResource", e.listTagsForResource)
}

// Tagged lists the repositories of the call's account and region.
func (e *ECR) Tagged(ctx context.Context) []wire.Tagged {
	call := wire.From(ctx)
	var all []wire.Tagged
	for _, row := range e.repositories.All(call.World()) {
		all = append(all, wire.Tagged{ARN: arn(call, row.Name), Tags: row.Tags})
	}
	return all
}

// Retag sets and removes tags of the repository with this ARN, and tells
// whether there is one.
func (e *ECR) Retag(ctx context.Context, arn string, set map[string]string, unset []string) (bool, error) {
	name, ok := nameOf(ctx, arn)
	if !ok {
		return false, nil
	}
	_, err := e.change(ctx, &name, nil, func(r *repository) error {
		tags := maps.Clone(r.Tags)
		if tags == nil {
			tags = map[string]string{}
		}
		maps.Copy(tags, set)
		for _, key := range unset {
			delete(tags, key)
		}
		r.Tags = tags
		return checkTags(tags)
	})
	var missing *types.RepositoryNotFoundException
	if errors.As(err, &missing) {
		return false, nil
	}
	return err == nil, err
}

func (e *ECR) tagResource(ctx context.Context, in *ecr.TagResourceInput) (*ecr.TagResourceOutput, error) {
	set, err := tagsOf(in.Tags)
	if err != nil {
		return nil, err
	}
	return &ecr.TagResourceOutput{}, e.retag(ctx, in.ResourceArn, set, nil)
}

func (e *ECR) untagResource(ctx context.Context, in *ecr.UntagResourceInput) (*ecr.UntagResourceOutput, error) {
	return &ecr.UntagResourceOutput{}, e.retag(ctx, in.ResourceArn, nil, in.TagKeys)
}

func (e *ECR) retag(ctx context.Context, arn *string, set map[string]string, unset []string) error {
	name, ok := nameOf(ctx, aws.ToString(arn))
	if !ok {
		return invalid("resourceArn", "must be the ARN of a repository of this registry")
	}
	found, err := e.Retag(ctx, *arn, set, unset)
	if err != nil || found {
		return err
	}
	return noRepository(place{account: wire.From(ctx).Account, name: name})
}

func (e *ECR) listTagsForResource(ctx context.Context, in *ecr.ListTagsForResourceInput) (*ecr.ListTagsForResourceOutput, error) {
	name, ok := nameOf(ctx, aws.ToString(in.ResourceArn))
	if !ok {
		return nil, invalid("resourceArn", "must be the ARN of a repository of this registry")
	}
	_, row, err := e.at(ctx, &name, nil)
	if err != nil {
		return nil, err
	}
	out := &ecr.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, key := range slices.Sorted(maps.Keys(row.Tags)) {
		out.Tags = append(out.Tags, types.Tag{Key: &key, Value: aws.String(row.Tags[key])})
	}
	return out, nil
}

// nameOf returns the repository that an ARN of the call's world names.
func nameOf(ctx context.Context, resource string) (string, bool) {
	return strings.CutPrefix(resource, arn(wire.From(ctx), ""))
}

func tagsOf(list []types.Tag) (map[string]string, error) {
	tags := map[string]string{}
	for _, tag := range list {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return tags, checkTags(tags)
}

func checkTags(tags map[string]string) error {
	if len(tags) > mostTags {
		message := "The list of tags on the repository is over the limit. The maximum number of tags that can be applied to a repository is 50."
		return &types.TooManyTagsException{Message: &message}
	}
	for key, value := range tags {
		if key == "" || len(key) > 128 || len(value) > 256 || strings.HasPrefix(strings.ToLower(key), "aws:") {
			message := "Tag key '" + key + "' must have 1 to 128 characters, must not begin with aws:, and its value at most 256 characters"
			return &types.InvalidTagParameterException{Message: &message}
		}
	}
	return nil
}
