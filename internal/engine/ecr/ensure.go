package ecr

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// Ensure makes the repository in the call's account and region, unless it is
// there already.
func (e *ECR) Ensure(ctx context.Context, name string) error {
	_, err := e.createRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: &name})
	var there *types.RepositoryAlreadyExistsException
	if errors.As(err, &there) {
		return nil
	}
	return err
}
