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
	errImageLogin   = errors.New("only this machine has a login")
)

// sighting is an image that was found. What it runs on may take more calls,
// which can be made beside others.
type sighting struct {
	digest    string
	platforms func(context.Context) ([]string, error)
}

func (i Image) sighting() sighting {
	return sighting{i.Digest, func(context.Context) ([]string, error) { return i.Platforms, nil }}
}

// imageUse is an image of the Spec, each distinct one once.
type imageUse struct {
	name        string
	platforms   []string
	credentials *spec.SecretRef
	found       sighting
}

// findImages turns every image into a digest, and checks that it exists.
func (a *Account) findImages(ctx context.Context, uses []*imageUse, facts *resource.Facts) ([]Refusal, error) {
	refusals, err := a.eachImage(ctx, uses, a.checkExists)
	facts.Images = map[string]string{}
	for _, use := range uses {
		if use.found.digest != "" {
			facts.Images[use.name] = repository(use.name) + "@" + use.found.digest
		}
	}
	return refusals, err
}

// eachImage checks images side by side.
func (a *Account) eachImage(
	ctx context.Context, uses []*imageUse, check func(context.Context, *imageUse) *Refusal,
) ([]Refusal, error) {
	refused := make([]*Refusal, len(uses))
	group := errgroup.Group{}
	group.SetLimit(sideBySide)
	for i, use := range uses {
		group.Go(func() error {
			within, cancel := context.WithTimeout(ctx, imageTimeout)
			defer cancel()
			refused[i] = check(within, use)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var refusals []Refusal
	for _, refusal := range refused {
		if refusal != nil {
			refusals = append(refusals, *refusal)
		}
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

func (use *imageUse) refuse(message, hint string) *Refusal {
	return &Refusal{Subject: "image " + use.name, Message: message, Hint: hint}
}

// checkExists finds an image.
func (a *Account) checkExists(ctx context.Context, use *imageUse) *Refusal {
	reference, err := name.ParseReference(use.name)
	if err != nil {
		return use.refuse("is not an image reference", `such as "registry.example.com/orders:1.4.2"`)
	}
	if use.found, err = a.findImage(ctx, use, reference); err != nil {
		return use.refuse(imageProblem(err, reference, a.elsewhere()), a.imageHint(err))
	}
	return nil
}

// checkRuns checks that an image that was found runs on every architecture that
// workloads ask for.
func (a *Account) checkRuns(ctx context.Context, use *imageUse) *Refusal {
	if use.found.platforms == nil {
		return nil
	}
	has, err := use.found.platforms(ctx)
	if err != nil {
		reference, _ := name.ParseReference(use.name)
		return use.refuse(imageProblem(err, reference, ""), a.imageHint(err))
	}
	for _, platform := range use.platforms {
		if !slices.Contains(has, platform) {
			return use.refuse(
				fmt.Sprintf("has %s; the workload asks for %s", strings.Join(has, ", "), platform), platformHint(has, platform))
		}
	}
	return nil
}

// findImage asks the registry and, if there is one, the additional source:
// that one first for a name without a registry.
func (a *Account) findImage(ctx context.Context, use *imageUse, reference name.Reference) (sighting, error) {
	if a.images == nil {
		return a.registryImage(ctx, use, reference)
	}
	if !hasRegistry(use.name) {
		if image, ok, err := a.images(ctx, use.name, use.platforms[0]); ok || err != nil {
			return image.sighting(), err
		}
		return a.registryImage(ctx, use, reference)
	}
	found, problem := a.registryImage(ctx, use, reference)
	if problem == nil {
		return found, nil
	}
	if image, ok, err := a.images(ctx, use.name, use.platforms[0]); ok && err == nil {
		return image.sighting(), nil
	}
	return sighting{}, problem
}

// hasRegistry tells "registry.example.com/orders" from "library/orders".
func hasRegistry(reference string) bool {
	host, _, ok := strings.Cut(reference, "/")
	return ok && (strings.ContainsAny(host, ".:") || host == "localhost")
}

// elsewhere says where else an image was looked for.
func (a *Account) elsewhere() string {
	if a.images == nil {
		return ""
	}
	return ", nor is it on this machine"
}

// imageProblem says why an image cannot be had from its registry.
func imageProblem(err error, reference name.Reference, also string) string {
	host := publicName(reference.Context().RegistryStr())
	switch {
	case errors.Is(err, errImageMissing):
		return "is not in " + host + also
	case errors.Is(err, errImageDenied):
		return "is not in " + host + ", or access is denied" + also
	case errors.Is(err, errImageLogin):
		return host + " asks for a login: this machine has one, the tasks have none"
	case errors.Is(err, context.DeadlineExceeded):
		return host + " did not answer in " + imageTimeout.String()
	}
	if errors.As(err, new(*unansweredError)) {
		return host + " cannot be asked (" + err.Error() + ")" + also
	}
	return err.Error()
}

func (a *Account) imageHint(err error) string {
	const credentials = `for a private registry: "registry": { "credentials": "secretsmanager:…" }`
	var told *Error
	switch {
	case errors.As(err, &told):
		return told.Hint
	case errors.Is(err, errImageDenied) && a.images != nil:
		return credentials + ", or docker login"
	case errors.Is(err, errImageDenied), errors.Is(err, errImageLogin):
		return credentials
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
