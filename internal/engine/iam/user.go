package iam

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"photon/internal/engine/wire"
)

// The one user of every account, whose access keys are all keys that no
// session has.
const (
	userName = "engine"
	userID   = "AIDAENGINE00000000000"
)

func userARN(account string) string { return "arn:aws:iam::" + account + ":user/" + userName }

func (i *IAM) getUser(ctx context.Context, in *iam.GetUserInput) (*iam.GetUserOutput, error) {
	if name := aws.ToString(in.UserName); name != "" && name != userName {
		return nil, noSuchEntity("The user with name %s cannot be found.", name)
	}
	return &iam.GetUserOutput{User: &types.User{
		UserName: aws.String(userName), UserId: aws.String(userID), Path: aws.String("/"),
		Arn: aws.String(userARN(wire.From(ctx).Account)), CreateDate: new(time.Unix(0, 0).UTC()),
	}}, nil
}

func (i *IAM) listAccountAliases(context.Context, *iam.ListAccountAliasesInput) (*iam.ListAccountAliasesOutput, error) {
	return &iam.ListAccountAliasesOutput{AccountAliases: []string{}}, nil
}

// simulate tells what a role may do; the user may do everything.
func (i *IAM) simulate(ctx context.Context, in *iam.SimulatePrincipalPolicyInput) (*iam.SimulatePrincipalPolicyOutput, error) {
	source := aws.ToString(in.PolicySourceArn)
	r, isRole := i.byARN(source)
	account := wire.From(ctx).Account
	if accountOf(source) != account || !isRole && source != userARN(account) {
		return nil, noSuchEntity("Entity %s does not exist.", source)
	}
	resources := in.ResourceArns
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	var rows []types.EvaluationResult
	for _, action := range in.ActionNames {
		for _, resource := range resources {
			verdict := allowed
			if isRole {
				verdict = i.mayDo(ctx, r, action, resource)
			}
			rows = append(rows, types.EvaluationResult{EvalActionName: &action, EvalResourceName: &resource, EvalDecision: verdict.shape()})
		}
	}
	rows, next, more, err := page(rows, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &iam.SimulatePrincipalPolicyOutput{EvaluationResults: rows, Marker: next, IsTruncated: more}, nil
}

func (d decision) shape() types.PolicyEvaluationDecisionType {
	switch d {
	case allowed:
		return types.PolicyEvaluationDecisionTypeAllowed
	case explicitDeny:
		return types.PolicyEvaluationDecisionTypeExplicitDeny
	}
	return types.PolicyEvaluationDecisionTypeImplicitDeny
}
