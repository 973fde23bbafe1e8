package ecr

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"photon/internal/engine/wire"
)

const tagShape wire.Pattern = `^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$`

func (e *ECR) imageOps(s *wire.Service) {
	wire.Op(s, "ListImages", e.listImages)
	wire.Op(s, "DescribeImages", e.describeImages)
	wire.Op(s, "BatchGetImage", e.batchGetImage)
	wire.Op(s, "BatchDeleteImage", e.batchDeleteImage)
	wire.Op(s, "PutImage", e.putImage)
	wire.Op(s, "DescribeImageScanFindings", e.describeImageScanFindings)
}

func (e *ECR) listImages(ctx context.Context, in *ecr.ListImagesInput) (*ecr.ListImagesOutput, error) {
	p, _, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	var status types.TagStatus
	if in.Filter != nil {
		status = in.Filter.TagStatus
	}
	ids := []types.ImageIdentifier{}
	tags := e.tagsAt(p)
	for key := range e.images.All(p.image("")) {
		digest := strings.TrimPrefix(key, p.image(""))
		if !shown(status, tags[digest]) {
			continue
		}
		for _, tag := range tags[digest] {
			ids = append(ids, types.ImageIdentifier{ImageDigest: &digest, ImageTag: &tag})
		}
		if len(tags[digest]) == 0 {
			ids = append(ids, types.ImageIdentifier{ImageDigest: &digest})
		}
	}
	page, next, err := wire.Page(ids, in.NextToken, in.MaxResults, 100, "InvalidParameterException")
	if err != nil {
		return nil, err
	}
	return &ecr.ListImagesOutput{ImageIds: page, NextToken: next}, nil
}

func shown(status types.TagStatus, tags []string) bool {
	switch status {
	case types.TagStatusTagged:
		return len(tags) > 0
	case types.TagStatusUntagged:
		return len(tags) == 0
	}
	return true
}

func (e *ECR) describeImages(ctx context.Context, in *ecr.DescribeImagesInput) (*ecr.DescribeImagesOutput, error) {
	p, _, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	tags := e.tagsAt(p)
	if len(in.ImageIds) > 0 {
		return e.describeThese(p, in.ImageIds, tags)
	}
	var status types.TagStatus
	if in.Filter != nil {
		status = in.Filter.TagStatus
	}
	details := []types.ImageDetail{}
	for key, row := range e.images.All(p.image("")) {
		digest := strings.TrimPrefix(key, p.image(""))
		if shown(status, tags[digest]) {
			details = append(details, row.detail(p, digest, tags[digest]))
		}
	}
	page, next, err := wire.Page(details, in.NextToken, in.MaxResults, 100, "InvalidParameterException")
	if err != nil {
		return nil, err
	}
	return &ecr.DescribeImagesOutput{ImageDetails: page, NextToken: next}, nil
}

func (e *ECR) describeThese(p place, ids []types.ImageIdentifier, tags map[string][]string) (*ecr.DescribeImagesOutput, error) {
	out := &ecr.DescribeImagesOutput{}
	for _, id := range ids {
		digest, row, failure := e.identify(p, id)
		if failure != nil {
			return nil, noImage(p, id)
		}
		out.ImageDetails = append(out.ImageDetails, row.detail(p, digest, tags[digest]))
	}
	return out, nil
}

// identify finds the image that an identifier names, by digest, tag or both.
func (e *ECR) identify(p place, id types.ImageIdentifier) (string, image, *refusal) {
	ref, want := aws.ToString(id.ImageTag), aws.ToString(id.ImageDigest)
	switch {
	case ref == "" && want == "":
		return "", image{}, &refusal{types.ImageFailureCodeMissingDigestAndTag, "Invalid request parameters: both tag and digest cannot be null"}
	case want != "" && !digestShape.MatchString(want):
		return "", image{}, &refusal{types.ImageFailureCodeInvalidImageDigest, "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"}
	case ref != "" && !tagShape.MatchString(ref):
		return "", image{}, &refusal{types.ImageFailureCodeInvalidImageTag, "Invalid request parameters: image tag should satisfy the regex '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'"}
	case ref == "":
		ref = want
	}
	digest, row, ok := e.find(p, ref)
	switch {
	case !ok:
		return "", image{}, &refusal{types.ImageFailureCodeImageNotFound, "Requested image not found"}
	case want != "" && want != digest:
		return "", image{}, &refusal{types.ImageFailureCodeImageTagDoesNotMatchDigest, "Requested image tag does not match the digest"}
	}
	return digest, row, nil
}

func (i image) detail(p place, digest string, tags []string) types.ImageDetail {
	detail := types.ImageDetail{
		ImageDigest: &digest, ImageTags: tags, ImagePushedAt: &i.Pushed,
		ImageManifestMediaType: &i.MediaType, ImageStatus: types.ImageStatusActive,
		RegistryId: &p.account, RepositoryName: &p.name,
	}
	if i.ConfigType != "" {
		detail.ArtifactMediaType = &i.ConfigType
		detail.ImageSizeInBytes = &i.Size
	}
	if i.Subject != "" {
		detail.SubjectManifestDigest = &i.Subject
	}
	return detail
}

func (e *ECR) batchGetImage(ctx context.Context, in *ecr.BatchGetImageInput) (*ecr.BatchGetImageOutput, error) {
	p, _, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	out := &ecr.BatchGetImageOutput{Images: []types.Image{}, Failures: []types.ImageFailure{}}
	for _, id := range in.ImageIds {
		digest, row, failure := e.identify(p, id)
		if failure == nil && len(in.AcceptedMediaTypes) > 0 && !slices.Contains(in.AcceptedMediaTypes, row.MediaType) {
			failure = &refusal{types.ImageFailureCodeImageNotFound, "Requested image is of media type " + row.MediaType}
		}
		if failure != nil {
			out.Failures = append(out.Failures, failure.of(id))
			continue
		}
		out.Images = append(out.Images, types.Image{
			ImageId:       &types.ImageIdentifier{ImageDigest: &digest, ImageTag: id.ImageTag},
			ImageManifest: aws.String(string(row.Body)), ImageManifestMediaType: &row.MediaType,
			RegistryId: &p.account, RepositoryName: &p.name,
		})
	}
	return out, nil
}

func (r refusal) of(id types.ImageIdentifier) types.ImageFailure {
	return types.ImageFailure{FailureCode: r.code, FailureReason: &r.reason, ImageId: &id}
}

func (e *ECR) batchDeleteImage(ctx context.Context, in *ecr.BatchDeleteImageInput) (*ecr.BatchDeleteImageOutput, error) {
	p, _, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	out := &ecr.BatchDeleteImageOutput{ImageIds: []types.ImageIdentifier{}, Failures: []types.ImageFailure{}}
	for _, id := range in.ImageIds {
		digest, _, failure := e.identify(p, id)
		if failure == nil {
			ref := digest
			if id.ImageTag != nil {
				ref = *id.ImageTag
			}
			var gone []types.ImageIdentifier
			gone, failure = e.remove(p, ref)
			out.ImageIds = append(out.ImageIds, gone...)
		}
		if failure != nil {
			out.Failures = append(out.Failures, failure.of(id))
		}
	}
	return out, nil
}

func (e *ECR) putImage(ctx context.Context, in *ecr.PutImageInput) (*ecr.PutImageOutput, error) {
	p, _, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	tag := aws.ToString(in.ImageTag)
	if tag != "" && !tagShape.MatchString(tag) {
		return nil, invalid("imageTag", "must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'")
	}
	row, err := readImage(aws.ToString(in.ImageManifestMediaType), []byte(aws.ToString(in.ImageManifest)))
	if err != nil {
		return nil, err
	}
	if err := row.matches(in.ImageDigest); err != nil {
		return nil, err
	}
	digest, same, err := e.put(p, row, tag)
	if err != nil {
		return nil, err
	}
	if same {
		message := fmt.Sprintf("Image with digest '%s' and tag '%s' already exists in the repository with name '%s' in registry with id '%s'", digest, tag, p.name, p.account)
		return nil, &types.ImageAlreadyExistsException{Message: &message}
	}
	return &ecr.PutImageOutput{Image: &types.Image{
		ImageId:       &types.ImageIdentifier{ImageDigest: &digest, ImageTag: in.ImageTag},
		ImageManifest: in.ImageManifest, ImageManifestMediaType: &row.MediaType,
		RegistryId: &p.account, RepositoryName: &p.name,
	}}, nil
}

// matches fails when the client expected another digest.
func (i image) matches(want *string) error {
	if got := digestOf(i.Body); want != nil && *want != got {
		message := "The digest '" + *want + "' does not match the digest '" + got + "' of the image manifest"
		return &types.ImageDigestDoesNotMatchException{Message: &message}
	}
	return nil
}

// describeImageScanFindings finds nothing: the engine scans no image.
func (e *ECR) describeImageScanFindings(ctx context.Context, in *ecr.DescribeImageScanFindingsInput) (*ecr.DescribeImageScanFindingsOutput, error) {
	p, _, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	if in.ImageId == nil {
		return nil, invalid("imageId", "must not be null")
	}
	digest, _, failure := e.identify(p, *in.ImageId)
	if failure != nil {
		return nil, noImage(p, *in.ImageId)
	}
	message := fmt.Sprintf("Image scan does not exist for the image with digest '%s' in the repository with name '%s' in the registry with id '%s'", digest, p.name, p.account)
	return nil, &types.ScanNotFoundException{Message: &message}
}
