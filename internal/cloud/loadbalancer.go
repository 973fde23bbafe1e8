package cloud

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/resource"
)

var loadBalancerKind = kind{find: findLoadBalancers, create: createLoadBalancer, update: updateLoadBalancer, remove: removeLoadBalancer}

func findLoadBalancers(s *search) {
	s.ask(taggedQuestion, s.owner)
	s.ask(loadBalancerNamesQuestion, s.wanted(resource.KindLoadBalancer)...)
	if len(s.want) == 0 {
		s.ask(loadBalancerPrefixQuestion, s.balancerPrefix())
	}
}

// balancerPrefix is how the names of an owner's load balancers and target
// groups begin, as far as they are readable.
func (s scope) balancerPrefix() string {
	if len(s.parts) == 0 {
		return ""
	}
	return resource.BalancerPrefix(s.parts...)
}

func hasPrefix(name, prefix string) bool { return prefix != "" && strings.HasPrefix(name, prefix) }

// nameInARN is the name in "…:targetgroup/name/id" and in
// "…:loadbalancer/app/name/id", "…:listener/app/name/id/…".
func nameInARN(arn string) string {
	parts := strings.Split(arn, "/")
	if strings.HasSuffix(parts[0], ":targetgroup") {
		return parts[1]
	}
	return parts[min(2, len(parts)-1)]
}

var (
	loadBalancerNamesQuestion  = &question{what: "load balancer", batch: elbBatch, gone: gone, ask: askLoadBalancerNames}
	loadBalancerQuestion       = &question{what: "load balancer", batch: elbBatch, gone: gone, ask: askLoadBalancerARNs}
	loadBalancerPrefixQuestion = &question{what: "load balancers", batch: 1, ask: askLoadBalancerPrefix}
)

func askLoadBalancerNames(ctx context.Context, s *search, names []string) error {
	if s.crowded() {
		return s.listLoadBalancers(ctx, func(name string) bool { return slices.Contains(names, name) })
	}
	return s.askLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{Names: names})
}

func askLoadBalancerARNs(ctx context.Context, s *search, arns []string) error {
	if arns = s.unknown(arns); len(arns) == 0 {
		return nil
	}
	return s.askLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{LoadBalancerArns: arns})
}

func (s *search) askLoadBalancers(ctx context.Context, in *elasticloadbalancingv2.DescribeLoadBalancersInput) error {
	out, err := s.elb().DescribeLoadBalancers(ctx, in)
	if err != nil {
		return err
	}
	for _, b := range out.LoadBalancers {
		s.foundLoadBalancer(b)
	}
	return nil
}

// askLoadBalancerPrefix looks through all load balancers, for the same reason
// as askTargetGroupPrefix.
func askLoadBalancerPrefix(ctx context.Context, s *search, prefixes []string) error {
	return s.listLoadBalancers(ctx, func(name string) bool { return hasPrefix(name, prefixes[0]) })
}

func (s *search) listLoadBalancers(ctx context.Context, wanted func(name string) bool) error {
	pages := elasticloadbalancingv2.NewDescribeLoadBalancersPaginator(s.elb(), &elasticloadbalancingv2.DescribeLoadBalancersInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, b := range page.LoadBalancers {
			if wanted(aws.ToString(b.LoadBalancerName)) {
				s.foundLoadBalancer(b)
			}
		}
	}
	return nil
}

func (s *search) foundLoadBalancer(b types.LoadBalancer) {
	arn := aws.ToString(b.LoadBalancerArn)
	s.provision(s.owner, b)
	s.hosts.set(arn, aws.ToString(b.DNSName))
	s.ask(elbTagsQuestion, arn)
	s.ask(listenersQuestion, arn)
	s.found(&thing{
		kind: resource.KindLoadBalancer, name: aws.ToString(b.LoadBalancerName), id: arn,
		attributes: resource.LoadBalancer{
			Scheme: string(b.Scheme), Subnets: subnetsOf(b.AvailabilityZones), SecurityGroups: b.SecurityGroups,
		},
	})
}

func subnetsOf(zones []types.AvailabilityZone) []string {
	var subnets []string
	for _, zone := range zones {
		subnets = append(subnets, aws.ToString(zone.SubnetId))
	}
	return subnets
}

func createLoadBalancer(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	balancer := attributesOf[resource.LoadBalancer](want)
	out, err := a.elb().CreateLoadBalancer(ctx, &elasticloadbalancingv2.CreateLoadBalancerInput{
		Name:           &want.Key.Name,
		Type:           types.LoadBalancerTypeEnumApplication,
		Scheme:         types.LoadBalancerSchemeEnum(balancer.Scheme),
		Subnets:        balancer.Subnets,
		SecurityGroups: balancer.SecurityGroups,
		Tags:           elbTagList(resource.Tags(want.Owner)),
	})
	if err == nil && len(out.LoadBalancers) > 0 {
		made := out.LoadBalancers[0]
		a.provision(want.Owner, made)
		a.hosts.set(aws.ToString(made.LoadBalancerArn), aws.ToString(made.DNSName))
		return aws.ToString(made.LoadBalancerArn), nil
	}
	if !is(err, "DuplicateLoadBalancerName") {
		return "", err
	}
	existing, err := a.elb().DescribeLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{
		Names: []string{want.Key.Name},
	})
	if err != nil {
		return "", err
	}
	if len(existing.LoadBalancers) == 0 {
		return "", errVanished
	}
	return a.adoptTagged(ctx, want, aws.ToString(existing.LoadBalancers[0].LoadBalancerArn))
}

func updateLoadBalancer(ctx context.Context, a *Account, want, have resource.Resource) error {
	wanted, had := attributesOf[resource.LoadBalancer](want), attributesOf[resource.LoadBalancer](have)
	if wanted.Scheme != had.Scheme {
		return cannotChange(want, "the scheme "+had.Scheme)
	}
	if !sameSet(wanted.Subnets, had.Subnets) {
		_, err := a.elb().SetSubnets(ctx, &elasticloadbalancingv2.SetSubnetsInput{
			LoadBalancerArn: &have.ID, Subnets: wanted.Subnets,
		})
		if err != nil {
			return err
		}
	}
	if sameSet(wanted.SecurityGroups, had.SecurityGroups) {
		return nil
	}
	_, err := a.elb().SetSecurityGroups(ctx, &elasticloadbalancingv2.SetSecurityGroupsInput{
		LoadBalancerArn: &have.ID, SecurityGroups: wanted.SecurityGroups,
	})
	return err
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func removeLoadBalancer(ctx context.Context, a *Account, have resource.Resource) error {
	_, err := a.elb().DeleteLoadBalancer(ctx, &elasticloadbalancingv2.DeleteLoadBalancerInput{LoadBalancerArn: &have.ID})
	if is(err, gone...) {
		return nil
	}
	return err
}
