package ec2

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func TestWhatAWSRefusesIsRefusedWithItsCode(t *testing.T) {
	_, c := start(t)
	n := defaultNetwork(t, c)
	must[ec2.AuthorizeSecurityGroupIngressOutput](t)(c.AuthorizeSecurityGroupIngress(t.Context(), port80(n.group)))
	other := *must[ec2.CreateVpcOutput](t)(c.CreateVpc(t.Context(), &ec2.CreateVpcInput{CidrBlock: aws.String("10.200.0.0/16")})).Vpc.VpcId
	foreign := newGroup(t, c, other, "web")
	rule := func(change func(*types.IpPermission)) func(context.Context) error {
		in := port80(n.group)
		change(&in.IpPermissions[0])
		return func(ctx context.Context) error { _, err := c.AuthorizeSecurityGroupIngress(ctx, in); return err }
	}
	group := func(name, description string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := c.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{GroupName: &name, Description: &description, VpcId: &n.vpc})
			return err
		}
	}
	subnet := func(vpc, block string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := c.CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: &vpc, CidrBlock: &block})
			return err
		}
	}
	describe := func(in ec2.DescribeSecurityGroupsInput) func(context.Context) error {
		return func(ctx context.Context) error { _, err := c.DescribeSecurityGroups(ctx, &in); return err }
	}
	cases := []struct {
		name string
		do   func(context.Context) error
		want string
	}{
		{"a group's name is taken, whatever its case", group("WEB", "x"), "InvalidGroup.Duplicate"},
		{"a group's name begins with sg-", group("sg-x", "x"), "InvalidParameterValue"},
		{"a group's name is reserved", group("default", "x"), "InvalidParameterValue"},
		{"a group's description has a character beyond the set", group("y", "naïve"), "InvalidParameterValue"},
		{"a group does not exist", describe(ec2.DescribeSecurityGroupsInput{GroupIds: []string{"sg-0123"}}), "InvalidGroup.NotFound"},
		{"a group id is malformed", describe(ec2.DescribeSecurityGroupsInput{GroupIds: []string{"web"}}), "InvalidGroupId.Malformed"},
		{"a group's name does not exist", describe(ec2.DescribeSecurityGroupsInput{GroupNames: []string{"nope"}}), "InvalidGroup.NotFound"},
		{"a filter is unknown", describe(ec2.DescribeSecurityGroupsInput{Filters: byTag("colour", "red")}), "InvalidParameterValue"},
		{"a page is too small", describe(ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(2)}), "InvalidParameterValue"},
		{"a page and ids", describe(ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(5), GroupIds: []string{n.group}}), "InvalidParameterCombination"},
		{"a page token is made up", describe(ec2.DescribeSecurityGroupsInput{NextToken: aws.String("!!")}), "InvalidNextToken"},
		{"a dry run", describe(ec2.DescribeSecurityGroupsInput{DryRun: aws.Bool(true)}), "UnsupportedOperation"},
		{"a rule exists already", rule(func(*types.IpPermission) {}), "InvalidPermission.Duplicate"},
		{"a rule's ports are reversed", rule(func(p *types.IpPermission) { p.FromPort = aws.Int32(81) }), "InvalidParameterValue"},
		{"a rule has no port", rule(func(p *types.IpPermission) { p.ToPort = nil }), "InvalidParameterValue"},
		{"a rule's protocol is unknown", rule(func(p *types.IpPermission) { p.IpProtocol = aws.String("carrier-pigeon") }), "InvalidParameterValue"},
		{"a rule's range is malformed", rule(func(p *types.IpPermission) { p.IpRanges[0].CidrIp = aws.String("10.0.0.0/33") }), "InvalidParameterValue"},
		{"a rule has no peer", rule(func(p *types.IpPermission) { p.IpRanges = nil }), "InvalidParameterValue"},
		{"a rule's group does not exist", rule(func(p *types.IpPermission) {
			p.UserIdGroupPairs = []types.UserIdGroupPair{{GroupId: aws.String("sg-0123")}}
		}), "InvalidGroup.NotFound"},
		{"a rule's group is of another VPC", rule(func(p *types.IpPermission) {
			p.IpRanges, p.UserIdGroupPairs = nil, []types.UserIdGroupPair{{GroupId: &foreign}}
		}), "InvalidGroup.NotFound"},
		{"a rule to revoke does not exist", func(ctx context.Context) error {
			_, err := c.RevokeSecurityGroupIngress(ctx, &ec2.RevokeSecurityGroupIngressInput{GroupId: &n.group, IpProtocol: aws.String("tcp"), FromPort: aws.Int32(81), ToPort: aws.Int32(81), CidrIp: aws.String("0.0.0.0/0")})
			return err
		}, "InvalidPermission.NotFound"},
		{"a rule id to revoke does not exist", func(ctx context.Context) error {
			_, err := c.RevokeSecurityGroupIngress(ctx, &ec2.RevokeSecurityGroupIngressInput{GroupId: &n.group, SecurityGroupRuleIds: []string{"sgr-0123"}})
			return err
		}, "InvalidSecurityGroupRuleId.NotFound"},
		{"a subnet's VPC does not exist", subnet("vpc-0123", "10.88.64.0/20"), "InvalidVpcID.NotFound"},
		{"a subnet is outside its VPC", subnet(n.vpc, "10.99.0.0/20"), "InvalidSubnet.Range"},
		{"a subnet overlaps another", subnet(n.vpc, "10.88.8.0/24"), "InvalidSubnet.Conflict"},
		{"a subnet is too small", subnet(n.vpc, "10.88.64.0/29"), "InvalidSubnet.Range"},
		{"a VPC is too large", func(ctx context.Context) error {
			_, err := c.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/8")})
			return err
		}, "InvalidVpc.Range"},
		{"a parameter that the engine lacks", func(ctx context.Context) error {
			_, err := c.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16"), AmazonProvidedIpv6CidrBlock: aws.Bool(true)})
			return err
		}, "UnsupportedOperation"},
		{"a tag for another kind of resource", func(ctx context.Context) error {
			_, err := c.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16"), TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeSubnet}}})
			return err
		}, "InvalidParameterValue"},
		{"a tag of a resource that does not exist", func(ctx context.Context) error {
			_, err := c.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{"subnet-0123"}, Tags: []types.Tag{{Key: aws.String("a")}}})
			return err
		}, "InvalidSubnetID.NotFound"},
		{"a tag whose key is reserved", func(ctx context.Context) error {
			_, err := c.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{n.vpc}, Tags: []types.Tag{{Key: aws.String("aws:a")}}})
			return err
		}, "InvalidParameterValue"},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			if err := each.do(t.Context()); code(err) != each.want {
				t.Errorf("got %v, want %s", err, each.want)
			}
		})
	}
}

func TestWhatIsInUseCannotBeDeleted(t *testing.T) {
	e, c := start(t)
	n := defaultNetwork(t, c)
	ctx := t.Context()
	user := newGroup(t, c, n.vpc, "user")
	in := port80(user)
	in.IpPermissions[0].IpRanges = nil
	in.IpPermissions[0].UserIdGroupPairs = []types.UserIdGroupPair{{GroupId: &n.group}}
	must[ec2.AuthorizeSecurityGroupIngressOutput](t)(c.AuthorizeSecurityGroupIngress(ctx, in))
	deleteGroup := func(id string) string {
		_, err := c.DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: &id})
		return code(err)
	}
	if got := deleteGroup(n.group); got != "DependencyViolation" {
		t.Errorf("a group that a rule refers to: %s", got)
	}
	attached, err := e.Attach(inside(t), n.subnets[0], []string{user}, "a task")
	if err != nil {
		t.Fatal(err)
	}
	if got := deleteGroup(user); got != "DependencyViolation" {
		t.Errorf("a group of an interface: %s", got)
	}
	if _, err := c.DeleteSubnet(ctx, &ec2.DeleteSubnetInput{SubnetId: &n.subnets[0]}); code(err) != "DependencyViolation" {
		t.Errorf("a subnet with an interface: %v", err)
	}
	gateways := must[ec2.DescribeInternetGatewaysOutput](t)(c.DescribeInternetGateways(ctx, &ec2.DescribeInternetGatewaysInput{}))
	detach := &ec2.DetachInternetGatewayInput{InternetGatewayId: gateways.InternetGateways[0].InternetGatewayId, VpcId: &n.vpc}
	if _, err := c.DetachInternetGateway(ctx, detach); code(err) != "DependencyViolation" {
		t.Errorf("the gateway of a VPC with an interface: %v", err)
	}
	if err := e.Detach(inside(t), attached.ID); err != nil {
		t.Fatal(err)
	}
	if got := deleteGroup(user); got != "" {
		t.Errorf("a group that is free again: %s", got)
	}
	if got := deleteGroup(n.group); got != "" {
		t.Errorf("a group whose reference is gone: %s", got)
	}
}
