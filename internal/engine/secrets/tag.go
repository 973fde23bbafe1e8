package secrets

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"photon/internal/engine/wire"
)

const maxTags = 50

func (s *Secrets) tagSecret(ctx context.Context, in *secretsmanager.TagResourceInput) (*secretsmanager.TagResourceOutput, error) {
	x, err := s.alive(ctx, in.SecretId)
	if err != nil {
		return nil, err
	}
	if x.Tags, err = mergeTags(x.Tags, in.Tags); err != nil {
		return nil, err
	}
	s.put(ctx, x)
	return &secretsmanager.TagResourceOutput{}, nil
}

func (s *Secrets) untagSecret(ctx context.Context, in *secretsmanager.UntagResourceInput) (*secretsmanager.UntagResourceOutput, error) {
	x, err := s.alive(ctx, in.SecretId)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(x.Tags, key)
	}
	s.put(ctx, x)
	return &secretsmanager.UntagResourceOutput{}, nil
}

// mergeTags adds the tags of a Secrets Manager request to those there are.
func mergeTags(have map[string]string, list []types.Tag) (map[string]string, error) {
	set := map[string]string{}
	for _, t := range list {
		set[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return merge(have, set, invalidParameter("You can't have more than 50 tags on a secret."))
}

// merge checks tags and adds them; tooMany is the service's error for a
// resource with more than AWS allows.
func merge(have, set map[string]string, tooMany error) (map[string]string, error) {
	merged := maps.Clone(have)
	if merged == nil {
		merged = map[string]string{}
	}
	for key, value := range set {
		switch {
		case strings.HasPrefix(strings.ToLower(key), "aws:"):
			return nil, wire.Fault("ValidationException", "Tag keys can't start with aws:")
		case key == "" || len([]rune(key)) > 128:
			return nil, wire.Fault("ValidationException", "1 validation error detected: Value '%s' at 'tags.1.member.key' failed to satisfy constraint: Member must have length between 1 and 128", key)
		case len([]rune(value)) > 256:
			return nil, wire.Fault("ValidationException", "1 validation error detected: Value at 'tags.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 256")
		}
		merged[key] = value
	}
	if len(merged) > maxTags {
		return nil, tooMany
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

// taggedParameter finds the parameter that a tagging request of SSM is about.
func (s *Secrets) taggedParameter(ctx context.Context, kind ssmtypes.ResourceTypeForTagging, id *string) (parameter, error) {
	if kind != ssmtypes.ResourceTypeForTaggingParameter {
		return parameter{}, &ssmtypes.InvalidResourceType{Message: aws.String("The resource type is not valid. The engine has only parameters.")}
	}
	p, ok := s.parameters.Get(wire.From(ctx).World() + aws.ToString(id))
	if !ok {
		return p, &ssmtypes.InvalidResourceId{Message: aws.String("The resource ID is not valid. Verify that you entered the correct ID and try again.")}
	}
	return p, nil
}

func (s *Secrets) addTags(ctx context.Context, in *ssm.AddTagsToResourceInput) (*ssm.AddTagsToResourceOutput, error) {
	p, err := s.taggedParameter(ctx, in.ResourceType, in.ResourceId)
	if err != nil {
		return nil, err
	}
	if p.Tags, err = mergeParameterTags(p.Tags, in.Tags); err != nil {
		return nil, err
	}
	s.putRow(ctx, p)
	return &ssm.AddTagsToResourceOutput{}, nil
}

func (s *Secrets) removeTags(ctx context.Context, in *ssm.RemoveTagsFromResourceInput) (*ssm.RemoveTagsFromResourceOutput, error) {
	p, err := s.taggedParameter(ctx, in.ResourceType, in.ResourceId)
	if err != nil {
		return nil, err
	}
	for _, key := range in.TagKeys {
		delete(p.Tags, key)
	}
	s.putRow(ctx, p)
	return &ssm.RemoveTagsFromResourceOutput{}, nil
}

func (s *Secrets) listTags(ctx context.Context, in *ssm.ListTagsForResourceInput) (*ssm.ListTagsForResourceOutput, error) {
	p, err := s.taggedParameter(ctx, in.ResourceType, in.ResourceId)
	if err != nil {
		return nil, err
	}
	out := &ssm.ListTagsForResourceOutput{TagList: []ssmtypes.Tag{}}
	for _, key := range slices.Sorted(maps.Keys(p.Tags)) {
		out.TagList = append(out.TagList, ssmtypes.Tag{Key: aws.String(key), Value: aws.String(p.Tags[key])})
	}
	return out, nil
}

func mergeParameterTags(have map[string]string, list []ssmtypes.Tag) (map[string]string, error) {
	set := map[string]string{}
	for _, t := range list {
		set[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return merge(have, set, &ssmtypes.TooManyTagsError{Message: aws.String("The request exceeds the limit of 50 tags for a resource.")})
}

// Tagged lists the secrets and parameters of the call's world that bear tags.
func (s *Secrets) Tagged(ctx context.Context) []wire.Tagged {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []wire.Tagged
	for _, x := range s.secrets.All(wire.From(ctx).World()) {
		if len(x.Tags) > 0 && !x.expired() {
			out = append(out, wire.Tagged{ARN: x.ARN, Tags: x.Tags})
		}
	}
	for _, p := range s.parameters.All(wire.From(ctx).World()) {
		if len(p.Tags) > 0 {
			out = append(out, wire.Tagged{ARN: p.ARN, Tags: p.Tags})
		}
	}
	return out
}

// Retag sets and removes tags; false when the ARN is neither a secret's nor a
// parameter's.
func (s *Secrets) Retag(ctx context.Context, arn string, set map[string]string, unset []string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call := wire.From(ctx)
	if strings.HasPrefix(arn, call.ARN("secretsmanager", "secret:")) {
		return true, s.retagSecret(ctx, arn, set, unset)
	}
	if strings.HasPrefix(arn, call.ARN("ssm", "parameter/")) {
		return true, s.retagParameter(ctx, arn, set, unset)
	}
	return false, nil
}

func (s *Secrets) retagSecret(ctx context.Context, arn string, set map[string]string, unset []string) error {
	x, err := s.alive(ctx, &arn)
	if err != nil {
		return err
	}
	if x.Tags, err = merge(x.Tags, set, invalidParameter("You can't have more than 50 tags on a secret.")); err != nil {
		return err
	}
	for _, key := range unset {
		delete(x.Tags, key)
	}
	s.put(ctx, x)
	return nil
}

func (s *Secrets) retagParameter(ctx context.Context, arn string, set map[string]string, unset []string) error {
	p, ok := s.parameterOf(ctx, arn)
	if !ok {
		return &ssmtypes.InvalidResourceId{Message: aws.String("The resource ID is not valid. Verify that you entered the correct ID and try again.")}
	}
	var err error
	tooMany := &ssmtypes.TooManyTagsError{Message: aws.String("The request exceeds the limit of 50 tags for a resource.")}
	if p.Tags, err = merge(p.Tags, set, tooMany); err != nil {
		return err
	}
	for _, key := range unset {
		delete(p.Tags, key)
	}
	s.putRow(ctx, p)
	return nil
}
