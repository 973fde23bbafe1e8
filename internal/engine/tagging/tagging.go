// Package tagging is the engine's Resource Groups Tagging API: one look over
// the tags of all services. It keeps no state: it asks the services.
package tagging

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"photon/internal/engine/wire"
)

// Source is a service whose resources bear tags.
type Source interface {
	// Tagged lists the resources of the call's world that bear tags.
	Tagged(ctx context.Context) []wire.Tagged
	// Retag sets and removes tags; false when the ARN is not the service's.
	Retag(ctx context.Context, arn string, set map[string]string, unset []string) (bool, error)
}

// Sourced is a Source and the names that ARNs have for its services.
type Sourced struct {
	Source
	services []string
}

// Of names the services of a Source as ARNs do: "elasticloadbalancing".
func Of(source Source, services ...string) Sourced { return Sourced{source, services} }

// Tagging is the tagging API over its sources.
type Tagging struct {
	service *wire.Service
	sources []Sourced
}

// New returns the Tagging over the given services.
func New(sources ...Sourced) *Tagging {
	t := &Tagging{service: wire.NewService("tagging"), sources: sources}
	wire.Op(t.service, "GetResources", wire.Accept(t.getResources,
		"PaginationToken", "ResourceARNList", "ResourceTypeFilters", "ResourcesPerPage", "TagFilters"))
	wire.Op(t.service, "GetTagKeys", wire.Accept(t.getTagKeys, "PaginationToken"))
	wire.Op(t.service, "GetTagValues", wire.Accept(t.getTagValues, "Key", "PaginationToken"))
	wire.Op(t.service, "TagResources", wire.Accept(t.tagResources, "ResourceARNList", "Tags"))
	wire.Op(t.service, "UntagResources", wire.Accept(t.untagResources, "ResourceARNList", "TagKeys"))
	return t
}

// Service is the API's operations, for the wire.
func (t *Tagging) Service() *wire.Service { return t.service }

// all lists the tagged resources of services, by ARN: those that the types
// name, or of all services where there are none.
func (t *Tagging) all(ctx context.Context, kinds []string) []wire.Tagged {
	var out []wire.Tagged
	for _, source := range t.sources {
		if source.hasAny(kinds) {
			out = append(out, source.Tagged(ctx)...)
		}
	}
	slices.SortFunc(out, func(a, b wire.Tagged) int { return cmp.Compare(a.ARN, b.ARN) })
	return out
}

func (s Sourced) hasAny(kinds []string) bool {
	return len(kinds) == 0 || slices.ContainsFunc(kinds, func(kind string) bool {
		service, _, _ := strings.Cut(kind, ":")
		return slices.Contains(s.services, service)
	})
}

func invalid(format string, args ...any) error {
	return wire.Fault("InvalidParameterException", format, args...)
}

func (t *Tagging) getResources(ctx context.Context, in *resourcegroupstaggingapi.GetResourcesInput) (*resourcegroupstaggingapi.GetResourcesOutput, error) {
	if err := check(in); err != nil {
		return nil, err
	}
	var rows []types.ResourceTagMapping
	for _, resource := range t.all(ctx, in.ResourceTypeFilters) {
		if len(resource.Tags) > 0 && wanted(resource, in) {
			rows = append(rows, types.ResourceTagMapping{ResourceARN: &resource.ARN, Tags: tagList(resource.Tags)})
		}
	}
	rows, next, err := wire.Page(rows, in.PaginationToken, in.ResourcesPerPage, 50, "PaginationTokenExpiredException")
	if err != nil {
		return nil, err
	}
	// AWS says that there is no more with an empty token, not without one.
	return &resourcegroupstaggingapi.GetResourcesOutput{ResourceTagMappingList: rows, PaginationToken: token(next)}, nil
}

func token(next *string) *string {
	if next == nil {
		return aws.String("")
	}
	return next
}

func check(in *resourcegroupstaggingapi.GetResourcesInput) error {
	switch {
	case len(in.ResourceARNList) > 0 && (len(in.TagFilters) > 0 || len(in.ResourceTypeFilters) > 0 || in.ResourcesPerPage != nil || aws.ToString(in.PaginationToken) != ""):
		return invalid("ResourceARNList cannot be used together with TagFilters, ResourceTypeFilters, ResourcesPerPage or PaginationToken")
	case len(in.ResourceARNList) > 100:
		return invalid("ResourceARNList must have at most 100 members")
	case len(in.TagFilters) > 50:
		return invalid("TagFilters must have at most 50 members")
	case in.ResourcesPerPage != nil && (*in.ResourcesPerPage < 1 || *in.ResourcesPerPage > 100):
		return invalid("ResourcesPerPage must be between 1 and 100")
	}
	for _, f := range in.TagFilters {
		if aws.ToString(f.Key) == "" {
			return invalid("TagFilters must have a key")
		}
		if len(f.Values) > 20 {
			return invalid("A tag filter must have at most 20 values")
		}
	}
	for _, kind := range in.ResourceTypeFilters {
		if service, _, _ := strings.Cut(kind, ":"); service == "" {
			return invalid("Unsupported resource type: %s", kind)
		}
	}
	return nil
}

func wanted(resource wire.Tagged, in *resourcegroupstaggingapi.GetResourcesInput) bool {
	if len(in.ResourceARNList) > 0 && !slices.Contains(in.ResourceARNList, resource.ARN) {
		return false
	}
	if len(in.ResourceTypeFilters) > 0 && !slices.ContainsFunc(in.ResourceTypeFilters, func(kind string) bool { return isOf(resource.ARN, kind) }) {
		return false
	}
	for _, f := range in.TagFilters {
		value, ok := resource.Tags[*f.Key]
		if !ok || len(f.Values) > 0 && !slices.Contains(f.Values, value) {
			return false
		}
	}
	return true
}

// isOf tells whether an ARN is of a type: "ecs" or "ecs:service".
func isOf(arn, kind string) bool {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return false
	}
	service, resource, narrow := strings.Cut(kind, ":")
	if parts[2] != service {
		return false
	}
	rest, ok := strings.CutPrefix(parts[5], resource)
	return !narrow || ok && (rest == "" || rest[0] == '/' || rest[0] == ':')
}

func (t *Tagging) getTagKeys(ctx context.Context, in *resourcegroupstaggingapi.GetTagKeysInput) (*resourcegroupstaggingapi.GetTagKeysOutput, error) {
	keys := map[string]bool{}
	for _, resource := range t.all(ctx, nil) {
		for key := range resource.Tags {
			keys[key] = true
		}
	}
	rows, next, err := wire.Page(slices.Sorted(maps.Keys(keys)), in.PaginationToken, nil, 500, "PaginationTokenExpiredException")
	if err != nil {
		return nil, err
	}
	return &resourcegroupstaggingapi.GetTagKeysOutput{TagKeys: rows, PaginationToken: token(next)}, nil
}

func (t *Tagging) getTagValues(ctx context.Context, in *resourcegroupstaggingapi.GetTagValuesInput) (*resourcegroupstaggingapi.GetTagValuesOutput, error) {
	values := map[string]bool{}
	for _, resource := range t.all(ctx, nil) {
		if value, ok := resource.Tags[aws.ToString(in.Key)]; ok {
			values[value] = true
		}
	}
	rows, next, err := wire.Page(slices.Sorted(maps.Keys(values)), in.PaginationToken, nil, 500, "PaginationTokenExpiredException")
	if err != nil {
		return nil, err
	}
	return &resourcegroupstaggingapi.GetTagValuesOutput{TagValues: rows, PaginationToken: token(next)}, nil
}

func tagList(tags map[string]string) []types.Tag {
	list := []types.Tag{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}
