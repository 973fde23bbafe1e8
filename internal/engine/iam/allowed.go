package iam

import (
	"context"
	"strings"

	"photon/internal/engine/wire"
)

// Allowed fails when the role does not exist, when its trust policy does not
// let the principal ("ecs-tasks.amazonaws.com") assume it, or when its
// policies do not allow action on resource. An empty action asks for the trust
// alone. Errors have the code AccessDeniedException and AWS's text.
func (i *IAM) Allowed(ctx context.Context, roleARN, principal, action, resource string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	r, ok := i.trusting(ctx, roleARN, principal)
	if !ok {
		return wire.Fault("AccessDeniedException", "%s is not authorized to perform: sts:AssumeRole on resource: %s", principal, roleARN)
	}
	if action == "" {
		return nil
	}
	var because string
	switch i.mayDo(ctx, r, action, resource) {
	case allowed:
		return nil
	case explicitDeny:
		because = "with an explicit deny in an identity-based policy"
	default:
		because = "because no identity-based policy allows the " + action + " action"
	}
	return wire.Fault("AccessDeniedException", "User: %s is not authorized to perform: %s on resource: %s %s", assumedARN(r, "engine"), action, resource, because)
}

// trusting finds the role that a principal may assume.
func (i *IAM) trusting(ctx context.Context, roleARN, principal string) (role, bool) {
	r, ok := i.byARN(roleARN)
	if !ok || !settled(r.Created, i.delay) {
		return r, false
	}
	g, err := parse(r.Trust.effective(i.delay))
	if err != nil {
		return r, false // nothing is effective yet
	}
	q := question{Principal: principal, Action: "sts:AssumeRole", Keys: conditionKeys(ctx, principal)}
	return r, evaluate(g.Statement, q) == allowed
}

func (i *IAM) byARN(roleARN string) (role, bool) {
	name := roleARN[strings.LastIndexByte(roleARN, '/')+1:]
	r, ok := i.roles.Get(roleKey(accountOf(roleARN), name))
	return r, ok && r.ARN == roleARN
}

// mayDo evaluates the role's inline and attached policies.
func (i *IAM) mayDo(ctx context.Context, r role, action, resource string) decision {
	var texts []string
	for _, d := range r.Inline {
		texts = append(texts, d.effective(i.delay))
	}
	for arn, since := range r.Attached {
		if p, ok := i.policyByARN(arn); ok && settled(since, i.delay) {
			texts = append(texts, p.Document.effective(i.delay))
		}
	}
	var all []statement
	for _, text := range texts {
		if g, err := parse(text); err == nil {
			all = append(all, g.Statement...)
		}
	}
	return evaluate(all, question{Action: action, Resource: resource, Keys: conditionKeys(ctx, "")})
}

// conditionKeys are the keys whose values the engine knows. A service assumes
// a role on behalf of resources of the call's account and region.
func conditionKeys(ctx context.Context, principal string) map[string]string {
	call := wire.From(ctx)
	keys := map[string]string{"aws:requestedregion": call.Region, "aws:principalaccount": call.Account}
	if service, ok := strings.CutSuffix(principal, ".amazonaws.com"); ok {
		service = strings.TrimSuffix(service, "-tasks")
		keys["aws:sourceaccount"] = call.Account
		keys["aws:sourcearn"] = call.ARN(service, "*")
	}
	return keys
}

func assumedARN(r role, session string) string {
	return "arn:aws:sts::" + accountOf(r.ARN) + ":assumed-role/" + r.Name + "/" + session
}
