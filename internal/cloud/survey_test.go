package cloud_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"photon/internal/spec"
)

func TestSurveyTellsEveryRefusalAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		s := orders(nil)
		s.AWS = spec.AWS{Account: "999999999999", Region: "us-east-1"}
		s.Network = spec.Network{Subnets: []string{"subnet-none"}, SecurityGroups: []string{"sg-none"}}
		s.Workloads[0].Secrets = map[string]spec.SecretRef{
			"DATABASE_URL": {Store: spec.SecretsManager, Name: "orders/db", Key: "url"},
			"DATABASE_KEY": {Store: spec.SecretsManager, Name: "orders/db", Key: "key"},
			"API_KEY":      {Store: spec.SSM, Name: "/orders/api-key"},
		}
		_, err := w.account.Survey(w.Context(), s)
		w.compare("error", fmt.Sprint(err), strings.Join([]string{
			"account: the file asks for 999999999999, the credentials belong to 123456789012",
			"region: the file asks for us-east-1, this run uses eu-central-1",
			"subnet subnet-none: does not exist in this region",
			"security group sg-none: does not exist in this region",
			"secret ssm:/orders/api-key: does not exist; needed by API_KEY",
			"secret secretsmanager:orders/db: does not exist; needed by DATABASE_KEY, DATABASE_URL",
		}, "\n"))
	})
}

func TestSurveyFindsSecretsWithoutReadingThem(t *testing.T) {
	inWorld(t, func(w *world) {
		_, err := secretsmanager.NewFromConfig(w.byHand()).CreateSecret(w.Context(), &secretsmanager.CreateSecretInput{
			Name: aws.String("orders/db"), SecretString: aws.String(`{"url":"MARKER"}`),
		})
		must(w, 0, err)
		_, err = ssm.NewFromConfig(w.byHand()).PutParameter(w.Context(), &ssm.PutParameterInput{
			Name: aws.String("/orders/api-key"), Value: aws.String("MARKER"), Type: ssmtypes.ParameterTypeSecureString,
		})
		must(w, 0, err)
		s := orders(nil)
		s.Workloads[0].Secrets = map[string]spec.SecretRef{
			"URL": {Store: spec.SecretsManager, Name: "orders/db", Key: "url"}, "KEY": {Store: spec.SSM, Name: "/orders/api-key"},
		}
		calls := w.transport.during(func() {
			facts, err := w.account.Survey(w.Context(), s)
			must(w, 0, err)
			w.compare("parameter", facts.Secrets["ssm:/orders/api-key"], "arn:aws:ssm:eu-central-1:123456789012:parameter/orders/api-key")
			arn := facts.Secrets["secretsmanager:orders/db"]
			w.compare("secret", arn[:strings.LastIndex(arn, "-")], "arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders/db")
		})
		if strings.Contains(strings.Join(calls, " "), "Value") {
			t.Errorf("a value was read: %v", calls)
		}
	})
}

// Whoever reads a secret that a customer's key encrypts must be allowed to
// decrypt with it too.
func TestSurveyFindsTheKeysOfSecrets(t *testing.T) {
	const place, id = "arn:aws:kms:eu-central-1:123456789012:", "1234abcd-12ab-34cd-56ef-1234567890ab"
	keys := map[string]string{
		"": "", "alias/aws/secretsmanager": "", id: place + "key/" + id, place + "key/" + id: place + "key/" + id,
		"alias/orders": place + "key/*", place + "alias/orders": place + "key/*",
	}
	for key, want := range keys {
		inWorld(t, func(w *world) {
			in := &secretsmanager.CreateSecretInput{Name: aws.String("db"), SecretString: aws.String("x")}
			parameter := &ssm.PutParameterInput{Name: aws.String("/key"), Value: aws.String("x"), Type: ssmtypes.ParameterTypeSecureString}
			if key != "" {
				in.KmsKeyId, parameter.KeyId = &key, &key
			}
			_, err := secretsmanager.NewFromConfig(w.byHand()).CreateSecret(w.Context(), in)
			must(w, 0, err)
			_, err = ssm.NewFromConfig(w.byHand()).PutParameter(w.Context(), parameter)
			must(w, 0, err)
			s := orders(nil)
			s.Workloads[0].Secrets = map[string]spec.SecretRef{
				"A": {Store: spec.SecretsManager, Name: "db"}, "B": {Store: spec.SSM, Name: "/key"},
			}
			facts, err := w.account.Survey(w.Context(), s)
			must(w, 0, err)
			w.compare(key+" of a secret", facts.Keys["secretsmanager:db"], want)
			w.compare(key+" of a parameter", facts.Keys["ssm:/key"], want)
		})
	}
}

func TestSecurityGroupsMustBeOfTheVPCOfTheTasks(t *testing.T) {
	inWorld(t, func(w *world) {
		client := ec2.NewFromConfig(w.byHand())
		vpc, err := client.CreateVpc(w.Context(), &ec2.CreateVpcInput{CidrBlock: aws.String("10.9.0.0/16")})
		must(w, 0, err)
		group, err := client.CreateSecurityGroup(w.Context(), &ec2.CreateSecurityGroupInput{
			GroupName: aws.String("far"), Description: aws.String("far"), VpcId: vpc.Vpc.VpcId,
		})
		must(w, 0, err)
		facts, err := w.account.Survey(w.Context(), orders(nil))
		must(w, 0, err)
		s := orders(nil)
		s.Network.SecurityGroups = []string{*group.GroupId}
		_, err = w.account.Survey(w.Context(), s)
		w.compare("error", fmt.Sprint(err), fmt.Sprintf("security group %s: is of %s, subnet %s of %s",
			*group.GroupId, *vpc.Vpc.VpcId, facts.Network.Subnets[0], facts.Network.VPC))
	})
}

func TestNetworkIsTheDefaultOne(t *testing.T) {
	inWorld(t, func(w *world) {
		facts, err := w.account.Survey(w.Context(), orders(nil))
		must(w, 0, err)
		n := facts.Network
		if !n.PublicIP || len(n.Subnets) < 2 || strings.Join(n.Subnets, " ") != strings.Join(n.LoadBalancerSubnets, " ") || n.VPC == "" {
			t.Errorf("%+v", n)
		}
		s := orders(nil)
		s.Network = spec.Network{Subnets: n.Subnets[:1]}
		_, err = w.account.Survey(w.Context(), s)
		w.compare("one zone", fmt.Sprint(err), "network: a load balancer needs subnets in two availability zones")
		s.Network.LoadBalancerSubnets, s.Network.PublicIP = n.Subnets, aws.Bool(false)
		facts, err = w.account.Survey(w.Context(), s)
		must(w, 0, err)
		w.compare("subnets", strings.Join(facts.Network.Subnets, " "), n.Subnets[0])
		w.compare("public", fmt.Sprint(facts.Network.PublicIP), "false")
	})
}
