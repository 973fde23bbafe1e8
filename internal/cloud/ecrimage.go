package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/name"
)

// ecrRegistry is a private registry of ECR.
type ecrRegistry struct{ account, region string }

var ecrHost = regexp.MustCompile(`^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$`)

func ecrRegistryOf(host string) (ecrRegistry, bool) {
	match := ecrHost.FindStringSubmatch(host)
	if match == nil {
		return ecrRegistry{}, false
	}
	return ecrRegistry{account: match[1], region: match[2]}, true
}

func (r ecrRegistry) regional(o *ecr.Options) { o.Region = r.region }

// The forms of a manifest that ECR may return.
var manifestTypes = []string{
	"application/vnd.docker.distribution.manifest.v2+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.oci.image.index.v1+json",
}

// ecrImage looks an image up through ECR's API, which needs no login of its
// own.
func (a *Account) ecrImage(ctx context.Context, registry ecrRegistry, reference name.Reference) (sighting, error) {
	repository := reference.Context().RepositoryStr()
	out, err := a.ecr().BatchGetImage(ctx, &ecr.BatchGetImageInput{
		RegistryId:         &registry.account,
		RepositoryName:     &repository,
		ImageIds:           []types.ImageIdentifier{imageID(reference)},
		AcceptedMediaTypes: manifestTypes,
	}, registry.regional)
	if is(err, "RepositoryNotFoundException") || err == nil && len(out.Images) == 0 {
		return sighting{}, errImageMissing
	}
	if err != nil {
		return sighting{}, explain(err, "ECR")
	}
	found := out.Images[0]
	platforms, config, err := platformsOf([]byte(aws.ToString(found.ImageManifest)))
	if err != nil {
		return sighting{}, err
	}
	image := Image{Digest: aws.ToString(found.ImageId.ImageDigest), Platforms: platforms}.sighting()
	if config != "" {
		image.platforms = func(ctx context.Context) ([]string, error) {
			return a.ecrPlatform(ctx, registry, repository, config)
		}
	}
	return image, nil
}

func imageID(reference name.Reference) types.ImageIdentifier {
	if digest, ok := reference.(name.Digest); ok {
		return types.ImageIdentifier{ImageDigest: aws.String(digest.DigestStr())}
	}
	return types.ImageIdentifier{ImageTag: aws.String(reference.Identifier())}
}

const configLimit = 4 << 20 // bytes of an image's configuration

// ecrPlatform reads the platform from an image's configuration.
func (a *Account) ecrPlatform(ctx context.Context, registry ecrRegistry, repository, config string) ([]string, error) {
	out, err := a.ecr().GetDownloadUrlForLayer(ctx, &ecr.GetDownloadUrlForLayerInput{
		RegistryId: &registry.account, RepositoryName: &repository, LayerDigest: &config,
	}, registry.regional)
	if err != nil {
		return nil, explain(err, "ECR")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, aws.ToString(out.DownloadUrl), nil)
	if err != nil {
		return nil, errors.New("ECR gives no address for the image's configuration")
	}
	answer, err := a.transport.RoundTrip(request)
	if err != nil {
		return nil, errors.New(reasonOf(err))
	}
	defer answer.Body.Close()
	return platformIn(answer.Body)
}

// platformIn reads the platform in an image's configuration.
func platformIn(config io.Reader) ([]string, error) {
	var platform struct{ OS, Architecture string }
	if err := json.NewDecoder(io.LimitReader(config, configLimit)).Decode(&platform); err != nil {
		return nil, errors.New("the image's configuration cannot be read")
	}
	return []string{platform.OS + "/" + platform.Architecture}, nil
}

// platformsOf reads the platforms from an index. For a single image it returns
// the digest of its configuration, where its platform is.
func platformsOf(manifest []byte) (platforms []string, config string, err error) {
	var shape struct {
		Config    struct{ Digest string }
		Manifests []struct {
			Platform struct{ OS, Architecture string }
		}
	}
	if err := json.Unmarshal(manifest, &shape); err != nil {
		return nil, "", errors.New("its manifest cannot be read")
	}
	for _, m := range shape.Manifests {
		// Attestations are listed as images of no platform.
		if m.Platform.OS != "" && m.Platform.OS != "unknown" {
			platforms = append(platforms, m.Platform.OS+"/"+m.Platform.Architecture)
		}
	}
	if len(shape.Manifests) == 0 && shape.Config.Digest == "" {
		return nil, "", errors.New("it is of a form that tasks cannot run")
	}
	return platforms, shape.Config.Digest, nil
}
