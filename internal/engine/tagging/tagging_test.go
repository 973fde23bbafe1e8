package tagging

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"
	"github.com/aws/smithy-go"

	"photon/internal/engine/wire"
)

const prefix = ":us-east-1:123456789012:"

// shelf is a service that has nothing but tags.
type shelf struct {
	service string
	tags    map[string]map[string]string
}

func (s shelf) Tagged(context.Context) []wire.Tagged {
	var out []wire.Tagged
	for arn, tags := range s.tags {
		out = append(out, wire.Tagged{ARN: arn, Tags: tags})
	}
	return out
}

func (s shelf) Retag(_ context.Context, arn string, set map[string]string, unset []string) (bool, error) {
	if !strings.HasPrefix(arn, "arn:aws:"+s.service+":") {
		return false, nil
	}
	tags, ok := s.tags[arn]
	if !ok {
		return true, wire.Fault("ResourceNotFoundException", "%s does not exist", arn)
	}
	maps.Copy(tags, set)
	for _, key := range unset {
		delete(tags, key)
	}
	return true, nil
}

func start() *resourcegroupstaggingapi.Client {
	ecs := shelf{"ecs", map[string]map[string]string{
		"arn:aws:ecs" + prefix + "cluster/main":        {"env": "prod"},
		"arn:aws:ecs" + prefix + "service/main/orders": {"env": "prod", "team": "a"},
		"arn:aws:ecs" + prefix + "service/main/carts":  {"env": "beta", "team": "b"},
	}}
	logs := shelf{"logs", map[string]map[string]string{"arn:aws:logs" + prefix + "log-group:/orders": {"env": "prod"}}}
	return resourcegroupstaggingapi.New(resourcegroupstaggingapi.Options{
		Region: "us-east-1", RetryMaxAttempts: 1,
		HTTPClient: &http.Client{Transport: wire.Transport(wire.NewMux(New(Of(ecs, "ecs"), Of(logs, "logs")).Service()))},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "123456789012", SecretAccessKey: "any"}, nil
		}),
	})
}

// find lists what a request finds: the last part of each ARN.
func find(t *testing.T, c *resourcegroupstaggingapi.Client, in *resourcegroupstaggingapi.GetResourcesInput) string {
	t.Helper()
	var names []string
	pages := resourcegroupstaggingapi.NewGetResourcesPaginator(c, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.ResourceTagMappingList {
			names = append(names, (*r.ResourceARN)[strings.LastIndexByte(*r.ResourceARN, '/')+1:])
		}
	}
	return strings.Join(names, " ")
}

func tag(key string, values ...string) types.TagFilter {
	return types.TagFilter{Key: &key, Values: values}
}

func TestResourcesAreFoundByTagTypeAndARN(t *testing.T) {
	cases := []struct {
		name string
		in   resourcegroupstaggingapi.GetResourcesInput
		want string
	}{
		{"all", resourcegroupstaggingapi.GetResourcesInput{}, "main carts orders orders"},
		{"in pages of one", resourcegroupstaggingapi.GetResourcesInput{ResourcesPerPage: aws.Int32(1)}, "main carts orders orders"},
		{"one value", resourcegroupstaggingapi.GetResourcesInput{TagFilters: []types.TagFilter{tag("env", "prod")}}, "main orders orders"},
		{"either value", resourcegroupstaggingapi.GetResourcesInput{TagFilters: []types.TagFilter{tag("team", "a", "b")}}, "carts orders"},
		{"any value", resourcegroupstaggingapi.GetResourcesInput{TagFilters: []types.TagFilter{tag("team")}}, "carts orders"},
		{"both tags", resourcegroupstaggingapi.GetResourcesInput{TagFilters: []types.TagFilter{tag("team"), tag("env", "beta")}}, "carts"},
		{"a service", resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"logs"}}, "orders"},
		{"a type", resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"ecs:service"}}, "carts orders"},
		{"a type that is only the beginning of one", resourcegroupstaggingapi.GetResourcesInput{ResourceTypeFilters: []string{"ecs:serv"}}, ""},
		{"an ARN", resourcegroupstaggingapi.GetResourcesInput{ResourceARNList: []string{"arn:aws:ecs" + prefix + "cluster/main"}}, "main"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := find(t, start(), &c.in); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestKeysAndValuesAreListedOnce(t *testing.T) {
	c := start()
	keys, err := c.GetTagKeys(t.Context(), &resourcegroupstaggingapi.GetTagKeysInput{})
	if err != nil || !slices.Equal(keys.TagKeys, []string{"env", "team"}) {
		t.Errorf("keys: %v, %v", keys, err)
	}
	values, err := c.GetTagValues(t.Context(), &resourcegroupstaggingapi.GetTagValuesInput{Key: aws.String("env")})
	if err != nil || !slices.Equal(values.TagValues, []string{"beta", "prod"}) {
		t.Errorf("values: %v, %v", values, err)
	}
}

func TestTagsChangeResourceByResource(t *testing.T) {
	c := start()
	arns := []string{"arn:aws:ecs" + prefix + "cluster/main", "arn:aws:ecs" + prefix + "cluster/gone", "arn:aws:s3:::bucket"}
	out, err := c.TagResources(t.Context(), &resourcegroupstaggingapi.TagResourcesInput{ResourceARNList: arns, Tags: map[string]string{"new": "1"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.FailedResourcesMap) != 2 || *out.FailedResourcesMap[arns[1]].ErrorMessage != arns[1]+" does not exist" || out.FailedResourcesMap[arns[2]].StatusCode != 400 {
		t.Errorf("failed: %+v", out.FailedResourcesMap)
	}
	if got := find(t, c, &resourcegroupstaggingapi.GetResourcesInput{TagFilters: []types.TagFilter{tag("new", "1")}}); got != "main" {
		t.Errorf("tagged: %s", got)
	}
	if _, err := c.UntagResources(t.Context(), &resourcegroupstaggingapi.UntagResourcesInput{ResourceARNList: arns[:1], TagKeys: []string{"new"}}); err != nil {
		t.Fatal(err)
	}
	if got := find(t, c, &resourcegroupstaggingapi.GetResourcesInput{TagFilters: []types.TagFilter{tag("new")}}); got != "" {
		t.Errorf("untagged: %s", got)
	}
}

func TestRequestsOutsideTheLimitsAreRefused(t *testing.T) {
	c := start()
	get := func(in resourcegroupstaggingapi.GetResourcesInput) error {
		_, err := c.GetResources(t.Context(), &in)
		return err
	}
	change := func(in resourcegroupstaggingapi.TagResourcesInput) error {
		_, err := c.TagResources(t.Context(), &in)
		return err
	}
	cases := []struct {
		name string
		err  error
		want string
	}{
		{"ARNs and filters", get(resourcegroupstaggingapi.GetResourcesInput{ResourceARNList: []string{"a"}, TagFilters: []types.TagFilter{tag("a")}}), "InvalidParameterException"},
		{"a page that is too large", get(resourcegroupstaggingapi.GetResourcesInput{ResourcesPerPage: aws.Int32(101)}), "InvalidParameterException"},
		{"a filter without a key", get(resourcegroupstaggingapi.GetResourcesInput{TagFilters: []types.TagFilter{{}}}), "InvalidParameterException"},
		{"a token that is made up", get(resourcegroupstaggingapi.GetResourcesInput{PaginationToken: aws.String("!!")}), "PaginationTokenExpiredException"},
		{"compliance, which the engine lacks", get(resourcegroupstaggingapi.GetResourcesInput{IncludeComplianceDetails: aws.Bool(true)}), "UnsupportedOperation"},
		{"no tag", change(resourcegroupstaggingapi.TagResourcesInput{ResourceARNList: []string{"a"}, Tags: map[string]string{}}), "InvalidParameterException"},
		{"a tag of AWS", change(resourcegroupstaggingapi.TagResourcesInput{ResourceARNList: []string{"a"}, Tags: map[string]string{"aws:a": "b"}}), "InvalidParameterException"},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			api, _ := errors.AsType[smithy.APIError](each.err)
			if api == nil || api.ErrorCode() != each.want {
				t.Errorf("got %v, want %s", each.err, each.want)
			}
		})
	}
}
