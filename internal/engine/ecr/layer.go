package ecr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"photon/internal/engine/wire"
)

// partSize is what ECR asks for in one part of a layer.
const partSize = 10 << 20

// layer is one row: a blob that is in a repository.
type layer struct{ Size int64 }

func (e *ECR) layerOps(s *wire.Service) {
	wire.Op(s, "BatchCheckLayerAvailability", e.batchCheckLayerAvailability)
	wire.Op(s, "GetDownloadUrlForLayer", e.getDownloadURLForLayer)
	wire.Op(s, "InitiateLayerUpload", e.initiateLayerUpload)
	wire.Op(s, "UploadLayerPart", e.uploadLayerPart)
	wire.Op(s, "CompleteLayerUpload", e.completeLayerUpload)
}

// keep finishes an upload as a layer of the repository.
func (e *ECR) keep(p place, u *upload, digest string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	size, err := e.blobs.finish(u, digest)
	if err != nil {
		return err
	}
	e.layers.Put(p.image(digest), layer{Size: size})
	return nil
}

// dropLayer takes a layer out of a repository and deletes it when it was the
// last one that had it.
func (e *ECR) dropLayer(p place, digest string) {
	e.layers.Delete(p.image(digest))
	for key := range e.layers.All("") {
		if strings.HasSuffix(key, "@"+digest) {
			return
		}
	}
	e.blobs.remove(digest)
}

func (e *ECR) batchCheckLayerAvailability(ctx context.Context, in *ecr.BatchCheckLayerAvailabilityInput) (*ecr.BatchCheckLayerAvailabilityOutput, error) {
	p, _, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	out := &ecr.BatchCheckLayerAvailabilityOutput{Layers: []types.Layer{}, Failures: []types.LayerFailure{}}
	for _, digest := range in.LayerDigests {
		if !digestShape.MatchString(digest) {
			out.Failures = append(out.Failures, types.LayerFailure{
				FailureCode: types.LayerFailureCodeInvalidLayerDigest, LayerDigest: &digest,
				FailureReason: aws.String("Invalid layer digest"),
			})
			continue
		}
		found := types.Layer{LayerDigest: &digest, LayerAvailability: types.LayerAvailabilityUnavailable}
		if row, ok := e.layers.Get(p.image(digest)); ok {
			found.LayerAvailability, found.LayerSize = types.LayerAvailabilityAvailable, &row.Size
		}
		out.Layers = append(out.Layers, found)
	}
	return out, nil
}

func (e *ECR) getDownloadURLForLayer(ctx context.Context, in *ecr.GetDownloadUrlForLayerInput) (*ecr.GetDownloadUrlForLayerOutput, error) {
	p, _, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	digest := aws.ToString(in.LayerDigest)
	if _, ok := e.layers.Get(p.image(digest)); !ok {
		return nil, noLayers(p, []string{digest})
	}
	path := "/v2/" + p.name + "/blobs/" + digest
	query := url.Values{"token": {e.sign(wire.From(ctx), path)}}
	return &ecr.GetDownloadUrlForLayerOutput{
		DownloadUrl: aws.String("http://" + e.endpoint() + path + "?" + query.Encode()),
		LayerDigest: &digest,
	}, nil
}

func (e *ECR) initiateLayerUpload(ctx context.Context, in *ecr.InitiateLayerUploadInput) (*ecr.InitiateLayerUploadOutput, error) {
	p, _, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	u, err := e.blobs.begin(p.key)
	if err != nil {
		return nil, err
	}
	return &ecr.InitiateLayerUploadOutput{UploadId: &u.id, PartSize: aws.Int64(partSize)}, nil
}

func (e *ECR) uploadLayerPart(ctx context.Context, in *ecr.UploadLayerPartInput) (*ecr.UploadLayerPartOutput, error) {
	p, _, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	u, err := e.blobs.upload(p.key, aws.ToString(in.UploadId))
	if err != nil {
		return nil, uploadFault(p, in.UploadId, err)
	}
	first := aws.ToInt64(in.PartFirstByte)
	if first+int64(len(in.LayerPartBlob))-1 != aws.ToInt64(in.PartLastByte) {
		return nil, invalid("partLastByte", "must be the last byte of the part")
	}
	size, err := u.add(first, bytes.NewReader(in.LayerPartBlob))
	if err != nil {
		return nil, uploadFault(p, in.UploadId, err)
	}
	return &ecr.UploadLayerPartOutput{
		LastByteReceived: aws.Int64(size - 1), RegistryId: &p.account, RepositoryName: &p.name, UploadId: &u.id,
	}, nil
}

func (e *ECR) completeLayerUpload(ctx context.Context, in *ecr.CompleteLayerUploadInput) (*ecr.CompleteLayerUploadOutput, error) {
	p, _, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	u, err := e.blobs.upload(p.key, aws.ToString(in.UploadId))
	if err != nil {
		return nil, uploadFault(p, in.UploadId, err)
	}
	if len(in.LayerDigests) != 1 || !digestShape.MatchString(in.LayerDigests[0]) {
		return nil, invalid("layerDigests", "must be one sha256 digest")
	}
	digest := in.LayerDigests[0]
	if _, ok := e.layers.Get(p.image(digest)); ok {
		e.blobs.cancel(u)
		message := fmt.Sprintf("Layer with digest '%s' already exists in the repository with name '%s'", digest, p.name)
		return nil, &types.LayerAlreadyExistsException{Message: &message}
	}
	if err := e.keep(p, u, digest); err != nil {
		return nil, uploadFault(p, in.UploadId, err)
	}
	return &ecr.CompleteLayerUploadOutput{LayerDigest: &digest, RegistryId: &p.account, RepositoryName: &p.name, UploadId: &u.id}, nil
}

// uploadFault says in ECR's codes what went wrong with an upload.
func uploadFault(p place, id *string, err error) error {
	message := fmt.Sprintf("Upload with id '%s' in repository '%s': %s", aws.ToString(id), p.name, err)
	switch {
	case errors.Is(err, errNoUpload):
		return &types.UploadNotFoundException{Message: &message}
	case errors.Is(err, errOffset):
		return &types.InvalidLayerPartException{Message: &message}
	case errors.Is(err, errDigest):
		return &types.InvalidLayerException{Message: &message}
	case errors.Is(err, errEmpty):
		return &types.EmptyUploadException{Message: &message}
	}
	return err
}

func noLayers(p place, digests []string) error {
	message := fmt.Sprintf("Layers with digests '%v' do not exist in the repository with name '%s' in the registry with id '%s'", digests, p.name, p.account)
	return &types.LayersNotFoundException{Message: &message}
}
