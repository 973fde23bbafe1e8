package ec2

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// refusal is what a request was answered, and with which code it must have been.
type refusal struct {
	name string
	err  error
	want string
}

func check(t *testing.T, cases []refusal) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if code(c.err) != c.want {
				t.Errorf("got %v, want %s", c.err, c.want)
			}
		})
	}
}

func TestBadGroupsAreRefused(t *testing.T) {
	_, c := start(t)
	n := defaultNetwork(t, c)
	create := func(name, description string) error {
		_, err := c.CreateSecurityGroup(t.Context(), &ec2.CreateSecurityGroupInput{GroupName: &name, Description: &description, VpcId: &n.vpc})
		return err
	}
	describe := func(in ec2.DescribeSecurityGroupsInput) error {
		_, err := c.DescribeSecurityGroups(t.Context(), &in)
		return err
	}
	remove := func(in ec2.DeleteSecurityGroupInput) error {
		_, err := c.DeleteSecurityGroup(t.Context(), &in)
		return err
	}
	check(t, []refusal{
		{"a name that is taken, whatever its case", create("WEB", "x"), "InvalidGroup.Duplicate"},
		{"a name that begins with sg-", create("sg-x", "x"), "InvalidParameterValue"},
		{"a name that is reserved", create("default", "x"), "InvalidParameterValue"},
		{"a description with a character beyond the set", create("y", "naïve"), "InvalidParameterValue"},
		{"an id that does not exist", describe(ec2.DescribeSecurityGroupsInput{GroupIds: []string{"sg-0123"}}), "InvalidGroup.NotFound"},
		{"an id that is malformed", describe(ec2.DescribeSecurityGroupsInput{GroupIds: []string{"web"}}), "InvalidGroupId.Malformed"},
		{"a name that does not exist", describe(ec2.DescribeSecurityGroupsInput{GroupNames: []string{"nope"}}), "InvalidGroup.NotFound"},
		{"an unknown filter", describe(ec2.DescribeSecurityGroupsInput{Filters: byTag("colour", "red")}), "InvalidParameterValue"},
		{"a page that is too small", describe(ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(2)}), "InvalidParameterValue"},
		{"a page and ids", describe(ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(5), GroupIds: []string{n.group}}), "InvalidParameterCombination"},
		{"a page token that is made up", describe(ec2.DescribeSecurityGroupsInput{NextToken: aws.String("!!")}), "InvalidNextToken"},
		{"a dry run, which the engine lacks", describe(ec2.DescribeSecurityGroupsInput{DryRun: aws.Bool(true)}), "UnsupportedOperation"},
		{"deleting nothing", remove(ec2.DeleteSecurityGroupInput{}), "MissingParameter"},
		{"deleting the default group", remove(ec2.DeleteSecurityGroupInput{GroupName: aws.String("default")}), "CannotDelete"},
	})
}

func TestBadRulesAreRefused(t *testing.T) {
	_, c := start(t)
	n := defaultNetwork(t, c)
	must[ec2.AuthorizeSecurityGroupIngressOutput](t)(c.AuthorizeSecurityGroupIngress(t.Context(), port80(n.group)))
	other := *must[ec2.CreateVpcOutput](t)(c.CreateVpc(t.Context(), &ec2.CreateVpcInput{CidrBlock: aws.String("10.200.0.0/16")})).Vpc.VpcId
	foreign := newGroup(t, c, other, "web")
	rule := func(change func(*types.IpPermission)) error {
		in := port80(n.group)
		change(&in.IpPermissions[0])
		_, err := c.AuthorizeSecurityGroupIngress(t.Context(), in)
		return err
	}
	from := func(group string) func(*types.IpPermission) {
		return func(p *types.IpPermission) {
			p.IpRanges, p.UserIdGroupPairs = nil, []types.UserIdGroupPair{{GroupId: &group}}
		}
	}
	revoke := func(in ec2.RevokeSecurityGroupIngressInput) error {
		in.GroupId = &n.group
		_, err := c.RevokeSecurityGroupIngress(t.Context(), &in)
		return err
	}
	check(t, []refusal{
		{"a rule that exists already", rule(func(*types.IpPermission) {}), "InvalidPermission.Duplicate"},
		{"ports in reverse", rule(func(p *types.IpPermission) { p.FromPort = aws.Int32(81) }), "InvalidParameterValue"},
		{"no port", rule(func(p *types.IpPermission) { p.ToPort = nil }), "InvalidParameterValue"},
		{"an unknown protocol", rule(func(p *types.IpPermission) { p.IpProtocol = aws.String("carrier-pigeon") }), "InvalidParameterValue"},
		{"a malformed range", rule(func(p *types.IpPermission) { p.IpRanges[0].CidrIp = aws.String("10.0.0.0/33") }), "InvalidParameterValue"},
		{"no peer", rule(func(p *types.IpPermission) { p.IpRanges = nil }), "InvalidParameterValue"},
		{"prefix lists, which the engine lacks", rule(func(p *types.IpPermission) {
			p.PrefixListIds = []types.PrefixListId{{PrefixListId: aws.String("pl-1")}}
		}), "UnsupportedOperation"},
		{"a group that does not exist", rule(from("sg-0123")), "InvalidGroup.NotFound"},
		{"a group of another VPC", rule(from(foreign)), "InvalidGroup.NotFound"},
		{"more rules than a group has room for", rule(func(p *types.IpPermission) {
			p.IpRanges = nil
			for n := range 60 {
				p.IpRanges = append(p.IpRanges, types.IpRange{CidrIp: aws.String(fmt.Sprintf("10.0.%d.0/24", n))})
			}
		}), "RulesPerSecurityGroupLimitExceeded"},
		{"revoking what is not allowed", revoke(ec2.RevokeSecurityGroupIngressInput{IpProtocol: aws.String("tcp"), FromPort: aws.Int32(81), ToPort: aws.Int32(81), CidrIp: aws.String("0.0.0.0/0")}), "InvalidPermission.NotFound"},
		{"revoking an id that does not exist", revoke(ec2.RevokeSecurityGroupIngressInput{SecurityGroupRuleIds: []string{"sgr-0123"}}), "InvalidSecurityGroupRuleId.NotFound"},
	})
}

func TestBadNetworksAndTagsAreRefused(t *testing.T) {
	_, c := start(t)
	n := defaultNetwork(t, c)
	subnet := func(vpc, block, zone string) error {
		_, err := c.CreateSubnet(t.Context(), &ec2.CreateSubnetInput{VpcId: &vpc, CidrBlock: &block, AvailabilityZone: &zone})
		return err
	}
	vpc := func(in ec2.CreateVpcInput) error { _, err := c.CreateVpc(t.Context(), &in); return err }
	tag := func(id, key string) error {
		_, err := c.CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{id}, Tags: []types.Tag{{Key: &key}}})
		return err
	}
	block := aws.String("10.0.0.0/16")
	check(t, []refusal{
		{"a subnet of a VPC that does not exist", subnet("vpc-0123", "10.88.64.0/20", "us-east-1a"), "InvalidVpcID.NotFound"},
		{"a subnet outside its VPC", subnet(n.vpc, "10.99.0.0/20", "us-east-1a"), "InvalidSubnet.Range"},
		{"a subnet that overlaps another", subnet(n.vpc, "10.88.8.0/24", "us-east-1a"), "InvalidSubnet.Conflict"},
		{"a subnet that is too small", subnet(n.vpc, "10.88.64.0/29", "us-east-1a"), "InvalidSubnet.Range"},
		{"a zone that does not exist", subnet(n.vpc, "10.88.64.0/20", "us-east-1z"), "InvalidParameterValue"},
		{"a VPC that is too large", vpc(ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/8")}), "InvalidVpc.Range"},
		{"a VPC without a range", vpc(ec2.CreateVpcInput{}), "MissingParameter"},
		{"IPv6, which the engine lacks", vpc(ec2.CreateVpcInput{CidrBlock: block, AmazonProvidedIpv6CidrBlock: aws.Bool(true)}), "UnsupportedOperation"},
		{"tags for another kind of resource", vpc(ec2.CreateVpcInput{CidrBlock: block, TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeSubnet}}}), "InvalidParameterValue"},
		{"a tag of a resource that does not exist", tag("subnet-0123", "a"), "InvalidSubnetID.NotFound"},
		{"a tag of something that EC2 does not have", tag("thing-0123", "a"), "InvalidID"},
		{"a tag whose key is reserved", tag(n.vpc, "aws:a"), "InvalidParameterValue"},
	})
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
