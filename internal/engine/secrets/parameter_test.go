package secrets

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

func (b bench) parameter(t *testing.T, name, value string) {
	t.Helper()
	must[ssm.PutParameterOutput](t)(b.store.PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: &name, Value: &value, Type: types.ParameterTypeSecureString,
	}))
}

func (b bench) overwrite(t *testing.T, name, value string) int64 {
	t.Helper()
	return must[ssm.PutParameterOutput](t)(b.store.PutParameter(t.Context(), &ssm.PutParameterInput{Name: &name, Value: &value, Overwrite: aws.Bool(true)})).Version
}

func (b bench) read(t *testing.T, name string) types.Parameter {
	t.Helper()
	return *must[ssm.GetParameterOutput](t)(b.store.GetParameter(t.Context(), &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})).Parameter
}

func TestVersionsAreSelectedByNumberAndLabel(t *testing.T) {
	b := start(t)
	b.parameter(t, "/orders/key", "one")
	if v := b.overwrite(t, "/orders/key", "two"); v != 2 {
		t.Errorf("version %d", v)
	}
	labelled := must[ssm.LabelParameterVersionOutput](t)(b.store.LabelParameterVersion(t.Context(), &ssm.LabelParameterVersionInput{
		Name: aws.String("/orders/key"), ParameterVersion: aws.Int64(1), Labels: []string{"good", "1bad"},
	}))
	if !slices.Equal(labelled.InvalidLabels, []string{"1bad"}) {
		t.Errorf("invalid labels: %v", labelled.InvalidLabels)
	}
	cases := map[string]string{
		"/orders/key": "two", "/orders/key:1": "one", "/orders/key:good": "one",
		"arn:aws:ssm:us-east-1:123456789012:parameter/orders/key": "two", "arn:aws:ssm:us-east-1:123456789012:parameter/orders/key:1": "one",
	}
	for name, want := range cases {
		if got := b.read(t, name); *got.Value != want || *got.ARN != "arn:aws:ssm:us-east-1:123456789012:parameter/orders/key" {
			t.Errorf("%s: %s (%s), want %s", name, *got.Value, *got.ARN, want)
		}
	}
	history := must[ssm.GetParameterHistoryOutput](t)(b.store.GetParameterHistory(t.Context(), &ssm.GetParameterHistoryInput{Name: aws.String("/orders/key"), WithDecryption: aws.Bool(true)})).Parameters
	if len(history) != 2 || *history[0].Value != "one" || !slices.Equal(history[0].Labels, []string{"good"}) || *history[1].Value != "two" {
		t.Errorf("history: %+v", history)
	}
}

func TestASecureStringStaysMaskedWithoutDecryption(t *testing.T) {
	b := start(t)
	b.parameter(t, "key", "swordfish")
	got := must[ssm.GetParameterOutput](t)(b.store.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("key")}))
	if value := *got.Parameter.Value; value == "" || strings.Contains(value, "swordfish") {
		t.Errorf("masked as %q", value)
	}
}

func TestManyParametersAreReadAndDeletedTogether(t *testing.T) {
	b := start(t)
	b.parameter(t, "/a", "1")
	b.parameter(t, "/b", "2")
	got := must[ssm.GetParametersOutput](t)(b.store.GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{"/a", "/b:9", "/c"}, WithDecryption: aws.Bool(true)}))
	if len(got.Parameters) != 1 || *got.Parameters[0].Value != "1" || !slices.Equal(got.InvalidParameters, []string{"/b:9", "/c"}) {
		t.Errorf("read: %+v", got)
	}
	gone := must[ssm.DeleteParametersOutput](t)(b.store.DeleteParameters(t.Context(), &ssm.DeleteParametersInput{Names: []string{"/a", "/c"}}))
	if !slices.Equal(gone.DeletedParameters, []string{"/a"}) || !slices.Equal(gone.InvalidParameters, []string{"/c"}) {
		t.Errorf("deleted: %+v", gone)
	}
}

func TestPathsAreReadByLevel(t *testing.T) {
	b := start(t)
	for _, name := range []string{"/app/a", "/app/sub/b", "/apple", "app"} {
		b.parameter(t, name, "x")
	}
	for recursive, want := range map[bool]string{false: "/app/a", true: "/app/a /app/sub/b"} {
		out := must[ssm.GetParametersByPathOutput](t)(b.store.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String("/app/"), Recursive: &recursive}))
		var names []string
		for _, p := range out.Parameters {
			names = append(names, *p.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("recursive %v: %s, want %s", recursive, got, want)
		}
	}
	found := must[ssm.DescribeParametersOutput](t)(b.store.DescribeParameters(t.Context(), &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{{Key: aws.String("Name"), Option: aws.String("BeginsWith"), Values: []string{"/app"}}}})).Parameters
	if len(found) != 3 || *found[0].KeyId != "alias/aws/ssm" {
		t.Errorf("described: %+v", found)
	}
}

func TestTheParameterStoreRefusesWhatAWSRefuses(t *testing.T) {
	b := start(t)
	ctx := t.Context()
	b.parameter(t, "taken", "secret value")
	put := func(change func(*ssm.PutParameterInput)) error {
		in := &ssm.PutParameterInput{Name: aws.String("new"), Value: aws.String("secret value"), Type: types.ParameterTypeString}
		change(in)
		_, err := b.store.PutParameter(ctx, in)
		return err
	}
	big := strings.Repeat("x", 4097)
	cases := []struct {
		name string
		err  error
		want string
	}{
		{"a name that is taken", put(func(in *ssm.PutParameterInput) { in.Name = aws.String("taken") }), "ParameterAlreadyExists: The parameter already exists."},
		{"overwriting with tags", put(func(in *ssm.PutParameterInput) {
			in.Overwrite, in.Tags = aws.Bool(true), []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}
		}), "ValidationException: Invalid request: tags and overwrite can't be used together."},
		{"no type", put(func(in *ssm.PutParameterInput) { in.Type = "" }), "ValidationException: A parameter type is required"},
		{"another type", put(func(in *ssm.PutParameterInput) { in.Name, in.Overwrite = aws.String("taken"), aws.Bool(true) }), "HierarchyTypeMismatchException: Parameter Store does not support changing a parameter type"},
		{"a reserved name", put(func(in *ssm.PutParameterInput) { in.Name = aws.String("/aws/x") }), "ValidationException: Parameter name: can't be prefixed with \"aws\" or \"ssm\""},
		{"a relative path", put(func(in *ssm.PutParameterInput) { in.Name = aws.String("a/b") }), "ValidationException: Parameter name must be a fully qualified name."},
		{"a deep path", put(func(in *ssm.PutParameterInput) { in.Name = aws.String(strings.Repeat("/a", 16)) }), "HierarchyLevelLimitExceededException: A hierarchy can have a maximum of 15 levels."},
		{"too long for the tier", put(func(in *ssm.PutParameterInput) { in.Value = &big }), "ValidationException: Standard tier parameters support a maximum parameter value of 4096 characters."},
		{"too long for any tier", put(func(in *ssm.PutParameterInput) { in.Value, in.Tier = aws.String(big+big), types.ParameterTierAdvanced }), "ValidationException: Advanced tier parameters support a maximum parameter value of 8192 characters."},
		{"no match with the pattern", put(func(in *ssm.PutParameterInput) { in.AllowedPattern = aws.String("^[0-9]+$") }), "ParameterPatternMismatchException: Parameter value, can't be validated against allowed pattern: [^[0-9]+$]"},
		{"policies, which the engine lacks", put(func(in *ssm.PutParameterInput) { in.Policies = aws.String("[]") }), "UnsupportedOperation: PutParameter: the engine does not have the parameter Policies."},
		{"nothing there", func() error {
			_, err := b.store.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("nope")})
			return err
		}(), "ParameterNotFound: "},
		{"no such version", func() error {
			_, err := b.store.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("taken:9")})
			return err
		}(), "ParameterVersionNotFound: Systems Manager could not find version 9 of taken."},
		{"an unknown filter", func() error {
			_, err := b.store.DescribeParameters(ctx, &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{{Key: aws.String("Colour")}}})
			return err
		}(), "InvalidFilterKey: "},
		{"tags of nothing", func() error {
			_, err := b.store.ListTagsForResource(ctx, &ssm.ListTagsForResourceInput{ResourceType: types.ResourceTypeForTaggingParameter, ResourceId: aws.String("nope")})
			return err
		}(), "InvalidResourceId: "},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := fault(c.err)
			if !strings.HasPrefix(got, c.want) {
				t.Errorf("got  %s\nwant %s…", got, c.want)
			}
			if strings.Contains(got, "secret value") {
				t.Errorf("the error shows the value: %s", got)
			}
		})
	}
}

func TestTheIntelligentTierGrowsWithTheValueAndNeverShrinks(t *testing.T) {
	b := start(t)
	put := func(size int, overwrite bool) types.ParameterTier {
		out := must[ssm.PutParameterOutput](t)(b.store.PutParameter(t.Context(), &ssm.PutParameterInput{
			Name: aws.String("a"), Value: aws.String(strings.Repeat("x", size)), Type: types.ParameterTypeString, Tier: types.ParameterTierIntelligentTiering, Overwrite: &overwrite,
		}))
		return out.Tier
	}
	got := []types.ParameterTier{put(10, false), put(5000, true), put(10, true)}
	if want := []types.ParameterTier{types.ParameterTierStandard, types.ParameterTierAdvanced, types.ParameterTierAdvanced}; !slices.Equal(got, want) {
		t.Errorf("tiers %v, want %v", got, want)
	}
}

func TestOnlyAHundredVersionsAreKept(t *testing.T) {
	b := start(t)
	b.parameter(t, "a", "x")
	for range 100 {
		b.overwrite(t, "a", "x")
	}
	if got := b.read(t, "a").Version; got != 101 {
		t.Errorf("latest version %d", got)
	}
	if _, err := b.store.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("a:1")}); !strings.HasPrefix(fault(err), "ParameterVersionNotFound") {
		t.Errorf("the oldest version: %v", err)
	}
}
