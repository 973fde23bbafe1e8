package secrets

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

func TestTheKeyOfAValueIsToldUnlessItIsAWSsOwn(t *testing.T) {
	const place = "arn:aws:kms:us-east-1:123456789012:key/"
	for key, want := range map[string]string{
		"": "", "alias/aws/ssm": "", "1234": place + "1234", place + "1234": place + "1234", "alias/orders": place + "orders",
	} {
		b := start(t)
		secret := &secretsmanager.CreateSecretInput{Name: aws.String("db"), SecretString: aws.String("x")}
		parameter := &ssm.PutParameterInput{Name: aws.String("/key"), Value: aws.String("x"), Type: types.ParameterTypeSecureString}
		if key != "" {
			secret.KmsKeyId, parameter.KeyId = &key, &key
		}
		arn := *must[secretsmanager.CreateSecretOutput](t)(b.manager.CreateSecret(t.Context(), secret)).ARN
		must[ssm.PutParameterOutput](t)(b.store.PutParameter(t.Context(), parameter))
		for _, from := range []string{arn, arn + ":url::", "/key"} {
			if got := b.secrets.Key(inside(t), from); got != want {
				t.Errorf("key %q of %s: %q, want %q", key, from, got, want)
			}
		}
	}
}
