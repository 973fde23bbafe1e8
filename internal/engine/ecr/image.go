package ecr

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// put writes an image, and moves the tag to it unless that is empty. All that
// the image consists of must be in the repository. It returns the digest, and
// whether everything was so already.
func (e *ECR) put(p place, row image, tag string) (digest string, same bool, err error) {
	digest = digestOf(row.Body)
	e.mu.Lock()
	defer e.mu.Unlock()
	repository, ok := e.repositories.Get(p.key)
	if !ok { // deleted since the caller looked
		return "", false, noRepository(p)
	}
	if err := e.complete(p, row); err != nil {
		return "", false, err
	}
	if tag != "" {
		before, ok := e.tags.Get(p.tag(tag))
		same = ok && before == digest
		if ok && !same && repository.immutable(tag) {
			message := fmt.Sprintf("The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the tag is immutable.", tag, p.name)
			return "", false, &types.ImageTagAlreadyExistsException{Message: &message}
		}
		e.tags.Put(p.tag(tag), digest)
	}
	if _, ok := e.images.Get(p.image(digest)); ok {
		return digest, same || tag == "", nil
	}
	e.images.Put(p.image(digest), row)
	return digest, false, nil
}

func digestOf(manifest []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(manifest)) }

// complete fails when a part of the image is not in the repository.
func (e *ECR) complete(p place, row image) error {
	var missing []string
	for _, digest := range row.Layers {
		if _, ok := e.layers.Get(p.image(digest)); !ok {
			missing = append(missing, digest)
		}
	}
	if len(missing) > 0 {
		return noLayers(p, missing)
	}
	for _, digest := range row.Children {
		if _, ok := e.images.Get(p.image(digest)); !ok {
			message := fmt.Sprintf("The image with digest '%s' that the index refers to does not exist in the repository with name '%s'", digest, p.name)
			return &types.ReferencedImagesNotFoundException{Message: &message}
		}
	}
	return nil
}

// find returns the image with a digest, or with a tag.
func (e *ECR) find(p place, ref string) (digest string, row image, ok bool) {
	digest = ref
	if !strings.Contains(ref, ":") {
		digest, ok = e.tags.Get(p.tag(ref))
		if !ok {
			return "", image{}, false
		}
	}
	row, ok = e.images.Get(p.image(digest))
	return digest, row, ok
}

// tagsAt returns the tags of each image of a repository, in order.
func (e *ECR) tagsAt(p place) map[string][]string {
	tags := map[string][]string{}
	for key, digest := range e.tags.All(p.tag("")) {
		tags[digest] = append(tags[digest], strings.TrimPrefix(key, p.tag("")))
	}
	return tags
}

// refusal is why an image cannot be given or removed.
type refusal struct {
	code   types.ImageFailureCode
	reason string
}

// remove deletes the image with a digest and its tags, or takes a tag away and
// deletes the image that has no tag left. It returns what is gone.
func (e *ECR) remove(p place, ref string) ([]types.ImageIdentifier, *refusal) {
	e.mu.Lock()
	defer e.mu.Unlock()
	digest, row, ok := e.find(p, ref)
	if !ok {
		return nil, &refusal{types.ImageFailureCodeImageNotFound, "Requested image not found"}
	}
	tags := e.tagsAt(p)[digest]
	parent, used := e.parent(p, digest)
	if ref != digest {
		e.tags.Delete(p.tag(ref))
		if len(tags) == 1 && !used {
			e.drop(p, digest, row)
		}
		return []types.ImageIdentifier{{ImageDigest: &digest, ImageTag: &ref}}, nil
	}
	if used {
		return nil, &refusal{types.ImageFailureCodeImageReferencedByManifestList, "Requested image referenced by manifest list: [" + parent + "]"}
	}
	var gone []types.ImageIdentifier
	for _, tag := range tags {
		e.tags.Delete(p.tag(tag))
		gone = append(gone, types.ImageIdentifier{ImageDigest: &digest, ImageTag: &tag})
	}
	if len(gone) == 0 {
		gone = append(gone, types.ImageIdentifier{ImageDigest: &digest})
	}
	e.drop(p, digest, row)
	return gone, nil
}

// parent finds an index that refers to the image.
func (e *ECR) parent(p place, digest string) (string, bool) {
	for key, other := range e.images.All(p.image("")) {
		if slices.Contains(other.Children, digest) {
			return strings.TrimPrefix(key, p.image("")), true
		}
	}
	return "", false
}

// drop deletes an image, and those of its layers that no other image of the
// repository has. Layers that belong to no image yet are left alone: their
// image may be on its way.
func (e *ECR) drop(p place, digest string, row image) {
	e.images.Delete(p.image(digest))
	used := map[string]bool{}
	for _, other := range e.images.All(p.image("")) {
		for _, layer := range other.Layers {
			used[layer] = true
		}
	}
	for _, layer := range row.Layers {
		if !used[layer] {
			e.dropLayer(p, layer)
		}
	}
}

func noImage(p place, id types.ImageIdentifier) error {
	or := func(s *string) string {
		if s == nil {
			return "null"
		}
		return aws.ToString(s)
	}
	message := fmt.Sprintf("The image with imageId {imageDigest:'%s', imageTag:'%s'} does not exist within the repository with name '%s' in the registry with id '%s'",
		or(id.ImageDigest), or(id.ImageTag), p.name, p.account)
	return &types.ImageNotFoundException{Message: &message}
}
