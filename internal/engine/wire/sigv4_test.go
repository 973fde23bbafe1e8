package wire

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// whoami is a Mux whose only operation keeps the call that it was given.
func whoami(call *Call) *Mux {
	s := NewService("sts")
	Op(s, "GetCallerIdentity", func(ctx context.Context, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
		*call = From(ctx)
		return &sts.GetCallerIdentityOutput{}, nil
	})
	return NewMux(s)
}

func TestTheCallComesFromTheCredentialScope(t *testing.T) {
	const query = "Action=GetCallerIdentity&Version=2011-06-15"
	presigned := "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=x&X-Amz-Signature=y&X-Amz-Credential="
	cases := []struct {
		name, address, authorization string
		want                         Call
	}{
		{
			"an account as access key", "/?" + query,
			"AWS4-HMAC-SHA256 Credential=123456789012/20260102/ap-south-1/sts/aws4_request, SignedHeaders=a;b, Signature=0",
			Call{Account: "123456789012", Region: "ap-south-1", AccessKey: "123456789012"},
		},
		{
			"another access key", "/?" + query,
			"AWS4-HMAC-SHA256 SignedHeaders=a,Signature=0,Credential=AKIA/20260102/us-east-1/sts/aws4_request",
			Call{Account: "000000000000", Region: "us-east-1", AccessKey: "AKIA"},
		},
		{
			"twelve characters that are not digits", "/?" + query,
			"AWS4-HMAC-SHA256 Credential=12345678901x/20260102/us-east-1/sts/aws4_request",
			Call{Account: "000000000000", Region: "us-east-1", AccessKey: "12345678901x"},
		},
		{
			"a temporary key of an account", "/?" + query,
			"AWS4-HMAC-SHA256 Credential=ASIA123456789012ABCD/20260102/us-east-1/sts/aws4_request",
			Call{Account: "123456789012", Region: "us-east-1", AccessKey: "ASIA123456789012ABCD"},
		},
		{
			"another temporary key", "/?" + query,
			"AWS4-HMAC-SHA256 Credential=ASIA1234/20260102/us-east-1/sts/aws4_request",
			Call{Account: "000000000000", Region: "us-east-1", AccessKey: "ASIA1234"},
		},
		{
			"a signed address", "/?" + query + presigned + url.QueryEscape("123456789012/20260102/eu-west-1/sts/aws4_request"), "",
			Call{Account: "123456789012", Region: "eu-west-1", AccessKey: "123456789012"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got Call
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://engine.test"+c.address, nil)
			if err != nil {
				t.Fatal(err)
			}
			if c.authorization != "" {
				r.Header.Set("Authorization", c.authorization)
			}
			resp, err := Transport(whoami(&got)).RoundTrip(r)
			if err != nil || resp.StatusCode != 200 {
				t.Fatalf("got %v, %v", resp, err)
			}
			c.want.Service, c.want.Operation = "sts", "GetCallerIdentity"
			c.want.RequestID = resp.Header.Get("x-amzn-RequestId")
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestCallNames(t *testing.T) {
	c := Call{Account: "123456789012", Region: "eu-west-1"}
	if got := c.World(); got != "123456789012/eu-west-1/" {
		t.Errorf("world %q", got)
	}
	if got := c.ARN("ecs", "cluster/a"); got != "arn:aws:ecs:eu-west-1:123456789012:cluster/a" {
		t.Errorf("ARN %q", got)
	}
	if got := From(t.Context()); got != (Call{}) {
		t.Errorf("a context without a call has %+v", got)
	}
}

func TestAServiceWithoutAProtocolIsABug(t *testing.T) {
	defer func() {
		if got := recover(); got != "wire: no protocol is known for service s3" {
			t.Errorf("got %v", got)
		}
	}()
	NewService("s3")
}
