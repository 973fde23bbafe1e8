package secrets

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

const account, home = "123456789012", "us-east-1"

// bench is the package behind its real clients.
type bench struct {
	secrets *Secrets
	manager *secretsmanager.Client
	store   *ssm.Client
}

func start(t *testing.T) bench {
	t.Helper()
	return over(New(state.Memory(), []byte("a key for tests")))
}

func over(s *Secrets) bench {
	transport := &http.Client{Transport: wire.Transport(wire.NewMux(s.Services()...))}
	login := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: account, SecretAccessKey: "any"}, nil
	})
	return bench{
		secrets: s,
		manager: secretsmanager.New(secretsmanager.Options{Region: home, HTTPClient: transport, Credentials: login, RetryMaxAttempts: 1}),
		store:   ssm.New(ssm.Options{Region: home, HTTPClient: transport, Credentials: login, RetryMaxAttempts: 1}),
	}
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

func (b bench) secret(t *testing.T, name, value string) string {
	t.Helper()
	out := must[secretsmanager.CreateSecretOutput](t)(b.manager.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &value}))
	return *out.ARN
}

func (b bench) value(t *testing.T, in secretsmanager.GetSecretValueInput) string {
	t.Helper()
	return *must[secretsmanager.GetSecretValueOutput](t)(b.manager.GetSecretValue(t.Context(), &in)).SecretString
}
