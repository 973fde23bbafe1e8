package cloud

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/resource"
)

// gone are ELB's codes for what does not exist.
var gone = []string{
	"LoadBalancerNotFound", "TargetGroupNotFound", "ListenerNotFound", "RuleNotFound",
}

const elbBatch = 20 // names or ARNs in one call of ELB

// elbTagsQuestion asks for the tags of load balancers, target groups,
// listeners and rules.
var elbTagsQuestion = &question{what: "tags of", batch: elbBatch, gone: gone, ask: askELBTags}

func askELBTags(ctx context.Context, s *search, arns []string) error {
	found, err := s.elbTags(ctx, arns)
	if err != nil {
		return err
	}
	for arn, tags := range found {
		s.tagged(arn, tags)
	}
	return nil
}

func (a *Account) elbTags(ctx context.Context, arns []string) (map[string]map[string]string, error) {
	out, err := a.elb().DescribeTags(ctx, &elasticloadbalancingv2.DescribeTagsInput{ResourceArns: arns})
	if err != nil {
		return nil, err
	}
	found := map[string]map[string]string{}
	for _, description := range out.TagDescriptions {
		tags := map[string]string{}
		for _, tag := range description.Tags {
			tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
		found[aws.ToString(description.ResourceArn)] = tags
	}
	return found, nil
}

func elbTagList(tags map[string]string) []types.Tag {
	var list []types.Tag
	for _, key := range sortedKeys(tags) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}

// adoptTagged adopts what ELB says exists already.
func (a *Account) adoptTagged(ctx context.Context, want resource.Resource, arn string) (string, error) {
	tags, err := a.elbTags(ctx, []string{arn})
	if err != nil {
		return "", err
	}
	return adopt(want, arn, tags[arn])
}
