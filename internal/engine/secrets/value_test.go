package secrets

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"photon/internal/engine/wire"
)

func TestContainersGetTheValueTheirReferenceNames(t *testing.T) {
	b := start(t)
	arn := b.secret(t, "orders/db", `{"url":"old","port":1}`)
	must[secretsmanager.PutSecretValueOutput](t)(b.manager.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &arn, SecretString: aws.String(`{"url":"new","port": 5432,"flags":[1, 2]}`)}))
	old := must[secretsmanager.GetSecretValueOutput](t)(b.manager.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &arn, VersionStage: aws.String("AWSPREVIOUS")}))
	b.parameter(t, "/orders/key", "k")
	b.parameter(t, "plain", "p")
	cases := map[string]string{
		arn:                             `{"url":"new","port": 5432,"flags":[1, 2]}`,
		arn + ":url::":                  "new",
		arn + ":port::":                 "5432",
		arn + ":flags::":                "[1,2]",
		arn + ":url:AWSPREVIOUS:":       "old",
		arn + ":url::" + *old.VersionId: "old",
		arn + "::AWSPREVIOUS:":          `{"url":"old","port":1}`,
		"/orders/key":                   "k",
		"plain":                         "p",
		"arn:aws:ssm:us-east-1:123456789012:parameter/orders/key": "k",
		"arn:aws:ssm:us-east-1:123456789012:parameter/plain":      "p",
	}
	for from, want := range cases {
		if got, err := b.secrets.Value(inside(t), from); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", from, got, err, want)
		}
	}
}

func TestAReferenceThatLeadsNowhereSaysWhy(t *testing.T) {
	b := start(t)
	arn := b.secret(t, "orders/db", `{"url":"SECRET-VALUE"`)
	object := b.secret(t, "orders/object", `{"url":"SECRET-VALUE"}`)
	binary := *must[secretsmanager.CreateSecretOutput](t)(b.manager.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("binary"), SecretBinary: []byte("SECRET-VALUE")})).ARN
	const gone = "arn:aws:secretsmanager:us-east-1:123456789012:secret:gone-AbCdEf"
	cases := []struct{ name, from, want string }{
		{"no such secret", gone, "ResourceNotFoundException: Secrets Manager can't find the specified secret."},
		{"no such stage", object + "::NOPE:", "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: NOPE"},
		{"too few colons", object + ":url", "unexpected ARN format with parameters when trying to retrieve ASM secret"},
		{"no such key", object + ":nope::", "retrieved secret from Secrets Manager did not contain json key nope"},
		{"not JSON", arn + ":url::", "secret " + arn + " is not a JSON object"},
		{"binary", binary, "secret " + binary + " is binary, which a container secret cannot be"},
		{"no such parameter", "/nope", "invalid ssm parameters: /nope"},
		{"no such parameter by ARN", "arn:aws:ssm:us-east-1:123456789012:parameter/nope", "invalid ssm parameters: /nope"},
		{"another account", strings.Replace(object, account, "999999999999", 1), "AccessDeniedException: Access to " + strings.Replace(object, account, "999999999999", 1) + " is not allowed: it is of another account"},
		{"another service", "arn:aws:s3:::bucket/key", "arn:aws:s3:::bucket/key is not the ARN of a secret or a parameter"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			value, err := b.secrets.Value(inside(t), c.from)
			if fault(err) != c.want || value != "" {
				t.Errorf("got  %q, %v\nwant %s", value, err, c.want)
			}
		})
	}
}

func TestAnARNReachesIntoItsOwnRegion(t *testing.T) {
	b := start(t)
	arn := b.secret(t, "orders/db", "far")
	ctx := wire.With(t.Context(), wire.Call{Account: account, Region: "eu-west-1"})
	if got, err := b.secrets.Value(ctx, arn); err != nil || got != "far" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTagsOfSecretsAndParametersAreSeenAndChangedFromOutside(t *testing.T) {
	b := start(t)
	arn := b.secret(t, "a", "x")
	must[ssm.PutParameterOutput](t)(b.store.PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: aws.String("/p"), Value: aws.String("x"), Type: types.ParameterTypeString, Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	}))
	const parameterARN = "arn:aws:ssm:us-east-1:123456789012:parameter/p"
	for _, each := range []struct {
		arn  string
		mine bool
		fail bool
	}{{arn, true, false}, {parameterARN, true, false}, {arn + "x", true, true}, {parameterARN + "x", true, true}, {"arn:aws:ecs:us-east-1:123456789012:cluster/a", false, false}} {
		mine, err := b.secrets.Retag(inside(t), each.arn, map[string]string{"new": "1"}, []string{"k"})
		if mine != each.mine || (err != nil) != each.fail {
			t.Errorf("%s: %v, %v", each.arn, mine, err)
		}
	}
	tagged := b.secrets.Tagged(inside(t))
	if len(tagged) != 2 || tagged[0].ARN != arn || tagged[1].ARN != parameterARN || len(tagged[1].Tags) != 1 || tagged[1].Tags["new"] != "1" {
		t.Errorf("tagged: %+v", tagged)
	}
}
