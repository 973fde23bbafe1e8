package iam

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"photon/internal/engine/wire"
)

// role is a role with its trust policy and what it may do.
type role struct {
	Name, Path, ARN, ID string
	Description         string
	MaxSession          int32 // seconds
	Linked              bool  // a service's own role, which nobody else changes
	Created             time.Time
	Trust               document
	Inline              map[string]document
	Attached            map[string]time.Time // by policy ARN, since when
	Tags                map[string]string
}

// document is a policy text that takes effect some time after it was written.
type document struct {
	Text    string
	Written time.Time
	Earlier string // what was effective when Text was written
}

// effective is the text that counts now; empty while there is none.
func (d document) effective(delay time.Duration) string {
	if settled(d.Written, delay) {
		return d.Text
	}
	return d.Earlier
}

func (d document) replaced(text string, delay time.Duration) document {
	return document{Text: text, Written: time.Now(), Earlier: d.effective(delay)}
}

func settled(written time.Time, delay time.Duration) bool { return time.Since(written) >= delay }

const (
	entityName wire.Pattern = `^[\w+=,.@-]+$`
	entityPath wire.Pattern = `^/([!-~]+/)?$`
)

func checkName(kind, name string, most int) error {
	switch {
	case len(name) > most:
		return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must have length less than or equal to %d", name, kind, most)
	case !entityName.MatchString(name):
		return invalid("The specified value for %s is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-", kind)
	}
	return nil
}

func checkPath(path *string) (string, error) {
	if path == nil {
		return "/", nil
	}
	if len(*path) > 512 || !entityPath.MatchString(*path) {
		return "", invalid("The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.")
	}
	return *path, nil
}

// roleKey is where a role is kept: names differ in more than their case.
func roleKey(account, name string) string { return account + "/" + strings.ToLower(name) }

func (i *IAM) role(ctx context.Context, name *string) (role, error) {
	r, ok := i.roles.Get(roleKey(wire.From(ctx).Account, aws.ToString(name)))
	if !ok {
		return r, noSuchEntity("The role with name %s cannot be found.", aws.ToString(name))
	}
	return r, nil
}

// ownRole finds a role that its account may change.
func (i *IAM) ownRole(ctx context.Context, name *string) (role, error) {
	r, err := i.role(ctx, name)
	if err == nil && r.Linked {
		err = wire.Fault("UnmodifiableEntity", "Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
	}
	return r, err
}

func (i *IAM) putRole(ctx context.Context, r role) {
	i.roles.Put(roleKey(wire.From(ctx).Account, r.Name), r)
}

func (r role) shape() types.Role {
	return types.Role{
		Arn: &r.ARN, RoleId: &r.ID, RoleName: &r.Name, Path: &r.Path, CreateDate: &r.Created,
		AssumeRolePolicyDocument: encoded(r.Trust.Text), MaxSessionDuration: &r.MaxSession, Description: optional(r.Description),
	}
}

func (i *IAM) createRole(ctx context.Context, in *iam.CreateRoleInput) (*iam.CreateRoleOutput, error) {
	name := aws.ToString(in.RoleName)
	if err := checkName("roleName", name, 64); err != nil {
		return nil, err
	}
	path, err := checkPath(in.Path)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(path, "/aws-service-role/") {
		return nil, invalid("The specified value for path is invalid. /aws-service-role/ is for service-linked roles.")
	}
	if err := checkTrust(in.AssumeRolePolicyDocument); err != nil {
		return nil, err
	}
	tags, err := mergeTags(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	duration, err := sessionDuration(in.MaxSessionDuration)
	if err != nil {
		return nil, err
	}
	if _, err := i.role(ctx, in.RoleName); err == nil {
		return nil, wire.Fault("EntityAlreadyExists", "Role with name %s already exists.", name)
	}
	r := i.newRole(ctx, name, path, *in.AssumeRolePolicyDocument)
	r.Description, r.MaxSession, r.Tags = aws.ToString(in.Description), duration, tags
	i.putRole(ctx, r)
	shape := r.shape()
	shape.Tags = tagList(tags)
	return &iam.CreateRoleOutput{Role: &shape}, nil
}

func (i *IAM) newRole(ctx context.Context, name, path, trust string) role {
	now := time.Now()
	return role{
		Name: name, Path: path, ARN: "arn:aws:iam::" + wire.From(ctx).Account + ":role" + path + name, ID: newID("AROA"),
		MaxSession: 3600, Created: now, Trust: document{Text: trust, Written: now},
	}
}

func sessionDuration(seconds *int32) (int32, error) {
	if seconds == nil {
		return 3600, nil
	}
	if *seconds < 3600 || *seconds > 43200 {
		return 0, invalid("1 validation error detected: Value '%d' at 'maxSessionDuration' failed to satisfy constraint: Member must have value between 3600 and 43200", *seconds)
	}
	return *seconds, nil
}

func (i *IAM) getRole(ctx context.Context, in *iam.GetRoleInput) (*iam.GetRoleOutput, error) {
	r, err := i.role(ctx, in.RoleName)
	if err != nil {
		return nil, err
	}
	shape := r.shape()
	shape.Tags = tagList(r.Tags)
	return &iam.GetRoleOutput{Role: &shape}, nil
}

// listRoles leaves out the tags, as AWS does.
func (i *IAM) listRoles(ctx context.Context, in *iam.ListRolesInput) (*iam.ListRolesOutput, error) {
	rows := []types.Role{}
	for _, r := range i.roles.All(wire.From(ctx).Account + "/") {
		if strings.HasPrefix(r.Path, aws.ToString(in.PathPrefix)) {
			rows = append(rows, r.shape())
		}
	}
	rows, next, more, err := page(rows, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iam.ListRolesOutput{Roles: rows, Marker: next, IsTruncated: more}, nil
}

func (i *IAM) updateRole(ctx context.Context, in *iam.UpdateRoleInput) (*iam.UpdateRoleOutput, error) {
	r, err := i.ownRole(ctx, in.RoleName)
	if err != nil {
		return nil, err
	}
	if in.Description != nil {
		r.Description = *in.Description
	}
	if in.MaxSessionDuration != nil {
		if r.MaxSession, err = sessionDuration(in.MaxSessionDuration); err != nil {
			return nil, err
		}
	}
	i.putRole(ctx, r)
	return &iam.UpdateRoleOutput{}, nil
}

func (i *IAM) updateTrust(ctx context.Context, in *iam.UpdateAssumeRolePolicyInput) (*iam.UpdateAssumeRolePolicyOutput, error) {
	r, err := i.ownRole(ctx, in.RoleName)
	if err != nil {
		return nil, err
	}
	if err := checkTrust(in.PolicyDocument); err != nil {
		return nil, err
	}
	r.Trust = r.Trust.replaced(*in.PolicyDocument, i.delay)
	i.putRole(ctx, r)
	return &iam.UpdateAssumeRolePolicyOutput{}, nil
}

func (i *IAM) deleteRole(ctx context.Context, in *iam.DeleteRoleInput) (*iam.DeleteRoleOutput, error) {
	r, err := i.ownRole(ctx, in.RoleName)
	if err != nil {
		return nil, err
	}
	if len(r.Attached) > 0 {
		return nil, wire.Fault("DeleteConflict", "Cannot delete entity, must detach all policies first.")
	}
	if len(r.Inline) > 0 {
		return nil, wire.Fault("DeleteConflict", "Cannot delete entity, must delete policies first.")
	}
	i.roles.Delete(roleKey(wire.From(ctx).Account, r.Name))
	return &iam.DeleteRoleOutput{}, nil
}

// listInstanceProfiles finds none: the engine has no instances. Tools ask
// before they delete a role.
func (i *IAM) listInstanceProfiles(ctx context.Context, in *iam.ListInstanceProfilesForRoleInput) (*iam.ListInstanceProfilesForRoleOutput, error) {
	if _, err := i.role(ctx, in.RoleName); err != nil {
		return nil, err
	}
	return &iam.ListInstanceProfilesForRoleOutput{InstanceProfiles: []types.InstanceProfile{}}, nil
}
