package ecr

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"photon/internal/engine/wire"
)

func (e *ECR) policyOps(s *wire.Service) {
	wire.Op(s, "PutLifecyclePolicy", e.putLifecyclePolicy)
	wire.Op(s, "GetLifecyclePolicy", e.getLifecyclePolicy)
	wire.Op(s, "DeleteLifecyclePolicy", e.deleteLifecyclePolicy)
	wire.Op(s, "SetRepositoryPolicy", e.setRepositoryPolicy)
	wire.Op(s, "GetRepositoryPolicy", e.getRepositoryPolicy)
	wire.Op(s, "DeleteRepositoryPolicy", e.deleteRepositoryPolicy)
	wire.Op(s, "PutImageTagMutability", e.putImageTagMutability)
	wire.Op(s, "PutImageScanningConfiguration", e.putImageScanningConfiguration)
}

// change reads a repository, lets change alter it and writes it back.
func (e *ECR) change(ctx context.Context, name, registryID *string, change func(*repository) error) (place, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p, row, err := e.at(ctx, name, registryID)
	if err != nil {
		return p, err
	}
	if err := change(&row); err != nil {
		return p, err
	}
	e.repositories.Put(p.key, row)
	return p, nil
}

func (e *ECR) putLifecyclePolicy(ctx context.Context, in *ecr.PutLifecyclePolicyInput) (*ecr.PutLifecyclePolicyOutput, error) {
	var policy struct {
		Rules []json.RawMessage `json:"rules"`
	}
	text := aws.ToString(in.LifecyclePolicyText)
	if err := json.Unmarshal([]byte(text), &policy); err != nil || len(policy.Rules) == 0 {
		return nil, invalid("LifecyclePolicyText", "Lifecycle policy validation failure: must be a JSON object with at least one rule")
	}
	p, err := e.change(ctx, in.RepositoryName, in.RegistryId, func(r *repository) error {
		r.Lifecycle = text
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &ecr.PutLifecyclePolicyOutput{LifecyclePolicyText: &text, RegistryId: &p.account, RepositoryName: &p.name}, nil
}

func (e *ECR) getLifecyclePolicy(ctx context.Context, in *ecr.GetLifecyclePolicyInput) (*ecr.GetLifecyclePolicyOutput, error) {
	p, row, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	if row.Lifecycle == "" {
		return nil, noLifecycle(p)
	}
	return &ecr.GetLifecyclePolicyOutput{LifecyclePolicyText: &row.Lifecycle, RegistryId: &p.account, RepositoryName: &p.name}, nil
}

func (e *ECR) deleteLifecyclePolicy(ctx context.Context, in *ecr.DeleteLifecyclePolicyInput) (*ecr.DeleteLifecyclePolicyOutput, error) {
	var text string
	p, err := e.change(ctx, in.RepositoryName, in.RegistryId, func(r *repository) error {
		text, r.Lifecycle = r.Lifecycle, ""
		return nil
	})
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, noLifecycle(p)
	}
	return &ecr.DeleteLifecyclePolicyOutput{LifecyclePolicyText: &text, RegistryId: &p.account, RepositoryName: &p.name}, nil
}

func noLifecycle(p place) error {
	message := fmt.Sprintf("Lifecycle policy does not exist for the repository with name '%s' in the registry with id '%s'", p.name, p.account)
	return &types.LifecyclePolicyNotFoundException{Message: &message}
}

func (e *ECR) setRepositoryPolicy(ctx context.Context, in *ecr.SetRepositoryPolicyInput) (*ecr.SetRepositoryPolicyOutput, error) {
	text := aws.ToString(in.PolicyText)
	var policy map[string]any
	if err := json.Unmarshal([]byte(text), &policy); err != nil || policy["Statement"] == nil {
		return nil, invalid("PolicyText", "Invalid repository policy provided")
	}
	p, err := e.change(ctx, in.RepositoryName, in.RegistryId, func(r *repository) error {
		r.Policy = text
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &ecr.SetRepositoryPolicyOutput{PolicyText: &text, RegistryId: &p.account, RepositoryName: &p.name}, nil
}

func (e *ECR) getRepositoryPolicy(ctx context.Context, in *ecr.GetRepositoryPolicyInput) (*ecr.GetRepositoryPolicyOutput, error) {
	p, row, err := e.at(ctx, in.RepositoryName, in.RegistryId)
	if err != nil {
		return nil, err
	}
	if row.Policy == "" {
		return nil, noPolicy(p)
	}
	return &ecr.GetRepositoryPolicyOutput{PolicyText: &row.Policy, RegistryId: &p.account, RepositoryName: &p.name}, nil
}

func (e *ECR) deleteRepositoryPolicy(ctx context.Context, in *ecr.DeleteRepositoryPolicyInput) (*ecr.DeleteRepositoryPolicyOutput, error) {
	var text string
	p, err := e.change(ctx, in.RepositoryName, in.RegistryId, func(r *repository) error {
		text, r.Policy = r.Policy, ""
		return nil
	})
	if err != nil {
		return nil, err
	}
	if text == "" {
		return nil, noPolicy(p)
	}
	return &ecr.DeleteRepositoryPolicyOutput{PolicyText: &text, RegistryId: &p.account, RepositoryName: &p.name}, nil
}

func noPolicy(p place) error {
	message := fmt.Sprintf("Repository policy does not exist for the repository with name '%s' in the registry with id '%s'", p.name, p.account)
	return &types.RepositoryPolicyNotFoundException{Message: &message}
}

func (e *ECR) putImageTagMutability(ctx context.Context, in *ecr.PutImageTagMutabilityInput) (*ecr.PutImageTagMutabilityOutput, error) {
	exclusions, err := exclusionsOf(in.ImageTagMutability, in.ImageTagMutabilityExclusionFilters)
	if err != nil {
		return nil, err
	}
	p, err := e.change(ctx, in.RepositoryName, in.RegistryId, func(r *repository) error {
		r.Mutability, r.Exclusions = in.ImageTagMutability, exclusions
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &ecr.PutImageTagMutabilityOutput{
		ImageTagMutability: in.ImageTagMutability, ImageTagMutabilityExclusionFilters: filtersOf(exclusions),
		RegistryId: &p.account, RepositoryName: &p.name,
	}, nil
}

func (e *ECR) putImageScanningConfiguration(ctx context.Context, in *ecr.PutImageScanningConfigurationInput) (*ecr.PutImageScanningConfigurationOutput, error) {
	if in.ImageScanningConfiguration == nil {
		return nil, invalid("imageScanningConfiguration", "must not be null")
	}
	p, err := e.change(ctx, in.RepositoryName, in.RegistryId, func(r *repository) error {
		r.ScanOnPush = in.ImageScanningConfiguration.ScanOnPush
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &ecr.PutImageScanningConfigurationOutput{
		ImageScanningConfiguration: in.ImageScanningConfiguration, RegistryId: &p.account, RepositoryName: &p.name,
	}, nil
}
