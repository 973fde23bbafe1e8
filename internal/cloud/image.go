package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	"golang.org/x/sync/errgroup"

	"photon/internal/resource"
	"photon/internal/spec"
)

// Image is an image that was found.
type Image struct {
	Digest    string   // "sha256:…"
	Platforms []string // "linux/amd64"
}

// imageTimeout bounds the look at one image, however slow its registry is.
const imageTimeout = 30 * time.Second

// What a look at an image can end with besides the image.
var (
	errImageMissing = errors.New("not found")
	errImageDenied  = errors.New("access denied")
)

// imageUse is an image of the Spec, each distinct one once.
type imageUse struct {
	name        string
	platforms   []string
	credentials *spec.SecretRef
}

// checkImages turns every image into a digest, and checks that it exists and
// runs on the architecture that its workload asks for.
func (a *Account) checkImages(ctx context.Context, s *spec.Spec, facts *resource.Facts) ([]Refusal, error) {
	uses := imageUses(s)
	found, refused := make([]Image, len(uses)), make([]*Refusal, len(uses))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sideBySide)
	for i, use := range uses {
		group.Go(func() (err error) {
			found[i], refused[i], err = a.checkImage(ctx, use)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var refusals []Refusal
	facts.Images = map[string]string{}
	for i, use := range uses {
		if refused[i] != nil {
			refusals = append(refusals, *refused[i])
			continue
		}
		facts.Images[use.name] = repository(use.name) + "@" + found[i].Digest
	}
	return refusals, nil
}

func imageUses(s *spec.Spec) []*imageUse {
	var uses []*imageUse
	for _, w := range s.Workloads {
		i := slices.IndexFunc(uses, func(use *imageUse) bool { return use.name == w.Image })
		if i < 0 {
			i, uses = len(uses), append(uses, &imageUse{name: w.Image, credentials: w.Credentials})
		}
		if platform := "linux/" + w.Arch; !slices.Contains(uses[i].platforms, platform) {
			uses[i].platforms = append(uses[i].platforms, platform)
		}
	}
	return uses
}

func (a *Account) checkImage(ctx context.Context, use *imageUse) (Image, *Refusal, error) {
	ctx, cancel := context.WithTimeout(ctx, imageTimeout)
	defer cancel()
	refuse := func(message, hint string) (Image, *Refusal, error) {
		return Image{}, &Refusal{Subject: "image " + use.name, Message: message, Hint: hint}, nil
	}
	reference, err := name.ParseReference(use.name)
	if err != nil {
		return refuse("is not an image reference", `such as "registry.example.com/orders:1.4.2"`)
	}
	image, err := a.findImage(ctx, use, reference)
	if err != nil {
		return refuse(a.imageProblem(err, reference), imageHint(err))
	}
	for _, platform := range use.platforms {
		if !slices.Contains(image.Platforms, platform) {
			return refuse(
				fmt.Sprintf("has %s; the workload asks for %s", strings.Join(image.Platforms, ", "), platform),
				platformHint(image.Platforms, platform))
		}
	}
	return image, nil, nil
}

// findImage asks the registry and, if there is one, the additional source:
// that one first for a name without a registry.
func (a *Account) findImage(ctx context.Context, use *imageUse, reference name.Reference) (Image, error) {
	if a.images == nil {
		return a.registryImage(ctx, use, reference)
	}
	if !hasRegistry(use.name) {
		if image, ok, err := a.images(ctx, use.name, use.platforms[0]); ok || err != nil {
			return image, err
		}
		return a.registryImage(ctx, use, reference)
	}
	image, problem := a.registryImage(ctx, use, reference)
	if problem == nil {
		return image, nil
	}
	if image, ok, err := a.images(ctx, use.name, use.platforms[0]); ok && err == nil {
		return image, nil
	}
	return Image{}, problem
}

// hasRegistry tells "registry.example.com/orders" from "library/orders".
func hasRegistry(reference string) bool {
	host, _, ok := strings.Cut(reference, "/")
	return ok && (strings.ContainsAny(host, ".:") || host == "localhost")
}

func (a *Account) imageProblem(err error, reference name.Reference) string {
	host := publicName(reference.Context().RegistryStr())
	also := ""
	if a.images != nil {
		also = " and not on this machine"
	}
	switch {
	case errors.Is(err, errImageMissing):
		return "not found in " + host + also
	case errors.Is(err, errImageDenied):
		return host + " does not have it or denies access" + also
	case errors.Is(err, context.DeadlineExceeded):
		return host + " did not answer in " + imageTimeout.String()
	}
	return err.Error()
}

func imageHint(err error) string {
	var told *Error
	if errors.As(err, &told) {
		return told.Hint
	}
	if errors.Is(err, errImageDenied) {
		return `for a private registry: "registry": { "credentials": "secretsmanager:…" }, or docker login`
	}
	return ""
}

func platformHint(has []string, want string) string {
	for _, platform := range has {
		if arch, ok := strings.CutPrefix(platform, "linux/"); ok && (arch == "amd64" || arch == "arm64") {
			return fmt.Sprintf(`build it with docker build --platform %s, or set "arch": %q`, want, arch)
		}
	}
	return "build it with docker build --platform " + want
}

// publicName is the name by which people know Docker Hub.
func publicName(host string) string {
	if host == name.DefaultRegistry {
		return "docker.io"
	}
	return host
}

// repository is an image's name without its tag and its digest.
func repository(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if colon := strings.LastIndex(image, ":"); colon > strings.LastIndex(image, "/") {
		return image[:colon]
	}
	return image
}
