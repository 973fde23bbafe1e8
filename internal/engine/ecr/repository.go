package ecr

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"photon/internal/engine/wire"
)

const nameRule = `(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*`

const nameShape wire.Pattern = `^` + nameRule + `$`

// repository is one row.
type repository struct {
	Name       string
	Created    time.Time
	Mutability types.ImageTagMutability
	Exclusions []string // wildcards of tags that are the other way round
	ScanOnPush bool
	Encryption types.EncryptionType
	KMSKey     string
	Policy     string
	Lifecycle  string
	Tags       map[string]string
}

// place is where a repository is: it prefixes the keys of all that is in it.
type place struct{ account, name, key string }

func (p place) image(digest string) string { return p.key + "@" + digest }
func (p place) tag(tag string) string      { return p.key + ":" + tag }

func (e *ECR) repositoryOps(s *wire.Service) {
	wire.Op(s, "CreateRepository", e.createRepository)
	wire.Op(s, "DescribeRepositories", e.describeRepositories)
	wire.Op(s, "DeleteRepository", e.deleteRepository)
	wire.Op(s, "DescribeRegistry", e.describeRegistry)
}

// at finds a repository in the call's account and region.
func (e *ECR) at(ctx context.Context, name, registryID *string) (place, repository, error) {
	call := wire.From(ctx)
	p := place{account: call.Account, name: aws.ToString(name), key: call.World() + aws.ToString(name)}
	row, ok := e.repositories.Get(p.key)
	if registryID != nil && *registryID != call.Account {
		p.account, ok = *registryID, false
	}
	if !ok {
		return p, row, noRepository(p)
	}
	return p, row, nil
}

func noRepository(p place) error {
	message := fmt.Sprintf("The repository with name '%s' does not exist in the registry with id '%s'", p.name, p.account)
	return &types.RepositoryNotFoundException{Message: &message}
}

func (e *ECR) createRepository(ctx context.Context, in *ecr.CreateRepositoryInput) (*ecr.CreateRepositoryOutput, error) {
	row, err := newRepository(in)
	if err != nil {
		return nil, err
	}
	call := wire.From(ctx)
	if in.RegistryId != nil && *in.RegistryId != call.Account {
		return nil, invalid("registryId", "must be the id of the caller's registry")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.repositories.Get(call.World() + row.Name); ok {
		message := fmt.Sprintf("The repository with name '%s' already exists in the registry with id '%s'", row.Name, call.Account)
		return nil, &types.RepositoryAlreadyExistsException{Message: &message}
	}
	e.repositories.Put(call.World()+row.Name, row)
	return &ecr.CreateRepositoryOutput{Repository: e.describe(call, row)}, nil
}

func newRepository(in *ecr.CreateRepositoryInput) (repository, error) {
	name := aws.ToString(in.RepositoryName)
	if len(name) < 2 || len(name) > 256 {
		return repository{}, invalid("repositoryName", "length must be between 2 and 256")
	}
	if !nameShape.MatchString(name) {
		return repository{}, invalid("repositoryName", "must satisfy regular expression '"+nameRule+"'")
	}
	exclusions, err := exclusionsOf(in.ImageTagMutability, in.ImageTagMutabilityExclusionFilters)
	if err != nil {
		return repository{}, err
	}
	tags, err := tagsOf(in.Tags)
	if err != nil {
		return repository{}, err
	}
	row := repository{
		Name: name, Created: time.Now().UTC(), Tags: tags, Exclusions: exclusions,
		Mutability: in.ImageTagMutability, Encryption: types.EncryptionTypeAes256,
	}
	if row.Mutability == "" {
		row.Mutability = types.ImageTagMutabilityMutable
	}
	if in.ImageScanningConfiguration != nil {
		row.ScanOnPush = in.ImageScanningConfiguration.ScanOnPush
	}
	if in.EncryptionConfiguration != nil {
		row.Encryption = in.EncryptionConfiguration.EncryptionType
		row.KMSKey = aws.ToString(in.EncryptionConfiguration.KmsKey)
	}
	return row, nil
}

func (e *ECR) describeRepositories(ctx context.Context, in *ecr.DescribeRepositoriesInput) (*ecr.DescribeRepositoriesOutput, error) {
	call := wire.From(ctx)
	if len(in.RepositoryNames) > 0 {
		out := &ecr.DescribeRepositoriesOutput{}
		for _, name := range in.RepositoryNames {
			_, row, err := e.at(ctx, &name, in.RegistryId)
			if err != nil {
				return nil, err
			}
			out.Repositories = append(out.Repositories, *e.describe(call, row))
		}
		return out, nil
	}
	all := []types.Repository{}
	for _, row := range e.repositories.All(call.World()) {
		all = append(all, *e.describe(call, row))
	}
	page, next, err := wire.Page(all, in.NextToken, in.MaxResults, 100, "InvalidParameterException")
	if err != nil {
		return nil, err
	}
	return &ecr.DescribeRepositoriesOutput{Repositories: page, NextToken: next}, nil
}

func (e *ECR) deleteRepository(ctx context.Context, in *ecr.DeleteRepositoryInput) (*ecr.DeleteRepositoryOutput, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, row, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	for range e.images.All(p.image("")) {
		if !in.Force {
			message := fmt.Sprintf("The repository with name '%s' in registry with id '%s' cannot be deleted because it still contains images", p.name, p.account)
			return nil, &types.RepositoryNotEmptyException{Message: &message}
		}
		break
	}
	for key := range e.tags.All(p.tag("")) {
		e.tags.Delete(key)
	}
	for key := range e.images.All(p.image("")) {
		e.images.Delete(key)
	}
	for key := range e.layers.All(p.image("")) {
		e.dropLayer(p, strings.TrimPrefix(key, p.image("")))
	}
	e.repositories.Delete(p.key)
	return &ecr.DeleteRepositoryOutput{Repository: e.describe(wire.From(ctx), row)}, nil
}

func (e *ECR) describeRegistry(ctx context.Context, _ *ecr.DescribeRegistryInput) (*ecr.DescribeRegistryOutput, error) {
	return &ecr.DescribeRegistryOutput{
		RegistryId:               aws.String(wire.From(ctx).Account),
		ReplicationConfiguration: &types.ReplicationConfiguration{Rules: []types.ReplicationRule{}},
	}, nil
}

func (e *ECR) describe(call wire.Call, row repository) *types.Repository {
	encryption := &types.EncryptionConfiguration{EncryptionType: row.Encryption}
	if row.KMSKey != "" {
		encryption.KmsKey = &row.KMSKey
	}
	return &types.Repository{
		CreatedAt:                          &row.Created,
		EncryptionConfiguration:            encryption,
		ImageScanningConfiguration:         &types.ImageScanningConfiguration{ScanOnPush: row.ScanOnPush},
		ImageTagMutability:                 row.Mutability,
		ImageTagMutabilityExclusionFilters: filtersOf(row.Exclusions),
		RegistryId:                         &call.Account,
		RepositoryArn:                      aws.String(arn(call, row.Name)),
		RepositoryName:                     &row.Name,
		RepositoryUri:                      aws.String(e.endpoint() + "/" + row.Name),
	}
}

func arn(call wire.Call, name string) string { return call.ARN("ecr", "repository/"+name) }
