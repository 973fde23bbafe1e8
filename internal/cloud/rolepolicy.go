package cloud

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"photon/internal/resource"
)

// The policies of a role are its parts: they bear no tags, and a role that has
// any cannot be deleted.
var (
	roleAttachmentKind = kind{create: createAttachment, update: updateAttachment, remove: removeAttachment}
	rolePolicyKind     = kind{find: findRolePolicies, create: createPolicy, update: updatePolicy, remove: removePolicy}
)

var (
	attachmentsQuestion = &question{what: "policies of role", batch: 1, gone: noEntity, ask: askAttachments}
	policiesQuestion    = &question{what: "policies of role", batch: 1, gone: noEntity, ask: askPolicies}
	policyQuestion      = &question{what: "role policy", batch: 1, gone: noEntity, ask: askPolicy}
)

func findRolePolicies(s *search) {
	s.ask(policyQuestion, s.wanted(resource.KindRolePolicy)...)
}

func askAttachments(ctx context.Context, s *search, roles []string) error {
	pages := iam.NewListAttachedRolePoliciesPaginator(s.iam(), &iam.ListAttachedRolePoliciesInput{RoleName: &roles[0]})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, policy := range page.AttachedPolicies {
			arn := aws.ToString(policy.PolicyArn)
			s.found(&thing{
				kind: resource.KindRoleAttachment, name: roles[0] + "/" + roleName(arn), parent: roles[0],
				attributes: resource.RoleAttachment{Role: roles[0], Policy: arn},
			})
		}
	}
	return nil
}

func askPolicies(ctx context.Context, s *search, roles []string) error {
	pages := iam.NewListRolePoliciesPaginator(s.iam(), &iam.ListRolePoliciesInput{RoleName: &roles[0]})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, policy := range page.PolicyNames {
			s.ask(policyQuestion, roles[0]+"/"+policy)
		}
	}
	return nil
}

func askPolicy(ctx context.Context, s *search, names []string) error {
	role, policy, _ := strings.Cut(names[0], "/")
	out, err := s.iam().GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &role, PolicyName: &policy})
	if err != nil {
		return err
	}
	s.found(&thing{
		kind: resource.KindRolePolicy, name: names[0], parent: role,
		attributes: resource.RolePolicy{
			Role: role, Statements: readPolicy(aws.ToString(out.PolicyDocument)).statements(),
		},
	})
	return nil
}

func createAttachment(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	attachment := attributesOf[resource.RoleAttachment](want)
	_, err := a.iam().AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{
		RoleName: aws.String(roleName(attachment.Role)), PolicyArn: &attachment.Policy,
	})
	return "", err
}

func updateAttachment(ctx context.Context, a *Account, want, have resource.Resource) error {
	if err := removeAttachment(ctx, a, have); err != nil {
		return err
	}
	_, err := createAttachment(ctx, a, want)
	return err
}

func removeAttachment(ctx context.Context, a *Account, have resource.Resource) error {
	attachment := attributesOf[resource.RoleAttachment](have)
	_, err := a.iam().DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{
		RoleName: aws.String(roleName(attachment.Role)), PolicyArn: &attachment.Policy,
	})
	if is(err, noEntity...) {
		return nil
	}
	return err
}

func createPolicy(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	role, policy, _ := strings.Cut(want.Key.Name, "/")
	_, err := a.iam().PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: &role, PolicyName: &policy,
		PolicyDocument: aws.String(permissionText(attributesOf[resource.RolePolicy](want).Statements)),
	})
	return "", err
}

func updatePolicy(ctx context.Context, a *Account, want, _ resource.Resource) error {
	_, err := createPolicy(ctx, a, want)
	return err
}

func removePolicy(ctx context.Context, a *Account, have resource.Resource) error {
	role, policy, _ := strings.Cut(have.Key.Name, "/")
	_, err := a.iam().DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &role, PolicyName: &policy})
	if is(err, noEntity...) {
		return nil
	}
	return err
}
