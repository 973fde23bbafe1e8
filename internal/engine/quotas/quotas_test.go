package quotas

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"photon/internal/engine/wire"
)

func start() *servicequotas.Client {
	return servicequotas.New(servicequotas.Options{
		Region: "us-east-1", RetryMaxAttempts: 1,
		HTTPClient: &http.Client{Transport: wire.Transport(wire.NewMux(New().Service()))},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "123456789012", SecretAccessKey: "any"}, nil
		}),
	})
}

func TestQuotasHaveAWSDefaults(t *testing.T) {
	c := start()
	cases := []struct {
		service, code string
		value         float64
		arn           string
	}{
		{"fargate", "L-3032A538", 6, "arn:aws:servicequotas:us-east-1:123456789012:fargate/L-3032A538"},
		{"ecs", "L-9EF96962", 5000, "arn:aws:servicequotas:us-east-1:123456789012:ecs/L-9EF96962"},
		{"ecs", "L-21C621EB", 10000, "arn:aws:servicequotas:us-east-1:123456789012:ecs/L-21C621EB"},
		{"elasticloadbalancing", "L-53DA6B97", 50, "arn:aws:servicequotas:us-east-1:123456789012:elasticloadbalancing/L-53DA6B97"},
		{"elasticloadbalancing", "L-B22855CB", 3000, "arn:aws:servicequotas:us-east-1:123456789012:elasticloadbalancing/L-B22855CB"},
		{"vpc", "L-E79EC296", 2500, "arn:aws:servicequotas:us-east-1:123456789012:vpc/L-E79EC296"},
		{"iam", "L-FE177D64", 1000, "arn:aws:servicequotas::123456789012:iam/L-FE177D64"},
	}
	for _, each := range cases {
		t.Run(each.code, func(t *testing.T) {
			applied, err := c.GetServiceQuota(t.Context(), &servicequotas.GetServiceQuotaInput{ServiceCode: &each.service, QuotaCode: &each.code})
			if err != nil {
				t.Fatal(err)
			}
			byDefault, err := c.GetAWSDefaultServiceQuota(t.Context(), &servicequotas.GetAWSDefaultServiceQuotaInput{ServiceCode: &each.service, QuotaCode: &each.code})
			if err != nil {
				t.Fatal(err)
			}
			if *applied.Quota.Value != each.value || *byDefault.Quota.Value != each.value || *applied.Quota.QuotaArn != each.arn {
				t.Errorf("got %v and %v at %s", *applied.Quota.Value, *byDefault.Quota.Value, *applied.Quota.QuotaArn)
			}
		})
	}
}

func TestQuotasOfAServiceAreListed(t *testing.T) {
	out, err := start().ListServiceQuotas(t.Context(), &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("ecs")})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Quotas) != 2 || *out.Quotas[0].QuotaName != "Clusters per account" || !out.Quotas[0].Adjustable {
		t.Errorf("quotas: %+v", out.Quotas)
	}
}

func TestUnknownQuotasAndServicesAreRefused(t *testing.T) {
	c := start()
	_, noService := c.ListServiceQuotas(t.Context(), &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("nope")})
	_, noQuota := c.GetServiceQuota(t.Context(), &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("ecs"), QuotaCode: aws.String("L-00000000")})
	for want, err := range map[string]error{
		"The request failed because the specified service does not exist.":       noService,
		"The request failed because the specified service quota does not exist.": noQuota,
	} {
		missing, _ := errors.AsType[*types.NoSuchResourceException](err)
		if missing == nil || missing.ErrorMessage() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
