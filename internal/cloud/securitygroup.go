package cloud

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/resource"
)

var securityGroupKind = kind{find: findSecurityGroups, create: createSecurityGroup, update: updateSecurityGroup, remove: removeSecurityGroup}

// findSecurityGroups asks by name, for names that somebody else has, and by
// tag: EC2 filters by tags at once, where the tagging API lags behind.
func findSecurityGroups(s *search) {
	s.ask(groupNamesQuestion, s.wanted(resource.KindSecurityGroup)...)
	s.ask(groupOwnersQuestion, s.owner)
}

var (
	groupNamesQuestion  = &question{what: "security group", batch: 100, ask: askGroupNames}
	groupOwnersQuestion = &question{what: "security groups of", batch: 100, ask: askGroupOwners}
)

func askGroupNames(ctx context.Context, s *search, names []string) error {
	return s.askGroups(ctx, groupFilter("group-name", names...))
}

func askGroupOwners(ctx context.Context, s *search, owners []string) error {
	return s.askGroups(ctx, groupFilter("tag:"+resource.TagOwner, owners...))
}

func (s *search) askGroups(ctx context.Context, filter types.Filter) error {
	groups, err := s.groups(ctx, filter)
	if err != nil {
		return err
	}
	for _, g := range groups {
		id := aws.ToString(g.GroupId)
		s.tagged(id, ec2Tags(g.Tags))
		s.found(&thing{
			kind: resource.KindSecurityGroup, name: aws.ToString(g.GroupName), id: id,
			attributes: resource.SecurityGroup{VPC: aws.ToString(g.VpcId), Description: aws.ToString(g.Description)},
		})
		s.foundIngress(g)
	}
	return nil
}

func groupFilter(name string, values ...string) types.Filter {
	return types.Filter{Name: &name, Values: values}
}

func (a *Account) groups(ctx context.Context, filters ...types.Filter) ([]types.SecurityGroup, error) {
	var groups []types.SecurityGroup
	pages := ec2.NewDescribeSecurityGroupsPaginator(a.ec2(), &ec2.DescribeSecurityGroupsInput{Filters: filters})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		groups = append(groups, page.SecurityGroups...)
	}
	return groups, nil
}

func createSecurityGroup(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	group := attributesOf[resource.SecurityGroup](want)
	out, err := a.ec2().CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{
		GroupName: &want.Key.Name, Description: &group.Description, VpcId: &group.VPC,
		TagSpecifications: ec2TagList(types.ResourceTypeSecurityGroup, want.Owner),
	})
	if err == nil {
		return aws.ToString(out.GroupId), nil
	}
	if !is(err, "InvalidGroup.Duplicate") {
		return "", err
	}
	existing, err := a.groups(ctx, groupFilter("group-name", want.Key.Name), groupFilter("vpc-id", group.VPC))
	if err != nil {
		return "", err
	}
	if len(existing) == 0 {
		return "", errVanished
	}
	return adopt(want, aws.ToString(existing[0].GroupId), ec2Tags(existing[0].Tags))
}

func updateSecurityGroup(_ context.Context, _ *Account, want, have resource.Resource) error {
	wanted, had := attributesOf[resource.SecurityGroup](want), attributesOf[resource.SecurityGroup](have)
	if wanted.VPC != had.VPC {
		return cannotChange(want, fmt.Sprintf("the VPC %s", had.VPC))
	}
	return cannotChange(want, fmt.Sprintf("the description %q", had.Description))
}

func removeSecurityGroup(ctx context.Context, a *Account, have resource.Resource) error {
	_, err := a.ec2().DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: &have.ID})
	if is(err, "InvalidGroup.NotFound") {
		return nil
	}
	if is(err, "DependencyViolation") {
		return a.usedGroup(ctx, have, err)
	}
	return err
}

func ec2Tags(list []types.Tag) map[string]string {
	tags := map[string]string{}
	for _, tag := range list {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return tags
}

func ec2TagList(kind types.ResourceType, owner string) []types.TagSpecification {
	tags := resource.Tags(owner)
	specification := types.TagSpecification{ResourceType: kind}
	for _, key := range sortedKeys(tags) {
		specification.Tags = append(specification.Tags, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return []types.TagSpecification{specification}
}
