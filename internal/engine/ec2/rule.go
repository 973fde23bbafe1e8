package ec2

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/wire"
)

// rule allows traffic to or from one peer: a range or another group.
type rule struct {
	ID          string
	Egress      bool
	Protocol    string // "tcp", "udp", "icmp", "icmpv6", a number, or "-1" for all
	From, To    int32  // meaningless for "-1"
	CIDR, CIDR6 string
	Group       string
	Description string
}

// openEgress is the rule that every new group has: all traffic may leave.
func openEgress() rule {
	return rule{ID: newID("sgr"), Egress: true, Protocol: "-1", CIDR: "0.0.0.0/0"}
}

// same tells whether two rules allow the same, whatever they are called.
func (r rule) same(other rule) bool {
	r.ID, r.Description = other.ID, other.Description
	return r == other
}

func (r rule) peer() string { return r.CIDR + r.CIDR6 + r.Group }

func (r rule) hasPorts() bool { return r.Protocol != "-1" }

// value answers the filters ip-permission.* of groups.
func (r rule) value(kind string) (string, bool) {
	switch kind {
	case "cidr":
		return r.CIDR, true
	case "ipv6-cidr":
		return r.CIDR6, true
	case "group-id":
		return r.Group, true
	case "protocol":
		return r.Protocol, true
	case "from-port":
		return port(r, r.From), true
	case "to-port":
		return port(r, r.To), true
	}
	return "", false
}

func port(r rule, number int32) string {
	if !r.hasPorts() {
		return ""
	}
	return strconv.Itoa(int(number))
}

func (r rule) String() string {
	protocol, ports := strings.ToUpper(r.Protocol), ""
	if r.hasPorts() {
		ports = ", from port: " + port(r, r.From) + ", to port: " + port(r, r.To)
	} else {
		protocol = "ALL"
	}
	return "peer: " + r.peer() + ", " + protocol + ports + ", ALLOW"
}

// groupRule is a rule with its group, as a row of its own.
type groupRule struct {
	rule
	Of group
}

func (r groupRule) id() string { return r.ID }

func (r groupRule) missing(id string) error {
	if !strings.HasPrefix(id, "sgr-") {
		return wire.Fault("InvalidSecurityGroupRuleId.Malformed", "Invalid id: %q (expecting \"sgr-...\")", id)
	}
	return wire.Fault("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '%s' does not exist", id)
}

func (r groupRule) field(name string) ([]string, bool) {
	switch name {
	case "group-id":
		return []string{r.Of.ID}, true
	case "security-group-rule-id":
		return []string{r.ID}, true
	}
	return nil, false
}

func (e *EC2) describeRules(ctx context.Context, in *ec2.DescribeSecurityGroupRulesInput) (*ec2.DescribeSecurityGroupRulesOutput, error) {
	var rows []groupRule
	for _, g := range e.groups.All(wire.From(ctx).World()) {
		for _, r := range g.Rules {
			rows = append(rows, groupRule{r, g})
		}
	}
	for _, id := range in.SecurityGroupRuleIds {
		if !slices.ContainsFunc(rows, func(r groupRule) bool { return r.ID == id }) {
			return nil, groupRule{}.missing(id)
		}
	}
	if len(in.SecurityGroupRuleIds) > 0 {
		rows = slices.DeleteFunc(rows, func(r groupRule) bool { return !slices.Contains(in.SecurityGroupRuleIds, r.ID) })
	}
	rows, err := filter(ctx, e, rows, in.Filters)
	if err != nil {
		return nil, err
	}
	rows, next, err := page(rows, in.SecurityGroupRuleIds, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	shapes := convert(rows, func(r groupRule) types.SecurityGroupRule { return e.ruleShape(ctx, r.Of.ID, r.rule) })
	return &ec2.DescribeSecurityGroupRulesOutput{SecurityGroupRules: shapes, NextToken: next}, nil
}

func (e *EC2) ruleShape(ctx context.Context, groupID string, r rule) types.SecurityGroupRule {
	call := wire.From(ctx)
	from, to := r.From, r.To
	if !r.hasPorts() {
		from, to = -1, -1
	}
	shape := types.SecurityGroupRule{
		SecurityGroupRuleId: &r.ID, GroupId: &groupID, GroupOwnerId: &call.Account, IsEgress: &r.Egress,
		SecurityGroupRuleArn: aws.String(call.ARN("ec2", "security-group-rule/"+r.ID)),
		IpProtocol:           &r.Protocol, FromPort: &from, ToPort: &to,
		CidrIpv4: optional(r.CIDR), CidrIpv6: optional(r.CIDR6), Description: optional(r.Description),
		Tags: tagList(e.tagsOf(ctx, r.ID)),
	}
	if r.Group != "" {
		shape.ReferencedGroupInfo = &types.ReferencedSecurityGroup{GroupId: &r.Group, UserId: &call.Account}
	}
	return shape
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// permissions groups rules as DescribeSecurityGroups shows them: one entry for
// each protocol and port range, with all its peers.
func permissions(rules []rule, egress bool, account string) []types.IpPermission {
	out := []types.IpPermission{}
	for _, r := range rules {
		if r.Egress != egress {
			continue
		}
		at := slices.IndexFunc(out, func(p types.IpPermission) bool {
			return *p.IpProtocol == r.Protocol && (!r.hasPorts() || *p.FromPort == r.From && *p.ToPort == r.To)
		})
		if at < 0 {
			at = len(out)
			out = append(out, emptyPermission(r.Protocol))
			if r.hasPorts() {
				out[at].FromPort, out[at].ToPort = &r.From, &r.To
			}
		}
		addPeer(&out[at], r, account)
	}
	return out
}

// emptyPermission has all its lists, because AWS's clients count on them.
func emptyPermission(protocol string) types.IpPermission {
	return types.IpPermission{
		IpProtocol: &protocol, IpRanges: []types.IpRange{}, Ipv6Ranges: []types.Ipv6Range{},
		PrefixListIds: []types.PrefixListId{}, UserIdGroupPairs: []types.UserIdGroupPair{},
	}
}

func addPeer(p *types.IpPermission, r rule, account string) {
	description := optional(r.Description)
	switch {
	case r.CIDR != "":
		p.IpRanges = append(p.IpRanges, types.IpRange{CidrIp: &r.CIDR, Description: description})
	case r.CIDR6 != "":
		p.Ipv6Ranges = append(p.Ipv6Ranges, types.Ipv6Range{CidrIpv6: &r.CIDR6, Description: description})
	default:
		p.UserIdGroupPairs = append(p.UserIdGroupPairs, types.UserIdGroupPair{GroupId: &r.Group, UserId: &account, Description: description})
	}
}
