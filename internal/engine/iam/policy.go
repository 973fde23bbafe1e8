package iam

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"photon/internal/engine/wire"
)

// maxPolicy is IAM's quota for the size of a managed policy.
const maxPolicy = 6144

// policy is a managed policy, AWS's or the account's, in its only version.
type policy struct {
	Name, Path, ARN, ID string
	Version             string
	Description         string
	Created             time.Time
	Document            document
	Tags                map[string]string
}

func (i *IAM) policyByARN(arn string) (policy, bool) {
	if p, ok := managed(arn); ok {
		return p, true
	}
	return i.policies.Get(arn)
}

// findPolicy finds a policy that the caller's account can see.
func (i *IAM) findPolicy(ctx context.Context, arn *string) (policy, error) {
	text := aws.ToString(arn)
	if !strings.HasPrefix(text, "arn:") {
		return policy{}, wire.Fault("InvalidInput", "ARN %s is not valid.", text)
	}
	p, ok := i.policyByARN(text)
	if account := accountOf(text); !ok || account != "aws" && account != wire.From(ctx).Account {
		return policy{}, noSuchEntity("Policy %s was not found.", text)
	}
	return p, nil
}

func (i *IAM) policyShape(ctx context.Context, p policy) types.Policy {
	return types.Policy{
		Arn: &p.ARN, PolicyId: &p.ID, PolicyName: &p.Name, Path: &p.Path, DefaultVersionId: &p.Version,
		CreateDate: &p.Created, UpdateDate: &p.Created, IsAttachable: true,
		AttachmentCount: aws.Int32(i.attachments(ctx, p.ARN)), PermissionsBoundaryUsageCount: aws.Int32(0),
	}
}

func (i *IAM) attachments(ctx context.Context, arn string) int32 {
	n := int32(0)
	for _, r := range i.roles.All(wire.From(ctx).Account + "/") {
		if _, ok := r.Attached[arn]; ok {
			n++
		}
	}
	return n
}

func (i *IAM) createPolicy(ctx context.Context, in *iam.CreatePolicyInput) (*iam.CreatePolicyOutput, error) {
	name := aws.ToString(in.PolicyName)
	if err := checkName("policyName", name, 128); err != nil {
		return nil, err
	}
	path, err := checkPath(in.Path)
	if err != nil {
		return nil, err
	}
	if err := checkIdentity(in.PolicyDocument); err != nil {
		return nil, err
	}
	if size(*in.PolicyDocument) > maxPolicy {
		return nil, wire.Fault("LimitExceeded", "Cannot exceed quota for PolicySize: %d", maxPolicy)
	}
	tags, err := mergeTags(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	for _, p := range i.own(ctx) {
		if strings.EqualFold(p.Name, name) {
			return nil, wire.Fault("EntityAlreadyExists", "A policy called %s already exists. Duplicate names are not allowed.", name)
		}
	}
	now := time.Now()
	p := policy{
		Name: name, Path: path, ARN: "arn:aws:iam::" + wire.From(ctx).Account + ":policy" + path + name, ID: newID("ANPA"),
		Version: "v1", Description: aws.ToString(in.Description), Created: now, Tags: tags,
		Document: document{Text: *in.PolicyDocument, Written: now},
	}
	i.policies.Put(p.ARN, p)
	shape := i.policyShape(ctx, p)
	shape.Tags = tagList(tags)
	return &iam.CreatePolicyOutput{Policy: &shape}, nil
}

// own lists the account's policies.
func (i *IAM) own(ctx context.Context) []policy {
	var out []policy
	for _, p := range i.policies.All("arn:aws:iam::" + wire.From(ctx).Account + ":") {
		out = append(out, p)
	}
	return out
}

func (i *IAM) getPolicy(ctx context.Context, in *iam.GetPolicyInput) (*iam.GetPolicyOutput, error) {
	p, err := i.findPolicy(ctx, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	shape := i.policyShape(ctx, p)
	shape.Description, shape.Tags = optional(p.Description), tagList(p.Tags)
	return &iam.GetPolicyOutput{Policy: &shape}, nil
}

func (p policy) versionShape() types.PolicyVersion {
	return types.PolicyVersion{VersionId: &p.Version, IsDefaultVersion: true, CreateDate: &p.Created}
}

func (i *IAM) getPolicyVersion(ctx context.Context, in *iam.GetPolicyVersionInput) (*iam.GetPolicyVersionOutput, error) {
	p, err := i.findPolicy(ctx, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if id := aws.ToString(in.VersionId); id != p.Version {
		return nil, noSuchEntity("Policy %s version %s does not exist or is not attachable.", p.ARN, id)
	}
	shape := p.versionShape()
	shape.Document = encoded(p.Document.Text)
	return &iam.GetPolicyVersionOutput{PolicyVersion: &shape}, nil
}

func (i *IAM) listPolicyVersions(ctx context.Context, in *iam.ListPolicyVersionsInput) (*iam.ListPolicyVersionsOutput, error) {
	p, err := i.findPolicy(ctx, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return &iam.ListPolicyVersionsOutput{Versions: []types.PolicyVersion{p.versionShape()}}, nil
}

func (i *IAM) listPolicies(ctx context.Context, in *iam.ListPoliciesInput) (*iam.ListPoliciesOutput, error) {
	var found []policy
	if in.Scope != types.PolicyScopeTypeAws {
		found = i.own(ctx)
	}
	if in.Scope != types.PolicyScopeTypeLocal {
		found = append(found, allManaged()...)
	}
	rows := []types.Policy{}
	for _, p := range found {
		shape := i.policyShape(ctx, p)
		if strings.HasPrefix(p.Path, aws.ToString(in.PathPrefix)) && (!in.OnlyAttached || *shape.AttachmentCount > 0) {
			rows = append(rows, shape)
		}
	}
	slices.SortFunc(rows, func(a, b types.Policy) int { return strings.Compare(*a.PolicyName, *b.PolicyName) })
	rows, next, more, err := page(rows, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iam.ListPoliciesOutput{Policies: rows, Marker: next, IsTruncated: more}, nil
}

func (i *IAM) deletePolicy(ctx context.Context, in *iam.DeletePolicyInput) (*iam.DeletePolicyOutput, error) {
	p, err := i.findPolicy(ctx, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	if accountOf(p.ARN) == "aws" {
		return nil, wire.Fault("AccessDenied", "User: %s is not authorized to perform: iam:DeletePolicy on resource: policy %s", i.caller(ctx), p.ARN)
	}
	if i.attachments(ctx, p.ARN) > 0 {
		return nil, wire.Fault("DeleteConflict", "Cannot delete a policy attached to entities.")
	}
	i.policies.Delete(p.ARN)
	return &iam.DeletePolicyOutput{}, nil
}
