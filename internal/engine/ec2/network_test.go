package ec2

import (
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func TestInterfacesGetTheNextFreeAddress(t *testing.T) {
	e, c := start(t)
	ctx := inside(t)
	vpc := must[ec2.CreateVpcOutput](t)(c.CreateVpc(t.Context(), &ec2.CreateVpcInput{CidrBlock: aws.String("10.200.0.0/16")})).Vpc
	subnet := *must[ec2.CreateSubnetOutput](t)(c.CreateSubnet(t.Context(), &ec2.CreateSubnetInput{VpcId: vpc.VpcId, CidrBlock: aws.String("10.200.0.0/28")})).Subnet.SubnetId
	var made []Interface
	for range 11 {
		i, err := e.Attach(ctx, subnet, nil, "a task")
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, i)
	}
	if first, last := made[0].Address.String(), made[10].Address.String(); first != "10.200.0.4" || last != "10.200.0.14" {
		t.Errorf("addresses %s to %s", first, last)
	}
	if made[0].MAC != "02:42:0a:c8:00:04" || made[0].Range.String() != "10.200.0.0/16" || made[0].VPC != *vpc.VpcId {
		t.Errorf("interface: %+v", made[0])
	}
	if _, err := e.Attach(ctx, subnet, nil, "one too many"); code(err) != "InsufficientFreeAddressesInSubnet" {
		t.Errorf("a full subnet: %v", err)
	}
	if err := e.Detach(ctx, made[3].ID); err != nil {
		t.Fatal(err)
	}
	if again, err := e.Attach(ctx, subnet, nil, "again"); err != nil || again.Address != made[3].Address {
		t.Errorf("the freed address: %v, %v", again.Address, err)
	}
}

func TestAnAddressRestsBeforeItIsUsedAgain(t *testing.T) {
	e, c := start(t)
	n := defaultNetwork(t, c)
	var got []string
	for range 3 {
		i, err := e.Attach(inside(t), n.subnets[0], nil, "a task")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, i.Address.String())
		if err := e.Detach(inside(t), i.ID); err != nil {
			t.Fatal(err)
		}
	}
	if len(slices.Compact(slices.Clone(got))) != 3 {
		t.Errorf("addresses: %v", got)
	}
}

func TestTasksThatStartTogetherGetDifferentAddresses(t *testing.T) {
	e, c := start(t)
	n := defaultNetwork(t, c)
	const tasks = 50
	addresses := make([]netip.Addr, tasks)
	var all sync.WaitGroup
	for i := range tasks {
		all.Go(func() {
			made, err := e.Attach(inside(t), n.subnets[0], []string{n.group}, "a task")
			if err != nil {
				t.Error(err)
			}
			addresses[i] = made.Address
		})
	}
	all.Wait()
	slices.SortFunc(addresses, netip.Addr.Compare)
	if different := len(slices.Compact(addresses)); different != tasks {
		t.Errorf("%d addresses for %d tasks", different, tasks)
	}
}

func TestInterfacesAreDescribed(t *testing.T) {
	e, c := start(t)
	n := defaultNetwork(t, c)
	made, err := e.Attach(inside(t), n.subnets[0], []string{n.group}, "ELB app/web/50dc6c495c0c9188")
	if err != nil {
		t.Fatal(err)
	}
	found := must[ec2.DescribeNetworkInterfacesOutput](t)(c.DescribeNetworkInterfaces(t.Context(), &ec2.DescribeNetworkInterfacesInput{Filters: byTag("group-id", n.group)})).NetworkInterfaces
	if len(found) != 1 || *found[0].NetworkInterfaceId != made.ID || *found[0].RequesterId != "amazon-elb" || *found[0].Groups[0].GroupName != "web" || *found[0].PrivateIpAddress != made.Address.String() {
		t.Errorf("interfaces: %+v", found)
	}
}

func TestCheckNetworkSpeaksAsECS(t *testing.T) {
	e, c := start(t)
	n := defaultNetwork(t, c)
	vpc := *must[ec2.CreateVpcOutput](t)(c.CreateVpc(t.Context(), &ec2.CreateVpcInput{CidrBlock: aws.String("10.200.0.0/16")})).Vpc.VpcId
	foreign := newGroup(t, c, vpc, "web")
	cases := []struct {
		name            string
		subnets, groups []string
		want            string
	}{
		{"good", n.subnets, []string{n.group}, ""},
		{"no such subnet", []string{"subnet-1"}, nil, "api error InvalidParameterException: Error retrieving subnet information for [subnet-1]: The subnet ID 'subnet-1' does not exist (ErrorCode: InvalidSubnetID.NotFound)"},
		{"no such group", n.subnets, []string{"sg-1"}, "api error InvalidParameterException: Error retrieving security group information for [sg-1]: The security group 'sg-1' does not exist (ErrorCode: InvalidGroup.NotFound)"},
		{"another VPC", n.subnets, []string{foreign}, "api error InvalidParameterException: The security group '" + foreign + "' and the subnets must belong to the same VPC."},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			got := ""
			if err := e.CheckNetwork(inside(t), each.subnets, each.groups); err != nil {
				got = err.Error()
			}
			if got != each.want {
				t.Errorf("got %q, want %q", got, each.want)
			}
		})
	}
}

func TestRulesAreMergedForDescriptionAndRevokedByWhatTheyAllow(t *testing.T) {
	_, c := start(t)
	n := defaultNetwork(t, c)
	ctx := t.Context()
	in := port80(n.group)
	in.IpPermissions[0].IpRanges = append(in.IpPermissions[0].IpRanges, types.IpRange{CidrIp: aws.String("10.1.2.3/8")})
	rules := must[ec2.AuthorizeSecurityGroupIngressOutput](t)(c.AuthorizeSecurityGroupIngress(ctx, in)).SecurityGroupRules
	if len(rules) != 2 || *rules[1].CidrIpv4 != "10.0.0.0/8" || *rules[0].Description != "everybody" {
		t.Fatalf("rules: %+v", rules)
	}
	group := func() types.SecurityGroup {
		return must[ec2.DescribeSecurityGroupsOutput](t)(c.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{GroupIds: []string{n.group}})).SecurityGroups[0]
	}
	if p := group().IpPermissions; len(p) != 1 || len(p[0].IpRanges) != 2 || *p[0].FromPort != 80 {
		t.Errorf("permissions: %+v", p)
	}
	revoke := &ec2.RevokeSecurityGroupIngressInput{GroupId: &n.group, IpPermissions: port80(n.group).IpPermissions}
	revoke.IpPermissions[0].IpRanges[0].Description = nil
	must[ec2.RevokeSecurityGroupIngressOutput](t)(c.RevokeSecurityGroupIngress(ctx, revoke))
	must[ec2.RevokeSecurityGroupIngressOutput](t)(c.RevokeSecurityGroupIngress(ctx, &ec2.RevokeSecurityGroupIngressInput{GroupId: &n.group, SecurityGroupRuleIds: []string{*rules[1].SecurityGroupRuleId}}))
	if p := group().IpPermissions; len(p) != 0 {
		t.Errorf("permissions after revocation: %+v", p)
	}
	left := must[ec2.DescribeSecurityGroupRulesOutput](t)(c.DescribeSecurityGroupRules(ctx, &ec2.DescribeSecurityGroupRulesInput{Filters: byTag("group-id", n.group)})).SecurityGroupRules
	if len(left) != 1 || !*left[0].IsEgress || *left[0].FromPort != -1 {
		t.Errorf("rules left: %+v", left)
	}
}

func TestFiltersNarrowWhatIsDescribed(t *testing.T) {
	_, c := start(t)
	n := defaultNetwork(t, c)
	must[ec2.AuthorizeSecurityGroupIngressOutput](t)(c.AuthorizeSecurityGroupIngress(t.Context(), port80(n.group)))
	must[ec2.CreateTagsOutput](t)(c.CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{n.group}, Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}}}))
	cases := []struct {
		name   string
		values []string
		want   string
	}{
		{"group-name", []string{"w?b"}, "web"},
		{"group-name", []string{"nope", "*"}, "default web"},
		{"vpc-id", []string{n.vpc}, "default web"},
		{"vpc-id", []string{"vpc-0123"}, ""},
		{"owner-id", []string{account}, "default web"},
		{"owner-id", []string{"999999999999"}, ""},
		{"tag:team", []string{"a", "b"}, "web"},
		{"tag:team", []string{"b"}, ""},
		{"tag-key", []string{"team"}, "web"},
		{"ip-permission.cidr", []string{"0.0.0.0/0"}, "web"},
		{"ip-permission.from-port", []string{"80"}, "web"},
		{"egress.ip-permission.protocol", []string{"-1"}, "default web"},
	}
	for _, each := range cases {
		found := must[ec2.DescribeSecurityGroupsOutput](t)(c.DescribeSecurityGroups(t.Context(), &ec2.DescribeSecurityGroupsInput{Filters: []types.Filter{{Name: &each.name, Values: each.values}}}))
		var names []string
		for _, g := range found.SecurityGroups {
			names = append(names, *g.GroupName)
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != each.want {
			t.Errorf("%s %v: %q, want %q", each.name, each.values, got, each.want)
		}
	}
}

func TestPagesCoverEverythingOnce(t *testing.T) {
	_, c := start(t)
	n := defaultNetwork(t, c)
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		newGroup(t, c, n.vpc, name)
	}
	var sizes []int
	seen := map[string]bool{}
	pages := ec2.NewDescribeSecurityGroupsPaginator(c, &ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(5)})
	for pages.HasMorePages() {
		page := must[ec2.DescribeSecurityGroupsOutput](t)(pages.NextPage(t.Context()))
		sizes = append(sizes, len(page.SecurityGroups))
		for _, g := range page.SecurityGroups {
			seen[*g.GroupId] = true
		}
	}
	if !slices.Equal(sizes, []int{5, 3}) || len(seen) != 8 {
		t.Errorf("pages %v, %d groups", sizes, len(seen))
	}
}

func TestTagsAreSetReadAndRemoved(t *testing.T) {
	e, c := start(t)
	n := defaultNetwork(t, c)
	ctx := t.Context()
	tags := []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("2")}}
	must[ec2.CreateTagsOutput](t)(c.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{n.group, n.vpc}, Tags: tags}))
	must[ec2.DeleteTagsOutput](t)(c.DeleteTags(ctx, &ec2.DeleteTagsInput{Resources: []string{n.group}, Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("other")}, {Key: aws.String("b")}}}))
	mine, err := e.Retag(inside(t), "arn:aws:ec2:us-east-1:123456789012:security-group/"+n.group, map[string]string{"c": "3"}, nil)
	if !mine || err != nil {
		t.Errorf("retag: %v, %v", mine, err)
	}
	got := ""
	for _, d := range must[ec2.DescribeTagsOutput](t)(c.DescribeTags(ctx, &ec2.DescribeTagsInput{Filters: byTag("resource-type", "security-group")})).Tags {
		got += *d.Key + "=" + *d.Value + " "
	}
	if got != "a=1 c=3 " {
		t.Errorf("tags: %s", got)
	}
	if all := e.Tagged(inside(t)); len(all) != 2 || all[0].ARN != "arn:aws:ec2:us-east-1:123456789012:security-group/"+n.group {
		t.Errorf("tagged: %+v", all)
	}
	for arn, want := range map[string]bool{"arn:aws:ecs:us-east-1:123456789012:cluster/a": false, "arn:aws:ec2:us-east-1:123456789012:subnet/subnet-1": true} {
		if mine, _ := e.Retag(inside(t), arn, nil, nil); mine != want {
			t.Errorf("%s is mine: %v", arn, mine)
		}
	}
}
