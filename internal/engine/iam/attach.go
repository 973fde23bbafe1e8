package iam

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"photon/internal/engine/wire"
)

// IAM's quotas for the policies of one role.
const (
	maxAttached = 10
	maxInline   = 10240 // characters of all inline policies together
)

// attachPolicy attaches a policy; one that is attached already is no error.
func (i *IAM) attachPolicy(ctx context.Context, in *iam.AttachRolePolicyInput) (*iam.AttachRolePolicyOutput, error) {
	r, err := i.ownRole(ctx, in.RoleName)
	if err != nil {
		return nil, err
	}
	p, err := i.findPolicy(ctx, in.PolicyArn)
	if err != nil {
		return nil, noSuchEntity("Policy %s does not exist or is not attachable.", aws.ToString(in.PolicyArn))
	}
	if _, attached := r.Attached[p.ARN]; attached {
		return &iam.AttachRolePolicyOutput{}, nil
	}
	if len(r.Attached) == maxAttached {
		return nil, wire.Fault("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: %d", maxAttached)
	}
	if r.Attached == nil {
		r.Attached = map[string]time.Time{}
	}
	r.Attached[p.ARN] = time.Now()
	i.putRole(ctx, r)
	return &iam.AttachRolePolicyOutput{}, nil
}

func (i *IAM) detachPolicy(ctx context.Context, in *iam.DetachRolePolicyInput) (*iam.DetachRolePolicyOutput, error) {
	r, err := i.ownRole(ctx, in.RoleName)
	if err != nil {
		return nil, err
	}
	arn := aws.ToString(in.PolicyArn)
	if _, attached := r.Attached[arn]; !attached {
		return nil, noSuchEntity("Policy %s was not found.", arn)
	}
	delete(r.Attached, arn)
	i.putRole(ctx, r)
	return &iam.DetachRolePolicyOutput{}, nil
}

func (i *IAM) listAttached(ctx context.Context, in *iam.ListAttachedRolePoliciesInput) (*iam.ListAttachedRolePoliciesOutput, error) {
	r, err := i.role(ctx, in.RoleName)
	if err != nil {
		return nil, err
	}
	rows := []types.AttachedPolicy{}
	for _, arn := range slices.Sorted(maps.Keys(r.Attached)) {
		p, _ := i.policyByARN(arn)
		if strings.HasPrefix(p.Path, aws.ToString(in.PathPrefix)) {
			rows = append(rows, types.AttachedPolicy{PolicyArn: &p.ARN, PolicyName: &p.Name})
		}
	}
	rows, next, more, err := page(rows, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iam.ListAttachedRolePoliciesOutput{AttachedPolicies: rows, Marker: next, IsTruncated: more}, nil
}

func (i *IAM) putInline(ctx context.Context, in *iam.PutRolePolicyInput) (*iam.PutRolePolicyOutput, error) {
	name := aws.ToString(in.PolicyName)
	if err := checkName("policyName", name, 128); err != nil {
		return nil, err
	}
	r, err := i.ownRole(ctx, in.RoleName)
	if err != nil {
		return nil, err
	}
	if err := checkIdentity(in.PolicyDocument); err != nil {
		return nil, err
	}
	if r.Inline == nil {
		r.Inline = map[string]document{}
	}
	r.Inline[name] = r.Inline[name].replaced(*in.PolicyDocument, i.delay)
	total := 0
	for _, d := range r.Inline {
		total += size(d.Text)
	}
	if total > maxInline {
		return nil, wire.Fault("LimitExceeded", "Maximum policy size of %d bytes exceeded for role %s", maxInline, r.Name)
	}
	i.putRole(ctx, r)
	return &iam.PutRolePolicyOutput{}, nil
}

// inline finds an inline policy of a role.
func (i *IAM) inline(ctx context.Context, roleName, name *string) (role, document, error) {
	r, err := i.role(ctx, roleName)
	if err != nil {
		return r, document{}, err
	}
	d, ok := r.Inline[aws.ToString(name)]
	if !ok {
		return r, d, noSuchEntity("The role policy with name %s cannot be found.", aws.ToString(name))
	}
	return r, d, nil
}

func (i *IAM) getInline(ctx context.Context, in *iam.GetRolePolicyInput) (*iam.GetRolePolicyOutput, error) {
	r, d, err := i.inline(ctx, in.RoleName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	return &iam.GetRolePolicyOutput{RoleName: &r.Name, PolicyName: in.PolicyName, PolicyDocument: encoded(d.Text)}, nil
}

func (i *IAM) deleteInline(ctx context.Context, in *iam.DeleteRolePolicyInput) (*iam.DeleteRolePolicyOutput, error) {
	r, _, err := i.inline(ctx, in.RoleName, in.PolicyName)
	if err != nil {
		return nil, err
	}
	delete(r.Inline, *in.PolicyName)
	i.putRole(ctx, r)
	return &iam.DeleteRolePolicyOutput{}, nil
}

func (i *IAM) listInline(ctx context.Context, in *iam.ListRolePoliciesInput) (*iam.ListRolePoliciesOutput, error) {
	r, err := i.role(ctx, in.RoleName)
	if err != nil {
		return nil, err
	}
	rows, next, more, err := page(slices.Sorted(maps.Keys(r.Inline)), in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iam.ListRolePoliciesOutput{PolicyNames: rows, Marker: next, IsTruncated: more}, nil
}
