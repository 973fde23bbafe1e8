package cloud

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/resource"
)

var (
	targetGroupKind           = kind{find: findTargetGroups, create: createTargetGroup, update: updateTargetGroup, remove: removeTargetGroup}
	targetGroupAttributesKind = kind{create: createAttributes, update: updateAttributes, remove: removeAttributes}
)

func findTargetGroups(s *search) {
	s.ask(taggedQuestion, s.owner)
	s.ask(targetGroupNamesQuestion, s.wanted(resource.KindTargetGroup)...)
	if len(s.want) == 0 {
		s.ask(targetGroupPrefixQuestion, s.balancerPrefix())
	}
}

var (
	targetGroupNamesQuestion  = &question{what: "target group", batch: elbBatch, gone: gone, ask: askTargetGroupNames}
	targetGroupQuestion       = &question{what: "target group", batch: elbBatch, gone: gone, ask: askTargetGroupARNs}
	targetGroupPrefixQuestion = &question{what: "target groups", batch: 1, ask: askTargetGroupPrefix}
	attributesQuestion        = &question{what: "target group", batch: 1, gone: gone, ask: askAttributes}
)

func askTargetGroupNames(ctx context.Context, s *search, names []string) error {
	if s.crowded() {
		return s.listTargetGroups(ctx, func(name string) bool { return slices.Contains(names, name) })
	}
	return s.askTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{Names: names})
}

func askTargetGroupARNs(ctx context.Context, s *search, arns []string) error {
	if arns = s.unknown(arns); len(arns) == 0 {
		return nil
	}
	return s.askTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{TargetGroupArns: arns})
}

func (s *search) askTargetGroups(ctx context.Context, in *elasticloadbalancingv2.DescribeTargetGroupsInput) error {
	out, err := s.elb().DescribeTargetGroups(ctx, in)
	if err != nil {
		return err
	}
	for _, g := range out.TargetGroups {
		s.foundTargetGroup(g)
	}
	return nil
}

// askTargetGroupPrefix looks through all target groups: on termination the
// names are not known, and the tagging API may not know the newest ones yet.
func askTargetGroupPrefix(ctx context.Context, s *search, prefixes []string) error {
	return s.listTargetGroups(ctx, func(name string) bool { return hasPrefix(name, prefixes[0]) })
}

func (s *search) listTargetGroups(ctx context.Context, wanted func(name string) bool) error {
	pages := elasticloadbalancingv2.NewDescribeTargetGroupsPaginator(s.elb(), &elasticloadbalancingv2.DescribeTargetGroupsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, g := range page.TargetGroups {
			if wanted(aws.ToString(g.TargetGroupName)) {
				s.foundTargetGroup(g)
			}
		}
	}
	return nil
}

func (s *search) foundTargetGroup(g types.TargetGroup) {
	arn := aws.ToString(g.TargetGroupArn)
	s.ask(elbTagsQuestion, arn)
	s.ask(attributesQuestion, arn)
	s.found(&thing{
		kind: resource.KindTargetGroup, name: aws.ToString(g.TargetGroupName), id: arn,
		attributes: resource.TargetGroup{
			VPC:       aws.ToString(g.VpcId),
			Path:      aws.ToString(g.HealthCheckPath),
			Interval:  int(aws.ToInt32(g.HealthCheckIntervalSeconds)),
			Timeout:   int(aws.ToInt32(g.HealthCheckTimeoutSeconds)),
			Healthy:   int(aws.ToInt32(g.HealthyThresholdCount)),
			Unhealthy: int(aws.ToInt32(g.UnhealthyThresholdCount)),
			Expect:    expected(g.Matcher),
		},
	})
}

func expected(m *types.Matcher) string {
	if m == nil {
		return ""
	}
	return aws.ToString(m.HttpCode)
}

const drainAttribute = "deregistration_delay.timeout_seconds"

func askAttributes(ctx context.Context, s *search, arns []string) error {
	out, err := s.elb().DescribeTargetGroupAttributes(ctx, &elasticloadbalancingv2.DescribeTargetGroupAttributesInput{
		TargetGroupArn: &arns[0],
	})
	if err != nil {
		return err
	}
	attributes := resource.TargetGroupAttributes{TargetGroup: arns[0]}
	for _, attribute := range out.Attributes {
		if aws.ToString(attribute.Key) == drainAttribute {
			attributes.Drain, _ = strconv.Atoi(aws.ToString(attribute.Value))
		}
	}
	s.found(&thing{
		kind: resource.KindTargetGroupAttributes, name: nameInARN(arns[0]), parent: arns[0], attributes: attributes,
	})
	return nil
}

// targetPort is what a target group needs and never uses: ECS registers each
// task with its own port.
const targetPort = 80

func createTargetGroup(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	group := attributesOf[resource.TargetGroup](want)
	out, err := a.elb().CreateTargetGroup(ctx, &elasticloadbalancingv2.CreateTargetGroupInput{
		Name:                       &want.Key.Name,
		VpcId:                      &group.VPC,
		Protocol:                   types.ProtocolEnumHttp,
		Port:                       aws.Int32(targetPort),
		TargetType:                 types.TargetTypeEnumIp,
		HealthCheckPath:            &group.Path,
		HealthCheckIntervalSeconds: aws.Int32(int32(group.Interval)),
		HealthCheckTimeoutSeconds:  aws.Int32(int32(group.Timeout)),
		HealthyThresholdCount:      aws.Int32(int32(group.Healthy)),
		UnhealthyThresholdCount:    aws.Int32(int32(group.Unhealthy)),
		Matcher:                    &types.Matcher{HttpCode: &group.Expect},
		Tags:                       elbTagList(resource.Tags(want.Owner)),
	})
	if err == nil && len(out.TargetGroups) > 0 {
		return aws.ToString(out.TargetGroups[0].TargetGroupArn), nil
	}
	if !is(err, "DuplicateTargetGroupName") {
		return "", err
	}
	existing, err := a.elb().DescribeTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{
		Names: []string{want.Key.Name},
	})
	if err != nil {
		return "", err
	}
	if len(existing.TargetGroups) == 0 {
		return "", errVanished
	}
	return a.adoptTagged(ctx, want, aws.ToString(existing.TargetGroups[0].TargetGroupArn))
}

func updateTargetGroup(ctx context.Context, a *Account, want, have resource.Resource) error {
	group := attributesOf[resource.TargetGroup](want)
	if vpc := attributesOf[resource.TargetGroup](have).VPC; vpc != group.VPC {
		return cannotChange(want, "the VPC "+vpc)
	}
	_, err := a.elb().ModifyTargetGroup(ctx, &elasticloadbalancingv2.ModifyTargetGroupInput{
		TargetGroupArn:             &have.ID,
		HealthCheckPath:            &group.Path,
		HealthCheckIntervalSeconds: aws.Int32(int32(group.Interval)),
		HealthCheckTimeoutSeconds:  aws.Int32(int32(group.Timeout)),
		HealthyThresholdCount:      aws.Int32(int32(group.Healthy)),
		UnhealthyThresholdCount:    aws.Int32(int32(group.Unhealthy)),
		Matcher:                    &types.Matcher{HttpCode: &group.Expect},
	})
	return err
}

func removeTargetGroup(ctx context.Context, a *Account, have resource.Resource) error {
	_, err := a.elb().DeleteTargetGroup(ctx, &elasticloadbalancingv2.DeleteTargetGroupInput{TargetGroupArn: &have.ID})
	if is(err, gone...) {
		return nil
	}
	return err
}

func createAttributes(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	attributes := attributesOf[resource.TargetGroupAttributes](want)
	_, err := a.elb().ModifyTargetGroupAttributes(ctx, &elasticloadbalancingv2.ModifyTargetGroupAttributesInput{
		TargetGroupArn: &attributes.TargetGroup,
		Attributes: []types.TargetGroupAttribute{{
			Key: aws.String(drainAttribute), Value: aws.String(strconv.Itoa(attributes.Drain)),
		}},
	})
	return "", err
}

func updateAttributes(ctx context.Context, a *Account, want, _ resource.Resource) error {
	_, err := createAttributes(ctx, a, want)
	return err
}

// removeAttributes has nothing to do: every target group has attributes.
func removeAttributes(context.Context, *Account, resource.Resource) error { return nil }
