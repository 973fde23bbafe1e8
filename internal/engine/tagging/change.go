package tagging

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
	"github.com/aws/smithy-go"
)

// tagResources tags each resource by itself: some may fail.
func (t *Tagging) tagResources(ctx context.Context, in *resourcegroupstaggingapi.TagResourcesInput) (*resourcegroupstaggingapi.TagResourcesOutput, error) {
	if err := checkChange(in.ResourceARNList, len(in.Tags)); err != nil {
		return nil, err
	}
	for key := range in.Tags {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return nil, invalid("Tag keys must not begin with aws:")
		}
	}
	failed := t.change(ctx, in.ResourceARNList, in.Tags, nil)
	return &resourcegroupstaggingapi.TagResourcesOutput{FailedResourcesMap: failed}, nil
}

// untagResources untags each resource by itself: some may fail.
func (t *Tagging) untagResources(ctx context.Context, in *resourcegroupstaggingapi.UntagResourcesInput) (*resourcegroupstaggingapi.UntagResourcesOutput, error) {
	if err := checkChange(in.ResourceARNList, len(in.TagKeys)); err != nil {
		return nil, err
	}
	failed := t.change(ctx, in.ResourceARNList, nil, in.TagKeys)
	return &resourcegroupstaggingapi.UntagResourcesOutput{FailedResourcesMap: failed}, nil
}

func checkChange(arns []string, tags int) error {
	switch {
	case len(arns) < 1 || len(arns) > 20:
		return invalid("ResourceARNList must have 1 to 20 members")
	case tags < 1 || tags > 50:
		return invalid("A request must have 1 to 50 tags")
	}
	return nil
}

func (t *Tagging) change(ctx context.Context, arns []string, set map[string]string, unset []string) map[string]types.FailureInfo {
	failed := map[string]types.FailureInfo{}
	for _, arn := range arns {
		if err := t.changeOne(ctx, arn, set, unset); err != nil {
			failed[arn] = failure(err)
		}
	}
	return failed
}

func (t *Tagging) changeOne(ctx context.Context, arn string, set map[string]string, unset []string) error {
	for _, source := range t.sources {
		if mine, err := source.Retag(ctx, arn, set, unset); mine || err != nil {
			return err
		}
	}
	return invalid("%s is not the ARN of a resource that can bear tags here", arn)
}

// failure says why one resource was not changed: the caller's fault, with the
// service's own text.
func failure(err error) types.FailureInfo {
	text := "The request processing has failed because of an unknown error, exception, or failure."
	if fault, ok := errors.AsType[smithy.APIError](err); ok {
		text = fault.ErrorMessage()
	}
	return types.FailureInfo{ErrorCode: types.ErrorCodeInvalidParameterException, ErrorMessage: aws.String(text), StatusCode: 400}
}
