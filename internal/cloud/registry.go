package cloud

import (
	"context"
	"encoding/base64"
	"errors"
	"net"
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
func (a *Account) registryImage(ctx context.Context, use *imageUse, reference name.Reference) (sighting, error) {
	if registry, ok := ecrRegistryOf(reference.Context().RegistryStr()); ok {
		return a.ecrImage(ctx, registry, reference)
	}
	if use.credentials != nil {
		user, err := a.registryLogin(ctx, *use.credentials)
		if err != nil {
			return sighting{}, err
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
	if err == nil && known != authn.Anonymous && a.images == nil && !a.pullable(ctx, reference) {
		return sighting{}, errImageLogin
	}
	if !errors.Is(err, errImageDenied) {
		return image, err
	}
	if token, ok := a.ecrLogin(ctx, reference.Context().RegistryStr()); ok {
		return a.remoteImage(ctx, reference, token)
	}
	return image, err
}

// pullable reports whether tasks can pull an image that this machine found with
// a login of its own: far from here there is none. Only a clear no counts.
func (a *Account) pullable(ctx context.Context, reference name.Reference) bool {
	_, err := remote.Head(reference, remote.WithContext(ctx), remote.WithTransport(a.transport))
	if err == nil {
		return true
	}
	err = registryError(ctx, err)
	return !errors.Is(err, errImageDenied) && !errors.Is(err, errImageMissing)
}

// remoteImage asks a registry for the digest and the platforms of an image.
func (a *Account) remoteImage(ctx context.Context, reference name.Reference, auth authn.Authenticator) (sighting, error) {
	puller, err := remote.NewPuller(remote.WithAuth(auth), remote.WithTransport(a.transport))
	if err != nil {
		return sighting{}, err
	}
	descriptor, err := puller.Get(ctx, reference)
	if err != nil {
		return sighting{}, registryError(ctx, err)
	}
	platforms, config, err := platformsOf(descriptor.Manifest)
	if err != nil {
		return sighting{}, err
	}
	image := Image{Digest: descriptor.Digest.String(), Platforms: platforms}.sighting()
	if config != "" {
		image.platforms = func(ctx context.Context) ([]string, error) {
			return remotePlatform(ctx, puller, reference.Context().Digest(config))
		}
	}
	return image, nil
}

// remotePlatform reads the platform from an image's configuration.
func remotePlatform(ctx context.Context, puller *remote.Puller, config name.Digest) ([]string, error) {
	layer, err := puller.Layer(ctx, config)
	if err != nil {
		return nil, registryError(ctx, err)
	}
	content, err := layer.Compressed() // as it is: a configuration is not compressed
	if err != nil {
		return nil, registryError(ctx, err)
	}
	defer content.Close()
	return platformIn(content)
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
	if errors.As(err, new(net.Error)) {
		return &unansweredError{reason: reasonOf(err)}
	}
	return errors.New(reasonOf(err))
}

// unansweredError says that a registry could not be asked at all.
type unansweredError struct{ reason string }

func (e *unansweredError) Error() string { return e.reason }

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
