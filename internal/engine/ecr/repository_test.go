package ecr

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"photon/internal/engine/wire"
)

func TestRepositoryIsWhatWasAskedFor(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	created, err := b.client.CreateRepository(ctx, &ecr.CreateRepositoryInput{
		RepositoryName:             aws.String("team/orders"),
		ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: true},
		ImageTagMutability:         types.ImageTagMutabilityImmutableWithExclusion,
		ImageTagMutabilityExclusionFilters: []types.ImageTagMutabilityExclusionFilter{
			{Filter: aws.String("dev-*"), FilterType: types.ImageTagMutabilityExclusionFilterTypeWildcard},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	described, err := b.client.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{"team/orders"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []types.Repository{*created.Repository, described.Repositories[0]} {
		got := strings.Join([]string{
			*r.RepositoryName, *r.RepositoryArn, *r.RegistryId, *r.RepositoryUri, string(r.ImageTagMutability),
			*r.ImageTagMutabilityExclusionFilters[0].Filter, string(r.EncryptionConfiguration.EncryptionType),
		}, " ")
		want := "team/orders arn:aws:ecr:us-east-1:000000000000:repository/team/orders 000000000000 " + b.host +
			"/team/orders IMMUTABLE_WITH_EXCLUSION dev-* AES256"
		if got != want || !r.ImageScanningConfiguration.ScanOnPush || r.CreatedAt.IsZero() {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestRepositoriesArePaged(t *testing.T) {
	b := newBench(t)
	b.create(t, "c-1", "a-1", "b-1")
	var got []string
	pages := ecr.NewDescribeRepositoriesPaginator(b.client, &ecr.DescribeRepositoriesInput{MaxResults: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Repositories {
			got = append(got, *r.RepositoryName)
		}
	}
	if want := []string{"a-1", "b-1", "c-1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRepositoryFaults(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.create(t, "orders", "full")
	b.push(t, "full:1", newImage(t, 1))
	name := func(s string) *string { return &s }
	missing := "RepositoryNotFoundException: The repository with name 'none' does not exist in the registry with id '000000000000'"
	tags := make([]types.Tag, 51)
	for i := range tags {
		tags[i] = types.Tag{Key: aws.String("k" + string(rune('0'+i))), Value: aws.String("v")}
	}
	for _, test := range []struct {
		name, want string
		call       func() error
	}{
		{"taken", "RepositoryAlreadyExistsException: The repository with name 'orders' already exists in the registry with id '000000000000'", func() error {
			_, err := b.client.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: name("orders")})
			return err
		}},
		{"upper case", "InvalidParameterException: Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '" + nameRule + "''", func() error {
			_, err := b.client.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: name("Orders")})
			return err
		}},
		{"short", "InvalidParameterException: Invalid parameter at 'repositoryName' failed to satisfy constraint: 'length must be between 2 and 256'", func() error {
			_, err := b.client.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: name("o")})
			return err
		}},
		{"exclusions without need", "InvalidParameterException: Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: 'must be given with a mutability with exclusion, and only then'", func() error {
			_, err := b.client.PutImageTagMutability(ctx, &ecr.PutImageTagMutabilityInput{RepositoryName: name("orders"), ImageTagMutability: types.ImageTagMutabilityMutableWithExclusion})
			return err
		}},
		{"too many tags", "TooManyTagsException: The list of tags on the repository is over the limit. The maximum number of tags that can be applied to a repository is 50.", func() error {
			_, err := b.client.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: name("tagged"), Tags: tags})
			return err
		}},
		{"describe", missing, func() error {
			_, err := b.client.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{RepositoryNames: []string{"none"}})
			return err
		}},
		{"another registry", "RepositoryNotFoundException: The repository with name 'orders' does not exist in the registry with id '111111111111'", func() error {
			_, err := b.client.ListImages(ctx, &ecr.ListImagesInput{RepositoryName: name("orders"), RegistryId: name("111111111111")})
			return err
		}},
		{"delete", missing, func() error {
			_, err := b.client.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: name("none")})
			return err
		}},
		{"not empty", "RepositoryNotEmptyException: The repository with name 'full' in registry with id '000000000000' cannot be deleted because it still contains images", func() error {
			_, err := b.client.DeleteRepository(ctx, &ecr.DeleteRepositoryInput{RepositoryName: name("full")})
			return err
		}},
		{"no lifecycle policy", "LifecyclePolicyNotFoundException: Lifecycle policy does not exist for the repository with name 'orders' in the registry with id '000000000000'", func() error {
			_, err := b.client.GetLifecyclePolicy(ctx, &ecr.GetLifecyclePolicyInput{RepositoryName: name("orders")})
			return err
		}},
		{"bad lifecycle policy", "InvalidParameterException: Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation failure: must be a JSON object with at least one rule'", func() error {
			_, err := b.client.PutLifecyclePolicy(ctx, &ecr.PutLifecyclePolicyInput{RepositoryName: name("orders"), LifecyclePolicyText: name("{")})
			return err
		}},
		{"no policy", "RepositoryPolicyNotFoundException: Repository policy does not exist for the repository with name 'orders' in the registry with id '000000000000'", func() error {
			_, err := b.client.GetRepositoryPolicy(ctx, &ecr.GetRepositoryPolicyInput{RepositoryName: name("orders")})
			return err
		}},
		{"bad policy", "InvalidParameterException: Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'", func() error {
			_, err := b.client.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{RepositoryName: name("orders"), PolicyText: name("{}")})
			return err
		}},
		{"tags of nothing", missing, func() error {
			_, err := b.client.TagResource(ctx, &ecr.TagResourceInput{
				ResourceArn: name("arn:aws:ecr:us-east-1:000000000000:repository/none"), Tags: []types.Tag{{Key: name("a"), Value: name("b")}},
			})
			return err
		}},
		{"tags of another service", "InvalidParameterException: Invalid parameter at 'resourceArn' failed to satisfy constraint: 'must be the ARN of a repository of this registry'", func() error {
			_, err := b.client.ListTagsForResource(ctx, &ecr.ListTagsForResourceInput{ResourceArn: name("arn:aws:ecs:us-east-1:000000000000:cluster/x")})
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := faultOf(test.call()); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestForceDeletesImagesToo(t *testing.T) {
	b := newBench(t)
	b.create(t, "orders")
	b.push(t, "orders:1", newImage(t, 2))
	if _, err := b.client.DeleteRepository(context.Background(), &ecr.DeleteRepositoryInput{RepositoryName: aws.String("orders"), Force: true}); err != nil {
		t.Fatal(err)
	}
	if left := files(t, b.dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	b.create(t, "orders")
	if out, err := b.client.ListImages(context.Background(), &ecr.ListImagesInput{RepositoryName: aws.String("orders")}); err != nil || len(out.ImageIds) != 0 {
		t.Errorf("images came back: %v, %v", out, err)
	}
}

func TestPoliciesAreKept(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	b.create(t, "orders")
	name := aws.String("orders")
	lifecycle, policy := aws.String(`{"rules":[{"rulePriority":1}]}`), aws.String(`{"Version":"2012-10-17","Statement":[]}`)
	if _, err := b.client.PutLifecyclePolicy(ctx, &ecr.PutLifecyclePolicyInput{RepositoryName: name, LifecyclePolicyText: lifecycle}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.client.SetRepositoryPolicy(ctx, &ecr.SetRepositoryPolicyInput{RepositoryName: name, PolicyText: policy}); err != nil {
		t.Fatal(err)
	}
	if out, err := b.client.GetLifecyclePolicy(ctx, &ecr.GetLifecyclePolicyInput{RepositoryName: name}); err != nil || *out.LifecyclePolicyText != *lifecycle {
		t.Errorf("lifecycle: %v, %v", out, err)
	}
	if out, err := b.client.GetRepositoryPolicy(ctx, &ecr.GetRepositoryPolicyInput{RepositoryName: name}); err != nil || *out.PolicyText != *policy {
		t.Errorf("policy: %v, %v", out, err)
	}
	if out, err := b.client.DeleteLifecyclePolicy(ctx, &ecr.DeleteLifecyclePolicyInput{RepositoryName: name}); err != nil || *out.LifecyclePolicyText != *lifecycle {
		t.Errorf("delete lifecycle: %v, %v", out, err)
	}
	if out, err := b.client.DeleteRepositoryPolicy(ctx, &ecr.DeleteRepositoryPolicyInput{RepositoryName: name}); err != nil || *out.PolicyText != *policy {
		t.Errorf("delete policy: %v, %v", out, err)
	}
	if _, err := b.client.DeleteRepositoryPolicy(ctx, &ecr.DeleteRepositoryPolicyInput{RepositoryName: name}); err == nil {
		t.Error("a policy was deleted twice")
	}
	if _, err := b.client.PutImageScanningConfiguration(ctx, &ecr.PutImageScanningConfigurationInput{
		RepositoryName: name, ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: true},
	}); err != nil {
		t.Fatal(err)
	}
	if out, err := b.client.DescribeRepositories(ctx, &ecr.DescribeRepositoriesInput{}); err != nil || !out.Repositories[0].ImageScanningConfiguration.ScanOnPush {
		t.Errorf("scanning: %v, %v", out, err)
	}
}

func TestTagsAreOnesAcrossAPIs(t *testing.T) {
	b := newBench(t)
	ctx := context.Background()
	here := wire.With(ctx, wire.Call{Account: "000000000000", Region: "us-east-1"})
	arn := "arn:aws:ecr:us-east-1:000000000000:repository/orders"
	if _, err := b.client.CreateRepository(ctx, &ecr.CreateRepositoryInput{
		RepositoryName: aws.String("orders"), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.client.TagResource(ctx, &ecr.TagResourceInput{ResourceArn: &arn, Tags: []types.Tag{{Key: aws.String("b"), Value: aws.String("2")}}}); err != nil {
		t.Fatal(err)
	}
	if found, err := b.Retag(here, arn, map[string]string{"c": "3"}, []string{"a"}); !found || err != nil {
		t.Fatalf("got %v, %v", found, err)
	}
	want := map[string]string{"b": "2", "c": "3"}
	if got := b.Tagged(here); len(got) != 1 || got[0].ARN != arn || !maps.Equal(got[0].Tags, want) {
		t.Errorf("got %+v", got)
	}
	if _, err := b.client.UntagResource(ctx, &ecr.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"b"}}); err != nil {
		t.Fatal(err)
	}
	out, err := b.client.ListTagsForResource(ctx, &ecr.ListTagsForResourceInput{ResourceArn: &arn})
	if err != nil || len(out.Tags) != 1 || *out.Tags[0].Key != "c" || *out.Tags[0].Value != "3" {
		t.Errorf("got %+v, %v", out, err)
	}
	for _, other := range []string{arn + "x", "arn:aws:ecs:us-east-1:000000000000:cluster/x"} {
		if found, err := b.Retag(here, other, map[string]string{"c": "4"}, nil); found || err != nil {
			t.Errorf("%s: %v, %v", other, found, err)
		}
	}
	if _, err := b.Retag(here, arn, map[string]string{"aws:x": "4"}, nil); !strings.HasPrefix(faultOf(err), "InvalidTagParameterException") {
		t.Errorf("got %v", err)
	}
}

func TestImmutableTags(t *testing.T) {
	for _, test := range []struct {
		mutability types.ImageTagMutability
		exclusions []string
		tag        string
		want       bool
	}{
		{types.ImageTagMutabilityMutable, nil, "1", false},
		{types.ImageTagMutabilityImmutable, nil, "1", true},
		{types.ImageTagMutabilityImmutableWithExclusion, []string{"dev*"}, "dev-1", false},
		{types.ImageTagMutabilityImmutableWithExclusion, []string{"dev*"}, "1", true},
		{types.ImageTagMutabilityMutableWithExclusion, []string{"v*", "r*"}, "r1", true},
		{types.ImageTagMutabilityMutableWithExclusion, []string{"v*", "r*"}, "1", false},
	} {
		r := repository{Mutability: test.mutability, Exclusions: test.exclusions}
		if got := r.immutable(test.tag); got != test.want {
			t.Errorf("%s %q: tag %s: got %v", test.mutability, test.exclusions, test.tag, got)
		}
	}
}
