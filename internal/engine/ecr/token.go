package ecr

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"photon/internal/engine/runtime"
	"photon/internal/engine/wire"
)

// tokenLife is how long a login works.
const tokenLife = 12 * time.Hour

var (
	errForged  = errors.New("not authorized")
	errExpired = errors.New("the authorization token has expired: log in again")
)

// login is what a registry password says, signed: all registries have one
// address here, and so the password must tell whose images are meant.
type login struct {
	Account string
	Region  string
	Expires int64
	Path    string `json:",omitempty"` // where set, it opens this path and no other
}

func (l login) call() wire.Call {
	return wire.Call{Service: "ecr", Account: l.Account, Region: l.Region}
}

// sign makes a password for the registry of call, which lasts from now on.
func (e *ECR) sign(call wire.Call, path string) string {
	payload, err := json.Marshal(login{
		Account: call.Account, Region: call.Region, Path: path, Expires: time.Now().Add(tokenLife).Unix(),
	})
	if err != nil {
		panic(err) // strings and a number always have a JSON form
	}
	return encode(payload) + "." + encode(e.mac(payload))
}

func (e *ECR) verify(password string) (login, error) {
	first, second, _ := strings.Cut(password, ".")
	payload, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		return login{}, errForged
	}
	mac, err := base64.RawURLEncoding.DecodeString(second)
	if err != nil || !hmac.Equal(mac, e.mac(payload)) {
		return login{}, errForged
	}
	var l login
	if err := json.Unmarshal(payload, &l); err != nil {
		return login{}, errForged
	}
	if time.Now().Unix() >= l.Expires {
		return login{}, errExpired
	}
	return l, nil
}

func (e *ECR) mac(payload []byte) []byte {
	mac := hmac.New(sha256.New, e.key())
	mac.Write(payload)
	return mac.Sum(nil)
}

// key is the signing key, made once and kept, so that a docker login outlives
// a restart.
func (e *ECR) key() []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	key, ok := e.keys.Get("token")
	if !ok {
		key = make([]byte, 32)
		_, _ = rand.Read(key) // never fails
		e.keys.Put("token", key)
	}
	return key
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (e *ECR) getAuthorizationToken(ctx context.Context, _ *ecr.GetAuthorizationTokenInput) (*ecr.GetAuthorizationTokenOutput, error) {
	call := wire.From(ctx)
	token := base64.StdEncoding.EncodeToString([]byte("AWS:" + e.sign(call, "")))
	return &ecr.GetAuthorizationTokenOutput{AuthorizationData: []types.AuthorizationData{{
		AuthorizationToken: &token,
		ExpiresAt:          aws.Time(time.Now().Add(tokenLife).UTC()),
		ProxyEndpoint:      aws.String("http://" + e.endpoint()),
	}}}, nil
}

// PullAuth returns the login of the call's account for an image in this
// registry, and false for any other image.
func (e *ECR) PullAuth(ctx context.Context, image string) (runtime.Auth, bool) {
	if !strings.HasPrefix(image, e.endpoint()+"/") {
		return runtime.Auth{}, false
	}
	return runtime.Auth{Username: "AWS", Password: e.sign(wire.From(ctx), "")}, true
}
