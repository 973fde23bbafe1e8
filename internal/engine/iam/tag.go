package iam

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"photon/internal/engine/wire"
)

const maxTags = 50

func (i *IAM) tagRole(ctx context.Context, in *iam.TagRoleInput) (*iam.TagRoleOutput, error) {
	r, err := i.ownRole(ctx, in.RoleName)
	if err != nil {
		return nil, err
	}
	if r.Tags, err = mergeTags(r.Tags, in.Tags); err != nil {
		return nil, err
	}
	i.putRole(ctx, r)
	return &iam.TagRoleOutput{}, nil
}

func (i *IAM) untagRole(ctx context.Context, in *iam.UntagRoleInput) (*iam.UntagRoleOutput, error) {
	r, err := i.ownRole(ctx, in.RoleName)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(r.Tags, key)
	}
	i.putRole(ctx, r)
	return &iam.UntagRoleOutput{}, nil
}

func (i *IAM) listRoleTags(ctx context.Context, in *iam.ListRoleTagsInput) (*iam.ListRoleTagsOutput, error) {
	r, err := i.role(ctx, in.RoleName)
	if err != nil {
		return nil, err
	}
	rows, next, more, err := page(tagList(r.Tags), in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iam.ListRoleTagsOutput{Tags: rows, Marker: next, IsTruncated: more}, nil
}

func mergeTags(have map[string]string, list []types.Tag) (map[string]string, error) {
	merged := maps.Clone(have)
	if merged == nil {
		merged = map[string]string{}
	}
	seen := map[string]bool{}
	for _, t := range list {
		key, value := aws.ToString(t.Key), aws.ToString(t.Value)
		folded := strings.ToLower(key)
		switch {
		case seen[folded]:
			return nil, wire.Fault("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		case strings.HasPrefix(folded, "aws:"):
			return nil, wire.Fault("InvalidInput", "System tags cannot be added/updated/deleted.")
		case key == "" || len([]rune(key)) > 128:
			return nil, invalid("1 validation error detected: Value '%s' at 'tags.1.member.key' failed to satisfy constraint: Member must have length between 1 and 128", key)
		case len([]rune(value)) > 256:
			return nil, invalid("1 validation error detected: Value '%s' at 'tags.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 256", value)
		}
		seen[folded], merged[key] = true, value
	}
	if len(merged) > maxTags {
		return nil, wire.Fault("LimitExceeded", "The number of tags has reached the maximum limit.")
	}
	return merged, nil
}

func tagList(tags map[string]string) []types.Tag {
	list := []types.Tag{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}
