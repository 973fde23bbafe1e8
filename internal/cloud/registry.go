package cloud

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// registryImage looks an image up where its reference says.
func (a *Account) registryImage(ctx context.Context, use *imageUse, reference name.Reference) (Image, error) {
	if registry, ok := ecrRegistryOf(reference.Context().RegistryStr()); ok {
		return a.ecrImage(ctx, registry, reference)
	}
	if use.credentials != nil {
		user, err := a.registryLogin(ctx, *use.credentials)
		if err != nil {
			return Image{}, err
		}
		return a.remoteImage(ctx, reference, authn.FromConfig(authn.AuthConfig{
			Username: user.Username, Password: user.Password,
		}))
	}
	known, err := authn.DefaultKeychain.Resolve(reference.Context())
	if err != nil {
		known = authn.Anonymous
	}
	image, err := a.remoteImage(ctx, reference, known)
	if !errors.Is(err, errImageDenied) {
		return image, err
	}
	if token, ok := a.ecrLogin(ctx, reference.Context().RegistryStr()); ok {
		return a.remoteImage(ctx, reference, token)
	}
	return image, err
}

// remoteImage asks a registry for the digest and the platforms of an image.
func (a *Account) remoteImage(ctx context.Context, reference name.Reference, auth authn.Authenticator) (Image, error) {
	options := []remote.Option{
		remote.WithContext(ctx), remote.WithAuth(auth), remote.WithTransport(a.transport),
	}
	descriptor, err := remote.Get(reference, options...)
	if err != nil {
		return Image{}, registryError(ctx, err)
	}
	platforms, single, err := platformsOf(descriptor.Manifest)
	if err != nil {
		return Image{}, err
	}
	if single != "" {
		image, err := descriptor.Image()
		if err != nil {
			return Image{}, registryError(ctx, err)
		}
		config, err := image.ConfigFile()
		if err != nil {
			return Image{}, registryError(ctx, err)
		}
		platforms = []string{config.OS + "/" + config.Architecture}
	}
	return Image{Digest: descriptor.Digest.String(), Platforms: platforms}, nil
}

func registryError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var answer *transport.Error
	if errors.As(err, &answer) {
		switch answer.StatusCode {
		case http.StatusNotFound:
			return errImageMissing
		case http.StatusUnauthorized, http.StatusForbidden:
			return errImageDenied
		}
		return errors.New("the registry answered " + http.StatusText(answer.StatusCode))
	}
	return errors.New(reasonOf(err))
}

// ecrLogin is the account's login for the registry that ECR names, if host is
// that one.
func (a *Account) ecrLogin(ctx context.Context, host string) (authn.Authenticator, bool) {
	out, err := a.ecr().GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return nil, false
	}
	for _, data := range out.AuthorizationData {
		endpoint, err := url.Parse(aws.ToString(data.ProxyEndpoint))
		if err != nil || endpoint.Host != host {
			continue
		}
		token, err := base64.StdEncoding.DecodeString(aws.ToString(data.AuthorizationToken))
		if err != nil {
			return nil, false
		}
		user, password, _ := strings.Cut(string(token), ":")
		return authn.FromConfig(authn.AuthConfig{Username: user, Password: password}), true
	}
	return nil, false
}
