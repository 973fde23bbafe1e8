package iam

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func TestARoleComesBackAsItWasMade(t *testing.T) {
	b := start(0)
	trust := strings.Replace(tasksTrust, `"Version"`, `"Id":"with space", "Version"`, 1)
	must[iam.CreateRoleOutput](t)(b.client.CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("orders"), Path: aws.String("/photon/"), AssumeRolePolicyDocument: &trust, Description: aws.String("runs orders"),
		Tags: []types.Tag{{Key: aws.String("photon:owner"), Value: aws.String("orders")}},
	}))
	r := must[iam.GetRoleOutput](t)(b.client.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("orders")})).Role
	if *r.Arn != "arn:aws:iam::123456789012:role/photon/orders" || !strings.HasPrefix(*r.RoleId, "AROA") || len(*r.RoleId) != 21 || *r.MaxSessionDuration != 3600 || *r.Description != "runs orders" || *r.Tags[0].Value != "orders" {
		t.Errorf("role: %+v", r)
	}
	if text, err := url.PathUnescape(*r.AssumeRolePolicyDocument); err != nil || text != trust || strings.ContainsAny(*r.AssumeRolePolicyDocument, `{"+ `) {
		t.Errorf("trust policy: %s", *r.AssumeRolePolicyDocument)
	}
	if listed := must[iam.ListRolesOutput](t)(b.client.ListRoles(t.Context(), &iam.ListRolesInput{PathPrefix: aws.String("/photon/")})); len(listed.Roles) != 1 || listed.IsTruncated {
		t.Errorf("listed: %+v", listed)
	}
}

func TestARoleGoesOnlyAfterItsPolicies(t *testing.T) {
	b := start(0)
	ctx, name := t.Context(), aws.String("orders")
	b.role(t, *name, tasksTrust)
	b.attach(t, *name, execution)
	b.attach(t, *name, execution)
	b.inline(t, *name, "read", readAny)
	remove := func() string {
		_, err := b.client.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: name})
		return fault(err)
	}
	if got, want := remove(), "DeleteConflict: Cannot delete entity, must detach all policies first."; got != want {
		t.Errorf("got %s", got)
	}
	if listed := must[iam.ListAttachedRolePoliciesOutput](t)(b.client.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: name})).AttachedPolicies; len(listed) != 1 || *listed[0].PolicyName != "AmazonECSTaskExecutionRolePolicy" {
		t.Errorf("attached: %+v", listed)
	}
	must[iam.DetachRolePolicyOutput](t)(b.client.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: name, PolicyArn: aws.String(execution)}))
	if got, want := remove(), "DeleteConflict: Cannot delete entity, must delete policies first."; got != want {
		t.Errorf("got %s", got)
	}
	got := must[iam.GetRolePolicyOutput](t)(b.client.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: name, PolicyName: aws.String("read")}))
	if text, _ := url.PathUnescape(*got.PolicyDocument); text != readAny {
		t.Errorf("inline policy: %s", text)
	}
	must[iam.DeleteRolePolicyOutput](t)(b.client.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: name, PolicyName: aws.String("read")}))
	if got := remove(); got != "" {
		t.Errorf("got %s", got)
	}
	if got, want := remove(), "NoSuchEntity: The role with name orders cannot be found."; got != want {
		t.Errorf("got %s", got)
	}
}

func TestManagedPoliciesAreMadeAttachedAndDeleted(t *testing.T) {
	b := start(0)
	ctx := t.Context()
	b.role(t, "orders", tasksTrust)
	made := must[iam.CreatePolicyOutput](t)(b.client.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("read"), PolicyDocument: aws.String(readAny)})).Policy
	b.attach(t, "orders", *made.Arn)
	if p := must[iam.GetPolicyOutput](t)(b.client.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: made.Arn})).Policy; *p.AttachmentCount != 1 || *p.DefaultVersionId != "v1" {
		t.Errorf("policy: %+v", p)
	}
	_, err := b.client.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: made.Arn})
	if got, want := fault(err), "DeleteConflict: Cannot delete a policy attached to entities."; got != want {
		t.Errorf("got %s", got)
	}
	local := must[iam.ListPoliciesOutput](t)(b.client.ListPolicies(ctx, &iam.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal})).Policies
	attached := must[iam.ListPoliciesOutput](t)(b.client.ListPolicies(ctx, &iam.ListPoliciesInput{OnlyAttached: true})).Policies
	if len(local) != 1 || len(attached) != 1 {
		t.Errorf("local %d, attached %d", len(local), len(attached))
	}
	must[iam.DetachRolePolicyOutput](t)(b.client.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: aws.String("orders"), PolicyArn: made.Arn}))
	must[iam.DeletePolicyOutput](t)(b.client.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: made.Arn}))
}

func TestAWSPoliciesExistAndAreWellFormed(t *testing.T) {
	b := start(0)
	for _, p := range allManaged() {
		if err := checkIdentity(&p.Document.Text); err != nil {
			t.Errorf("%s: %v", p.ARN, err)
		}
		must[iam.GetPolicyVersionOutput](t)(b.client.GetPolicyVersion(t.Context(), &iam.GetPolicyVersionInput{PolicyArn: &p.ARN, VersionId: &p.Version}))
	}
	_, err := b.client.DeletePolicy(t.Context(), &iam.DeletePolicyInput{PolicyArn: aws.String(execution)})
	if !strings.HasPrefix(fault(err), "AccessDenied: ") {
		t.Errorf("deleting AWS's policy: %v", err)
	}
}

func TestIAMRefusesWhatAWSRefuses(t *testing.T) {
	b := start(0)
	ctx := t.Context()
	b.role(t, "taken", tasksTrust)
	linked := must[iam.CreateServiceLinkedRoleOutput](t)(b.client.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("ecs.amazonaws.com")})).Role
	create := func(in iam.CreateRoleInput) error {
		if in.AssumeRolePolicyDocument == nil {
			in.AssumeRolePolicyDocument = aws.String(tasksTrust)
		}
		_, err := b.client.CreateRole(ctx, &in)
		return err
	}
	attach := func(role, arn string) error {
		_, err := b.client.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &role, PolicyArn: &arn})
		return err
	}
	var tags []types.Tag
	for n := range 51 {
		tags = append(tags, types.Tag{Key: aws.String(fmt.Sprint(n)), Value: aws.String("x")})
	}
	cases := []struct {
		name string
		err  error
		want string
	}{
		{"a name that is taken, in another case", create(iam.CreateRoleInput{RoleName: aws.String("Taken")}), "EntityAlreadyExists: Role with name Taken already exists."},
		{"a name that is too long", create(iam.CreateRoleInput{RoleName: aws.String(strings.Repeat("a", 65))}), "ValidationError: 1 validation error detected: Value '" + strings.Repeat("a", 65) + "' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"a name with a slash", create(iam.CreateRoleInput{RoleName: aws.String("a/b")}), "ValidationError: The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
		{"a path without an end", create(iam.CreateRoleInput{RoleName: aws.String("a"), Path: aws.String("/a")}), "ValidationError: The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters."},
		{"a session that is too long", create(iam.CreateRoleInput{RoleName: aws.String("a"), MaxSessionDuration: aws.Int32(43201)}), "ValidationError: 1 validation error detected: Value '43201' at 'maxSessionDuration' failed to satisfy constraint: Member must have value between 3600 and 43200"},
		{"a trust policy that is too long", create(iam.CreateRoleInput{RoleName: aws.String("a"), AssumeRolePolicyDocument: aws.String(strings.Replace(tasksTrust, `"Effect"`, `"Sid":"`+strings.Repeat("a", 2048)+`","Effect"`, 1))}), "LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048"},
		{"too many tags", create(iam.CreateRoleInput{RoleName: aws.String("a"), Tags: tags}), "LimitExceeded: The number of tags has reached the maximum limit."},
		{"a tag of AWS", create(iam.CreateRoleInput{RoleName: aws.String("a"), Tags: []types.Tag{{Key: aws.String("AWS:x"), Value: aws.String("x")}}}), "InvalidInput: System tags cannot be added/updated/deleted."},
		{"a permissions boundary, which the engine lacks", create(iam.CreateRoleInput{RoleName: aws.String("a"), PermissionsBoundary: aws.String(execution)}), "UnsupportedOperation: CreateRole: the engine does not have the parameter PermissionsBoundary."},
		{"a policy that does not exist", attach("taken", "arn:aws:iam::aws:policy/Nope"), "NoSuchEntity: Policy arn:aws:iam::aws:policy/Nope does not exist or is not attachable."},
		{"a role that does not exist", attach("nope", execution), "NoSuchEntity: The role with name nope cannot be found."},
		{"changing a service's role", attach(*linked.RoleName, execution), "UnmodifiableEntity: Cannot perform the operation on the protected role 'AWSServiceRoleForECS' - this role is only modifiable by AWS"},
		{"a second service-linked role", func() error {
			_, err := b.client.CreateServiceLinkedRole(ctx, &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("ecs.amazonaws.com")})
			return err
		}(), "InvalidInput: Service role name AWSServiceRoleForECS has been taken in this account, please try a different suffix."},
		{"another user", func() error {
			_, err := b.client.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("nobody")})
			return err
		}(), "NoSuchEntity: The user with name nobody cannot be found."},
		{"an inline policy that does not exist", func() error {
			_, err := b.client.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: aws.String("taken"), PolicyName: aws.String("nope")})
			return err
		}(), "NoSuchEntity: The role policy with name nope cannot be found."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := fault(c.err); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAnEleventhPolicyIsOneTooMany(t *testing.T) {
	b := start(0)
	b.role(t, "orders", tasksTrust)
	var last error
	for _, p := range allManaged()[:11] {
		_, last = b.client.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: aws.String("orders"), PolicyArn: &p.ARN})
	}
	if got, want := fault(last), "LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10"; got != want {
		t.Errorf("got %s", got)
	}
}

func TestTagsOfARoleChange(t *testing.T) {
	b := start(0)
	b.role(t, "orders", tasksTrust)
	must[iam.TagRoleOutput](t)(b.client.TagRole(t.Context(), &iam.TagRoleInput{RoleName: aws.String("orders"), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("2")}}}))
	must[iam.UntagRoleOutput](t)(b.client.UntagRole(t.Context(), &iam.UntagRoleInput{RoleName: aws.String("orders"), TagKeys: []string{"a"}}))
	var got []string
	for _, tag := range must[iam.ListRoleTagsOutput](t)(b.client.ListRoleTags(t.Context(), &iam.ListRoleTagsInput{RoleName: aws.String("orders")})).Tags {
		got = append(got, *tag.Key+"="+*tag.Value)
	}
	if !slices.Equal(got, []string{"b=2"}) {
		t.Errorf("tags: %v", got)
	}
}
