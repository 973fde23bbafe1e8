// Package iam is the engine's IAM and STS: roles, policies and their
// evaluation, for accounts as a whole. It never authenticates anybody: every
// access key is good, and belongs to an administrator.
package iam

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"sync"
	"time"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

// IAM holds the roles and policies of every account; regions share them.
type IAM struct {
	mu       sync.Mutex // held for the whole of each operation
	delay    time.Duration
	iam, sts *wire.Service
	roles    *state.Table[role]
	policies *state.Table[policy]
	sessions *state.Table[session]
}

// New returns the IAM whose state is in db. What is written becomes effective
// for Allowed and AssumeRole only after delay, as on AWS; 0 means at once.
func New(db *state.DB, delay time.Duration) *IAM {
	i := &IAM{
		delay: delay, iam: wire.NewService("iam"), sts: wire.NewService("sts"),
		roles:    state.NewTable[role](db, "iam.roles"),
		policies: state.NewTable[policy](db, "iam.policies"),
		sessions: state.NewTable[session](db, "iam.sessions"),
	}
	i.registerRoles()
	i.registerPolicies()
	i.registerSessions()
	return i
}

// Services are the operations of IAM and of STS, for the wire.
func (i *IAM) Services() []*wire.Service { return []*wire.Service{i.iam, i.sts} }

// op registers a handler that runs alone and is given no parameter but fields.
func op[I, O any](i *IAM, service *wire.Service, name string, handle func(context.Context, *I) (*O, error), fields ...string) {
	wire.Op(service, name, wire.Accept(func(ctx context.Context, in *I) (*O, error) {
		i.mu.Lock()
		defer i.mu.Unlock()
		return handle(ctx, in)
	}, fields...))
}

func (i *IAM) registerRoles() {
	op(i, i.iam, "CreateRole", i.createRole, "RoleName", "AssumeRolePolicyDocument", "Description", "MaxSessionDuration", "Path", "Tags")
	op(i, i.iam, "CreateServiceLinkedRole", i.createLinkedRole, "AWSServiceName", "Description")
	op(i, i.iam, "GetRole", i.getRole, "RoleName")
	op(i, i.iam, "ListRoles", i.listRoles, "PathPrefix", "Marker", "MaxItems")
	op(i, i.iam, "UpdateRole", i.updateRole, "RoleName", "Description", "MaxSessionDuration")
	op(i, i.iam, "UpdateAssumeRolePolicy", i.updateTrust, "RoleName", "PolicyDocument")
	op(i, i.iam, "DeleteRole", i.deleteRole, "RoleName")
	op(i, i.iam, "TagRole", i.tagRole, "RoleName", "Tags")
	op(i, i.iam, "UntagRole", i.untagRole, "RoleName", "TagKeys")
	op(i, i.iam, "ListRoleTags", i.listRoleTags, "RoleName", "Marker", "MaxItems")
	op(i, i.iam, "GetUser", i.getUser, "UserName")
	op(i, i.iam, "ListAccountAliases", i.listAccountAliases, "Marker", "MaxItems")
}

func (i *IAM) registerPolicies() {
	op(i, i.iam, "AttachRolePolicy", i.attachPolicy, "RoleName", "PolicyArn")
	op(i, i.iam, "DetachRolePolicy", i.detachPolicy, "RoleName", "PolicyArn")
	op(i, i.iam, "ListAttachedRolePolicies", i.listAttached, "RoleName", "PathPrefix", "Marker", "MaxItems")
	op(i, i.iam, "PutRolePolicy", i.putInline, "RoleName", "PolicyName", "PolicyDocument")
	op(i, i.iam, "GetRolePolicy", i.getInline, "RoleName", "PolicyName")
	op(i, i.iam, "DeleteRolePolicy", i.deleteInline, "RoleName", "PolicyName")
	op(i, i.iam, "ListRolePolicies", i.listInline, "RoleName", "Marker", "MaxItems")
	op(i, i.iam, "CreatePolicy", i.createPolicy, "PolicyName", "PolicyDocument", "Description", "Path", "Tags")
	op(i, i.iam, "GetPolicy", i.getPolicy, "PolicyArn")
	op(i, i.iam, "GetPolicyVersion", i.getPolicyVersion, "PolicyArn", "VersionId")
	op(i, i.iam, "ListPolicyVersions", i.listPolicyVersions, "PolicyArn", "Marker", "MaxItems")
	op(i, i.iam, "ListPolicies", i.listPolicies, "Scope", "OnlyAttached", "PathPrefix", "Marker", "MaxItems")
	op(i, i.iam, "DeletePolicy", i.deletePolicy, "PolicyArn")
	op(i, i.iam, "ListInstanceProfilesForRole", i.listInstanceProfiles, "RoleName", "Marker", "MaxItems")
	op(i, i.iam, "SimulatePrincipalPolicy", i.simulate, "PolicySourceArn", "ActionNames", "ResourceArns", "Marker", "MaxItems")
}

func (i *IAM) registerSessions() {
	op(i, i.sts, "GetCallerIdentity", i.getCallerIdentity)
	op(i, i.sts, "AssumeRole", i.assumeRole, "RoleArn", "RoleSessionName", "DurationSeconds")
	op(i, i.sts, "GetSessionToken", i.getSessionToken, "DurationSeconds")
}

// newID makes an entity's id, such as "AROA" and seventeen characters.
func newID(prefix string) string { return prefix + rand.Text()[:17] }

// encoded is a document as IAM returns it: percent-encoded.
func encoded(document string) *string {
	return new(strings.ReplaceAll(url.QueryEscape(document), "+", "%20"))
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func noSuchEntity(format string, args ...any) error {
	return wire.Fault("NoSuchEntity", format, args...)
}

func invalid(format string, args ...any) error {
	return wire.Fault("ValidationError", format, args...)
}

func page[T any](rows []T, marker *string, limit *int32) (out []T, next *string, more bool, err error) {
	if limit != nil && (*limit < 1 || *limit > 1000) {
		return nil, nil, false, invalid("1 validation error detected: Value '%d' at 'maxItems' failed to satisfy constraint: Member must have value between 1 and 1000", *limit)
	}
	out, next, err = wire.Page(rows, marker, limit, 100, "ValidationError")
	return out, next, next != nil, err
}
