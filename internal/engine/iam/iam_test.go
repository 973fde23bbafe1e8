package iam

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

const account, home = "123456789012", "us-east-1"

const (
	tasksTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	readAny    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}`
	execution  = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
)

// bench is the package behind its real clients.
type bench struct {
	iam    *IAM
	client *iam.Client
	sts    *sts.Client
}

func start(delay time.Duration) bench {
	i := New(state.Memory(), delay)
	return bench{i, iam.New(iam.Options{
		Region: home, HTTPClient: transport(i), Credentials: login(account), RetryMaxAttempts: 1,
	}), stsClient(i, account)}
}

func stsClient(i *IAM, key string) *sts.Client {
	return sts.New(sts.Options{Region: home, HTTPClient: transport(i), Credentials: login(key), RetryMaxAttempts: 1})
}

func transport(i *IAM) *http.Client {
	return &http.Client{Transport: wire.Transport(wire.NewMux(i.Services()...))}
}

func login(key string) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: key, SecretAccessKey: "any"}, nil
	})
}

// inside is the context in which the engine's other parts call.
func inside(t *testing.T) context.Context {
	return wire.With(t.Context(), wire.Call{Account: account, Region: home})
}

// must returns the value of a call that may not fail.
func must[O any](t *testing.T) func(*O, error) *O {
	return func(out *O, err error) *O {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// fault is an error as AWS's users see it: code and text.
func fault(err error) string {
	if err == nil {
		return ""
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	return err.Error()
}

func (b bench) role(t *testing.T, name, trust string) string {
	t.Helper()
	out := must[iam.CreateRoleOutput](t)(b.client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trust}))
	return *out.Role.Arn
}

func (b bench) inline(t *testing.T, role, name, document string) {
	t.Helper()
	must[iam.PutRolePolicyOutput](t)(b.client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &role, PolicyName: &name, PolicyDocument: &document}))
}

func (b bench) attach(t *testing.T, role, arn string) {
	t.Helper()
	must[iam.AttachRolePolicyOutput](t)(b.client.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: &role, PolicyArn: &arn}))
}
