package ecr

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
)

func TestAuthorizationTokenIsForTheEnginesAddress(t *testing.T) {
	b := newBench(t)
	out, err := b.client.GetAuthorizationToken(context.Background(), &ecr.GetAuthorizationTokenInput{})
	if err != nil || len(out.AuthorizationData) != 1 {
		t.Fatalf("got %+v, %v", out, err)
	}
	data := out.AuthorizationData[0]
	if *data.ProxyEndpoint != "http://"+b.host {
		t.Errorf("endpoint %s, want http://%s", *data.ProxyEndpoint, b.host)
	}
	if left := time.Until(*data.ExpiresAt); left > tokenLife || left < tokenLife-time.Minute {
		t.Errorf("expires in %s, want 12h", left)
	}
}
