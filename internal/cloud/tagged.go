package cloud

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"photon/internal/resource"
)

// taggedQuestion asks the tagging API for the ARNs of an owner's load
// balancing: what is left over, and what saves a round because its ARN cannot
// be known otherwise. It lags behind and lists what is deleted, so that all
// it tells is asked about again.
var taggedQuestion = &question{what: "tagged resources of", batch: 5, ask: askTagged}

func askTagged(ctx context.Context, s *search, owners []string) error {
	pages := resourcegroupstaggingapi.NewGetResourcesPaginator(s.tagging(), &resourcegroupstaggingapi.GetResourcesInput{
		ResourceTypeFilters: []string{"elasticloadbalancing"},
		TagFilters:          []types.TagFilter{{Key: aws.String(resource.TagOwner), Values: owners}},
		ResourcesPerPage:    aws.Int32(100),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, mapping := range page.ResourceTagMappingList {
			s.askAboutARN(aws.ToString(mapping.ResourceARN))
		}
	}
	return nil
}

func (s *search) askAboutARN(text string) {
	parsed, err := arn.Parse(text)
	if err != nil {
		return
	}
	sort, _, _ := strings.Cut(parsed.Resource, "/")
	switch sort {
	case "targetgroup":
		s.ask(targetGroupQuestion, text)
		s.ask(attributesQuestion, text)
	case "loadbalancer":
		s.ask(loadBalancerQuestion, text)
		s.ask(listenersQuestion, text)
	case "listener":
		s.ask(rulesQuestion, text)
	case "listener-rule":
	default:
		return
	}
	s.ask(elbTagsQuestion, text)
}
