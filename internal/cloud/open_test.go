package cloud_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"photon/internal/cloud"
)

func TestOpenSaysWhatIsMissing(t *testing.T) {
	known := credentials.NewStaticCredentialsProvider("a", "b", "")
	cases := []struct {
		name    string
		options cloud.Options
		want    string
	}{
		{"region", cloud.Options{Credentials: known}, "AWS region: none is set"},
		{"profile", cloud.Options{Region: "eu-central-1", Profile: "none"}, "AWS credentials: profile none does not exist"},
		{"credentials", cloud.Options{Region: "eu-central-1"}, "AWS credentials: none were found"},
		{"nothing", cloud.Options{Region: "eu-central-1", Credentials: known}, "<nil>"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			hideAWS(t)
			_, err := cloud.Open(t.Context(), c.options)
			if got := fmt.Sprint(err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	hideAWS(t)
	_, err := cloud.Open(t.Context(), cloud.Options{Region: "eu-central-1"})
	var missing *cloud.CredentialsError
	if !errors.As(err, &missing) || len(missing.Hints()) != 2 {
		t.Errorf("%v", err)
	}
}
