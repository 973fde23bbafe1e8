package ec2

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/wire"
)

// request is what the four operations that change rules have in common.
type request struct {
	GroupID, GroupName *string
	Permissions        []types.IpPermission
	Egress             bool

	// The short form: one rule without a list.
	Protocol, CIDR, Source *string
	From, To               *int32
}

var protocolNames = map[string]string{
	"tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp", "icmp": "icmp", "1": "icmp",
	"icmpv6": "icmpv6", "58": "icmpv6", "-1": "-1", "all": "-1",
}

// rules reads the rules that a request names; g is the group it is about.
func (e *EC2) rules(ctx context.Context, g group, in request) ([]rule, error) {
	list := in.Permissions
	if in.Protocol != nil || in.CIDR != nil || in.Source != nil {
		short, err := e.shortForm(ctx, in)
		if err != nil {
			return nil, err
		}
		list = append(slices.Clone(list), short)
	}
	if len(list) == 0 {
		return nil, missingParameter("ipPermissions")
	}
	var out []rule
	for _, p := range list {
		rules, err := e.permissionRules(ctx, g, p, in.Egress)
		if err != nil {
			return nil, err
		}
		out = append(out, rules...)
	}
	return out, nil
}

func (e *EC2) shortForm(ctx context.Context, in request) (types.IpPermission, error) {
	p := types.IpPermission{IpProtocol: in.Protocol, FromPort: in.From, ToPort: in.To}
	if in.CIDR != nil {
		p.IpRanges = []types.IpRange{{CidrIp: in.CIDR}}
	}
	if in.Source == nil {
		return p, nil
	}
	source, err := e.groupOf(ctx, nil, in.Source)
	if err != nil {
		return p, err
	}
	p.UserIdGroupPairs = []types.UserIdGroupPair{{GroupId: &source.ID}}
	if p.IpProtocol == nil {
		p.IpProtocol = aws.String("-1")
	}
	return p, nil
}

// permissionRules makes one rule for each peer of a permission.
func (e *EC2) permissionRules(ctx context.Context, g group, p types.IpPermission, egress bool) ([]rule, error) {
	if len(p.PrefixListIds) > 0 {
		return nil, wire.Fault("UnsupportedOperation", "%s: the engine has no prefix lists.", wire.From(ctx).Operation)
	}
	base, err := protocolAndPorts(p)
	if err != nil {
		return nil, err
	}
	base.Egress = egress
	out, err := rangeRules(base, p)
	if err != nil {
		return nil, err
	}
	for _, pair := range p.UserIdGroupPairs {
		next := base
		if next.Group, err = e.peerGroup(ctx, g, pair); err != nil {
			return nil, err
		}
		next.Description = aws.ToString(pair.Description)
		out = append(out, next)
	}
	if len(out) == 0 {
		return nil, wire.Fault("InvalidParameterValue", "The request does not contain a range, a prefix list or a group.")
	}
	return out, checkDescriptions(out)
}

// rangeRules makes the rules whose peers are address ranges.
func rangeRules(base rule, p types.IpPermission) ([]rule, error) {
	var out []rule
	for _, r := range p.IpRanges {
		block, err := canonical(r.CidrIp, netip.Addr.Is4)
		if err != nil {
			return nil, err
		}
		next := base
		next.CIDR, next.Description = block, aws.ToString(r.Description)
		out = append(out, next)
	}
	for _, r := range p.Ipv6Ranges {
		block, err := canonical(r.CidrIpv6, netip.Addr.Is6)
		if err != nil {
			return nil, err
		}
		next := base
		next.CIDR6, next.Description = block, aws.ToString(r.Description)
		out = append(out, next)
	}
	return out, nil
}

func checkDescriptions(rules []rule) error {
	for _, r := range rules {
		if r.Description != "" && !groupText.MatchString(r.Description) {
			return wire.Fault("InvalidParameterValue", "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*")
		}
	}
	return nil
}

func (e *EC2) peerGroup(ctx context.Context, g group, pair types.UserIdGroupPair) (string, error) {
	peer, err := e.groupOf(ctx, pair.GroupId, pair.GroupName)
	if err != nil {
		return "", err
	}
	if peer.VPC != g.VPC {
		return "", wire.Fault("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
	}
	return peer.ID, nil
}

func protocolAndPorts(p types.IpPermission) (rule, error) {
	text := strings.ToLower(aws.ToString(p.IpProtocol))
	if text == "" {
		return rule{}, missingParameter("ipProtocol")
	}
	protocol, known := protocolNames[text]
	if !known {
		number, err := strconv.Atoi(text)
		if err != nil || number < 0 || number > 255 {
			return rule{}, wire.Fault("InvalidParameterValue", "Invalid value '%s' for IP protocol. Unknown protocol.", text)
		}
		protocol = strconv.Itoa(number)
	}
	r := rule{Protocol: protocol}
	switch protocol {
	case "-1":
		return r, nil
	case "tcp", "udp":
		err := tcpPorts(&r, p)
		return r, err
	case "icmp", "icmpv6":
		r.From, r.To = -1, -1
	}
	if p.FromPort != nil && p.ToPort != nil {
		r.From, r.To = *p.FromPort, *p.ToPort
	}
	return r, nil
}

func tcpPorts(r *rule, p types.IpPermission) error {
	if p.FromPort == nil || p.ToPort == nil {
		return wire.Fault("InvalidParameterValue", "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.")
	}
	r.From, r.To = *p.FromPort, *p.ToPort
	if r.From < 0 || r.To > 65535 || r.From > r.To {
		return wire.Fault("InvalidParameterValue", "Invalid TCP/UDP port range (%d:%d)", r.From, r.To)
	}
	return nil
}

// canonical parses a range as AWS does: host bits are dropped.
func canonical(text *string, family func(netip.Addr) bool) (string, error) {
	block, err := netip.ParsePrefix(aws.ToString(text))
	if err != nil || !family(block.Addr()) {
		return "", wire.Fault("InvalidParameterValue", "CIDR block %s is malformed", aws.ToString(text))
	}
	return block.Masked().String(), nil
}
