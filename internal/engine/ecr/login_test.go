package ecr

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

func TestLoginIsNeeded(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	good := loginOf(t, b.client).Password
	for _, test := range []struct {
		name, user, password, want string
	}{
		{"none", "", "", "401 UNAUTHORIZED: not authorized"},
		{"another user", "root", good, "401 UNAUTHORIZED: not authorized"},
		{"garbage", "AWS", "garbage", "401 UNAUTHORIZED: not authorized"},
		{"forged", "AWS", good[:len(good)-2] + "AA", "401 UNAUTHORIZED: not authorized"},
		{"download token", "AWS", b.sign(wire.Call{Account: "000000000000", Region: "us-east-1"}, "/v2/orders/blobs/x"), "401 UNAUTHORIZED: not authorized"},
		{"good", "AWS", good, "200 : "},
	} {
		t.Run(test.name, func(t *testing.T) {
			request, _ := http.NewRequest(http.MethodGet, "http://"+b.host+"/v2/", nil)
			if test.user != "" {
				request.SetBasicAuth(test.user, test.password)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if got := errorOf(t, response); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			challenge := response.Header.Get("WWW-Authenticate")
			if (challenge == `Basic realm="photon",service="ecr.amazonaws.com"`) != (response.StatusCode == 401) {
				t.Errorf("challenge %q", challenge)
			}
		})
	}
}

func TestLoginExpiresAfterTwelveHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(state.Memory(), t.TempDir(), nil)
		password := e.sign(wire.Call{Account: "111111111111", Region: "eu-west-1"}, "")
		time.Sleep(tokenLife - time.Second)
		if l, err := e.verify(password); err != nil || l.call().World() != "111111111111/eu-west-1/" {
			t.Errorf("got %+v, %v", l, err)
		}
		time.Sleep(time.Second)
		if _, err := e.verify(password); err != errExpired {
			t.Errorf("got %v, want %v", err, errExpired)
		}
	})
}

func TestRegionsDoNotMeet(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	b.push(t, "orders:1", newImage(t, 1))
	elsewhere := remote.WithAuth(authn.FromConfig(loginOf(t, clientOf(b.ECR, "eu-west-1"))))
	_, err := remote.Image(b.ref(t, "orders:1"), elsewhere)
	var refused *transport.Error
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusNotFound {
		t.Errorf("got %v", err)
	}
}

func TestPullAuthIsForThisRegistryOnly(t *testing.T) {
	b := newBench(t)
	ctx := wire.With(context.Background(), wire.Call{Account: "000000000000", Region: "us-east-1"})
	if _, ok := b.PullAuth(ctx, "registry.example.com/orders:1"); ok {
		t.Error("a login for another registry")
	}
	auth, ok := b.PullAuth(ctx, b.host+"/orders:1")
	if !ok || auth.Username != "AWS" {
		t.Fatalf("got %v %v", auth.Username, ok)
	}
	b.create(t, "orders")
	pushed := b.push(t, "orders:1", newImage(t, 1))
	got, err := remote.Head(b.ref(t, "orders:1"), remote.WithAuth(authn.FromConfig(authn.AuthConfig{Username: auth.Username, Password: auth.Password})))
	if err != nil || got.Digest.String() != pushed {
		t.Errorf("got %+v, %v", got, err)
	}
}
