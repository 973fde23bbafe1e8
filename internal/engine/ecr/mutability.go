package ecr

import (
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"photon/internal/engine/wire"
)

const filterShape wire.Pattern = `^[0-9a-zA-Z._*-]{1,128}$`

// immutable tells whether a tag of the repository may not be moved.
func (r repository) immutable(tag string) bool {
	excluded := false
	for _, filter := range r.Exclusions {
		if match, _ := path.Match(filter, tag); match { // the shape allows no bad pattern
			excluded = true
		}
	}
	switch r.Mutability {
	case types.ImageTagMutabilityImmutable, types.ImageTagMutabilityImmutableWithExclusion:
		return !excluded
	case types.ImageTagMutabilityMutableWithExclusion:
		return excluded
	}
	return false
}

// exclusionsOf checks that the filters fit the mutability.
func exclusionsOf(mutability types.ImageTagMutability, filters []types.ImageTagMutabilityExclusionFilter) ([]string, error) {
	excludes := mutability == types.ImageTagMutabilityImmutableWithExclusion || mutability == types.ImageTagMutabilityMutableWithExclusion
	if excludes != (len(filters) > 0) {
		return nil, invalid("imageTagMutabilityExclusionFilters", "must be given with a mutability with exclusion, and only then")
	}
	if len(filters) > 5 {
		return nil, invalid("imageTagMutabilityExclusionFilters", "must have length less than or equal to 5")
	}
	var wildcards []string
	for _, filter := range filters {
		if !filterShape.MatchString(aws.ToString(filter.Filter)) {
			return nil, invalid("imageTagMutabilityExclusionFilters", "must satisfy regular expression '^[0-9a-zA-Z._*-]{1,128}$'")
		}
		wildcards = append(wildcards, *filter.Filter)
	}
	return wildcards, nil
}

func filtersOf(wildcards []string) []types.ImageTagMutabilityExclusionFilter {
	var filters []types.ImageTagMutabilityExclusionFilter
	for _, wildcard := range wildcards {
		filters = append(filters, types.ImageTagMutabilityExclusionFilter{
			Filter: &wildcard, FilterType: types.ImageTagMutabilityExclusionFilterTypeWildcard,
		})
	}
	return filters
}
