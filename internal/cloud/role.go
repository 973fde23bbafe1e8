package cloud

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"photon/internal/resource"
)

// The tagging API does not list roles, so their path says whose they are:
// "/photon/environment/region/[name/[instance/]]".
var roleKind = kind{find: findRoles, create: createRole, update: updateRole, remove: removeRole}

func findRoles(s *search) {
	names := s.wanted(resource.KindRole)
	s.ask(rolesQuestion, names...)
	s.ask(attachmentsQuestion, names...)
	s.ask(policiesQuestion, names...)
	if len(s.want) == 0 {
		s.ask(rolePathsQuestion, rolePath(s.environment, s.region))
		return
	}
	s.ask(rolePathsQuestion, rolePath(s.owner, s.region))
}

func rolePath(owner, region string) string {
	s := newScope(owner)
	return "/" + strings.Join(append([]string{"photon", s.environment, region}, s.parts...), "/") + "/"
}

// roleName is the name in a role's ARN, behind its path.
func roleName(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

// noEntity is IAM's code for what does not exist.
var noEntity = []string{"NoSuchEntity"}

var (
	rolesQuestion     = &question{what: "role", batch: 1, gone: noEntity, ask: askRole}
	rolePathsQuestion = &question{what: "roles in", batch: 1, ask: askRolePath}
)

// askRolePath looks for roles of the owner, and of the environment, that are
// not wanted any more.
func askRolePath(ctx context.Context, s *search, paths []string) error {
	pages := iam.NewListRolesPaginator(s.iam(), &iam.ListRolesInput{PathPrefix: &paths[0]})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, role := range page.Roles {
			path := aws.ToString(role.Path)
			if path == rolePath(s.owner, s.region) || path == rolePath(s.environment, s.region) {
				s.ask(rolesQuestion, aws.ToString(role.RoleName))
				s.ask(attachmentsQuestion, aws.ToString(role.RoleName))
				s.ask(policiesQuestion, aws.ToString(role.RoleName))
			}
		}
	}
	return nil
}

func askRole(ctx context.Context, s *search, names []string) error {
	out, err := s.iam().GetRole(ctx, &iam.GetRoleInput{RoleName: &names[0]})
	if err != nil {
		return err
	}
	arn := aws.ToString(out.Role.Arn)
	s.tagged(arn, iamTags(out.Role.Tags))
	s.found(&thing{
		kind: resource.KindRole, name: names[0], id: arn,
		attributes: resource.Role{
			Principal:   readPolicy(aws.ToString(out.Role.AssumeRolePolicyDocument)).principal(),
			Description: aws.ToString(out.Role.Description),
		},
	})
	return nil
}

func createRole(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	role := attributesOf[resource.Role](want)
	out, err := a.iam().CreateRole(ctx, &iam.CreateRoleInput{
		RoleName:                 &want.Key.Name,
		Path:                     aws.String(rolePath(want.Owner, a.region)),
		AssumeRolePolicyDocument: aws.String(trustText(role.Principal)),
		Description:              &role.Description,
		Tags:                     iamTagList(resource.Tags(want.Owner)),
	})
	if err == nil {
		return aws.ToString(out.Role.Arn), nil
	}
	if !is(err, "EntityAlreadyExists") {
		return "", err
	}
	existing, err := a.iam().GetRole(ctx, &iam.GetRoleInput{RoleName: &want.Key.Name})
	if err != nil {
		return "", err
	}
	return adopt(want, aws.ToString(existing.Role.Arn), iamTags(existing.Role.Tags))
}

func updateRole(ctx context.Context, a *Account, want, have resource.Resource) error {
	wanted, had := attributesOf[resource.Role](want), attributesOf[resource.Role](have)
	if wanted.Principal != had.Principal {
		_, err := a.iam().UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{
			RoleName: &want.Key.Name, PolicyDocument: aws.String(trustText(wanted.Principal)),
		})
		if err != nil {
			return err
		}
	}
	if wanted.Description == had.Description {
		return nil
	}
	_, err := a.iam().UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: &want.Key.Name, Description: &wanted.Description})
	return err
}

func removeRole(ctx context.Context, a *Account, have resource.Resource) error {
	_, err := a.iam().DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &have.Key.Name})
	if is(err, noEntity...) {
		return nil
	}
	return err
}

func iamTags(list []types.Tag) map[string]string {
	tags := map[string]string{}
	for _, tag := range list {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return tags
}

func iamTagList(tags map[string]string) []types.Tag {
	var list []types.Tag
	for _, key := range sortedKeys(tags) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}
