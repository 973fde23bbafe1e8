package ec2

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/wire"
)

// maxRules is AWS's quota of rules for each direction of a group.
const maxRules = 60

func (e *EC2) authorizeIngress(ctx context.Context, in *ec2.AuthorizeSecurityGroupIngressInput) (*ec2.AuthorizeSecurityGroupIngressOutput, error) {
	rules, err := e.authorize(ctx, request{
		GroupID: in.GroupId, GroupName: in.GroupName, Permissions: in.IpPermissions,
		Protocol: in.IpProtocol, CIDR: in.CidrIp, Source: in.SourceSecurityGroupName, From: in.FromPort, To: in.ToPort,
	}, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	return &ec2.AuthorizeSecurityGroupIngressOutput{Return: aws.Bool(true), SecurityGroupRules: rules}, nil
}

func (e *EC2) authorizeEgress(ctx context.Context, in *ec2.AuthorizeSecurityGroupEgressInput) (*ec2.AuthorizeSecurityGroupEgressOutput, error) {
	rules, err := e.authorize(ctx, request{
		GroupID: in.GroupId, Permissions: in.IpPermissions, Egress: true,
		Protocol: in.IpProtocol, CIDR: in.CidrIp, Source: in.SourceSecurityGroupName, From: in.FromPort, To: in.ToPort,
	}, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	return &ec2.AuthorizeSecurityGroupEgressOutput{Return: aws.Bool(true), SecurityGroupRules: rules}, nil
}

// authorize adds all rules of a request, or none.
func (e *EC2) authorize(ctx context.Context, in request, specs []types.TagSpecification) ([]types.SecurityGroupRule, error) {
	g, err := e.groupOf(ctx, in.GroupID, in.GroupName)
	if err != nil {
		return nil, err
	}
	rules, err := e.rules(ctx, g, in)
	if err != nil {
		return nil, err
	}
	tags, err := tagsFor(specs, types.ResourceTypeSecurityGroupRule)
	if err != nil {
		return nil, err
	}
	for i, r := range rules {
		if slices.ContainsFunc(g.Rules, r.same) {
			return nil, wire.Fault("InvalidPermission.Duplicate", "the specified rule \"%s\" already exists", r)
		}
		rules[i].ID = newID("sgr")
		g.Rules = append(g.Rules, rules[i])
	}
	if count(g.Rules, in.Egress) > maxRules {
		return nil, wire.Fault("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")
	}
	e.groups.Put(wire.From(ctx).World()+g.ID, g)
	return convert(rules, func(r rule) types.SecurityGroupRule {
		e.setTags(ctx, r.ID, tags)
		return e.ruleShape(ctx, g.ID, r)
	}), nil
}

func count(rules []rule, egress bool) int {
	n := 0
	for _, r := range rules {
		if r.Egress == egress {
			n++
		}
	}
	return n
}

func (e *EC2) revokeIngress(ctx context.Context, in *ec2.RevokeSecurityGroupIngressInput) (*ec2.RevokeSecurityGroupIngressOutput, error) {
	revoked, err := e.revoke(ctx, request{
		GroupID: in.GroupId, GroupName: in.GroupName, Permissions: in.IpPermissions,
		Protocol: in.IpProtocol, CIDR: in.CidrIp, Source: in.SourceSecurityGroupName, From: in.FromPort, To: in.ToPort,
	}, in.SecurityGroupRuleIds)
	if err != nil {
		return nil, err
	}
	return &ec2.RevokeSecurityGroupIngressOutput{Return: aws.Bool(true), RevokedSecurityGroupRules: revoked}, nil
}

func (e *EC2) revokeEgress(ctx context.Context, in *ec2.RevokeSecurityGroupEgressInput) (*ec2.RevokeSecurityGroupEgressOutput, error) {
	revoked, err := e.revoke(ctx, request{
		GroupID: in.GroupId, Permissions: in.IpPermissions, Egress: true,
		Protocol: in.IpProtocol, CIDR: in.CidrIp, Source: in.SourceSecurityGroupName, From: in.FromPort, To: in.ToPort,
	}, in.SecurityGroupRuleIds)
	if err != nil {
		return nil, err
	}
	return &ec2.RevokeSecurityGroupEgressOutput{Return: aws.Bool(true), RevokedSecurityGroupRules: revoked}, nil
}

// revoke removes all rules of a request, or none.
func (e *EC2) revoke(ctx context.Context, in request, ids []string) ([]types.RevokedSecurityGroupRule, error) {
	g, err := e.groupOf(ctx, in.GroupID, in.GroupName)
	if err != nil {
		return nil, err
	}
	doomed, err := e.doomed(ctx, g, in, ids)
	if err != nil {
		return nil, err
	}
	world := wire.From(ctx).World()
	g.Rules = slices.DeleteFunc(g.Rules, func(r rule) bool { return slices.Contains(doomed, r) })
	e.groups.Put(world+g.ID, g)
	return convert(doomed, func(r rule) types.RevokedSecurityGroupRule {
		e.tags.Delete(world + r.ID)
		return revokedShape(g.ID, r)
	}), nil
}

// doomed finds the rules to revoke, by id or by what they allow.
func (e *EC2) doomed(ctx context.Context, g group, in request, ids []string) ([]rule, error) {
	var out []rule
	for _, id := range ids {
		at := slices.IndexFunc(g.Rules, func(r rule) bool { return r.ID == id && r.Egress == in.Egress })
		if at < 0 {
			return nil, groupRule{}.missing(id)
		}
		out = append(out, g.Rules[at])
	}
	if len(ids) > 0 && len(in.Permissions) == 0 && in.Protocol == nil {
		return out, nil
	}
	rules, err := e.rules(ctx, g, in)
	if err != nil {
		return nil, err
	}
	for _, r := range rules {
		at := slices.IndexFunc(g.Rules, r.same)
		if at < 0 {
			return nil, wire.Fault("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
		}
		out = append(out, g.Rules[at])
	}
	return out, nil
}

func revokedShape(groupID string, r rule) types.RevokedSecurityGroupRule {
	from, to := r.From, r.To
	if !r.hasPorts() {
		from, to = -1, -1
	}
	return types.RevokedSecurityGroupRule{
		SecurityGroupRuleId: &r.ID, GroupId: &groupID, IsEgress: &r.Egress, IpProtocol: &r.Protocol, FromPort: &from, ToPort: &to,
		CidrIpv4: optional(r.CIDR), CidrIpv6: optional(r.CIDR6), ReferencedGroupId: optional(r.Group), Description: optional(r.Description),
	}
}
