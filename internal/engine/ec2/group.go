package ec2

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/engine/wire"
)

type group struct {
	ID, VPC           string
	Name, Description string
	Rules             []rule
}

func (g group) id() string { return g.ID }

func (g group) missing(id string) error {
	if !strings.HasPrefix(id, "sg-") {
		return wire.Fault("InvalidGroupId.Malformed", "Invalid id: %q (expecting \"sg-...\")", id)
	}
	return wire.Fault("InvalidGroup.NotFound", "The security group '%s' does not exist", id)
}

func (g group) field(name string) ([]string, bool) {
	switch name {
	case "group-id":
		return []string{g.ID}, true
	case "group-name":
		return []string{g.Name}, true
	case "description":
		return []string{g.Description}, true
	case "vpc-id":
		return []string{g.VPC}, true
	}
	if kind, ok := strings.CutPrefix(name, "ip-permission."); ok {
		return g.ruleValues(kind, false)
	}
	if kind, ok := strings.CutPrefix(name, "egress.ip-permission."); ok {
		return g.ruleValues(kind, true)
	}
	return nil, false
}

func (g group) ruleValues(kind string, egress bool) ([]string, bool) {
	var values []string
	if _, known := (rule{}).value(kind); !known {
		return nil, false
	}
	for _, r := range g.Rules {
		if value, _ := r.value(kind); r.Egress == egress && value != "" {
			values = append(values, value)
		}
	}
	return values, true
}

func (e *EC2) groupShape(ctx context.Context, g group) types.SecurityGroup {
	call := wire.From(ctx)
	return types.SecurityGroup{
		GroupId: &g.ID, GroupName: &g.Name, Description: &g.Description, VpcId: &g.VPC, OwnerId: &call.Account,
		SecurityGroupArn:    aws.String(call.ARN("ec2", "security-group/"+g.ID)),
		IpPermissions:       permissions(g.Rules, false, call.Account),
		IpPermissionsEgress: permissions(g.Rules, true, call.Account),
		Tags:                tagList(e.tagsOf(ctx, g.ID)),
	}
}

const groupText wire.Pattern = `^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}$`

func (e *EC2) createGroup(ctx context.Context, in *ec2.CreateSecurityGroupInput) (*ec2.CreateSecurityGroupOutput, error) {
	v, err := e.vpcOrDefault(ctx, in.VpcId)
	if err != nil {
		return nil, err
	}
	if err := e.checkGroup(ctx, v, in); err != nil {
		return nil, err
	}
	tags, err := tagsFor(in.TagSpecifications, types.ResourceTypeSecurityGroup)
	if err != nil {
		return nil, err
	}
	made := group{ID: newID("sg"), VPC: v.ID, Name: *in.GroupName, Description: *in.Description, Rules: []rule{openEgress()}}
	call := wire.From(ctx)
	e.groups.Put(call.World()+made.ID, made)
	e.setTags(ctx, made.ID, tags)
	return &ec2.CreateSecurityGroupOutput{
		GroupId: &made.ID, Tags: tagList(tags),
		SecurityGroupArn: aws.String(call.ARN("ec2", "security-group/"+made.ID)),
	}, nil
}

func (e *EC2) vpcOrDefault(ctx context.Context, id *string) (vpc, error) {
	if id != nil {
		return get(ctx, e.vpcs, id)
	}
	v, ok := e.defaultVpc(ctx)
	if !ok {
		return v, wire.Fault("VPCIdNotSpecified", "No default VPC for this user")
	}
	return v, nil
}

func (e *EC2) checkGroup(ctx context.Context, v vpc, in *ec2.CreateSecurityGroupInput) error {
	name, description := aws.ToString(in.GroupName), aws.ToString(in.Description)
	switch {
	case name == "":
		return missingParameter("groupName")
	case description == "":
		return missingParameter("groupDescription")
	case !groupText.MatchString(name) || strings.HasPrefix(name, "sg-"):
		return wire.Fault("InvalidParameterValue", "Value (%s) for parameter GroupName is invalid. Character sets beyond ASCII are not supported, and names must not begin with 'sg-'.", name)
	case !groupText.MatchString(description):
		return wire.Fault("InvalidParameterValue", "Value (%s) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.", description)
	case name == "default":
		return wire.Fault("InvalidParameterValue", "Cannot use reserved security group name: default")
	}
	for _, g := range e.groups.All(wire.From(ctx).World()) {
		if g.VPC == v.ID && strings.EqualFold(g.Name, name) {
			return wire.Fault("InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'", name, v.ID)
		}
	}
	return nil
}

// groupOf finds a group by id or, in the default VPC, by name.
func (e *EC2) groupOf(ctx context.Context, id, name *string) (group, error) {
	if id != nil {
		return get(ctx, e.groups, id)
	}
	if name == nil {
		return group{}, wire.Fault("MissingParameter", "The request must contain the parameter groupName or groupId")
	}
	v, _ := e.defaultVpc(ctx)
	for _, g := range e.groups.All(wire.From(ctx).World()) {
		if g.VPC == v.ID && g.Name == *name {
			return g, nil
		}
	}
	return group{}, wire.Fault("InvalidGroup.NotFound", "The security group '%s' does not exist in default VPC '%s'", *name, v.ID)
}

func (e *EC2) describeGroups(ctx context.Context, in *ec2.DescribeSecurityGroupsInput) (*ec2.DescribeSecurityGroupsOutput, error) {
	ids := slices.Clone(in.GroupIds)
	for _, name := range in.GroupNames {
		g, err := e.groupOf(ctx, nil, &name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, g.ID)
	}
	rows, err := find(ctx, e, e.groups, ids, in.Filters)
	if err != nil {
		return nil, err
	}
	rows, next, err := page(rows, ids, in.NextToken, in.MaxResults)
	if err != nil {
		return nil, err
	}
	shapes := convert(rows, func(g group) types.SecurityGroup { return e.groupShape(ctx, g) })
	return &ec2.DescribeSecurityGroupsOutput{SecurityGroups: shapes, NextToken: next}, nil
}

func (e *EC2) deleteGroup(ctx context.Context, in *ec2.DeleteSecurityGroupInput) (*ec2.DeleteSecurityGroupOutput, error) {
	g, err := e.groupOf(ctx, in.GroupId, in.GroupName)
	if err != nil {
		return nil, err
	}
	if g.Name == "default" {
		return nil, wire.Fault("CannotDelete", "the specified group: %q name: \"default\" cannot be deleted by a user", g.ID)
	}
	if e.groupInUse(ctx, g.ID) {
		return nil, wire.Fault("DependencyViolation", "resource %s has a dependent object", g.ID)
	}
	e.dropGroup(wire.From(ctx).World()+g.ID, g)
	return &ec2.DeleteSecurityGroupOutput{GroupId: &g.ID, Return: aws.Bool(true)}, nil
}

// groupInUse tells whether a network interface or another group's rule refers
// to a group; its own rules do not count.
func (e *EC2) groupInUse(ctx context.Context, id string) bool {
	world := wire.From(ctx).World()
	for _, i := range e.interfaces.All(world) {
		if slices.Contains(i.Groups, id) {
			return true
		}
	}
	for _, other := range e.groups.All(world) {
		if other.ID != id && slices.ContainsFunc(other.Rules, func(r rule) bool { return r.Group == id }) {
			return true
		}
	}
	return false
}

func (e *EC2) dropGroup(key string, g group) {
	world := strings.TrimSuffix(key, g.ID)
	for _, r := range g.Rules {
		e.tags.Delete(world + r.ID)
	}
	e.groups.Delete(key)
	e.tags.Delete(key)
}
