package secrets

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"photon/internal/engine/wire"
)

func (s *Secrets) getParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
	path := aws.ToString(in.Path)
	if !strings.HasPrefix(path, "/") {
		return nil, validation("The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).")
	}
	option := "OneLevel"
	if aws.ToBool(in.Recursive) {
		option = "Recursive"
	}
	filters := slices.Concat(in.ParameterFilters, []types.ParameterStringFilter{{Key: aws.String("Path"), Option: &option, Values: []string{path}}})
	rows, err := s.browse(ctx, filters)
	if err != nil {
		return nil, err
	}
	rows, next, err := pageParameters(rows, in.NextToken, in.MaxResults, 10)
	if err != nil {
		return nil, err
	}
	out := &ssm.GetParametersByPathOutput{Parameters: []types.Parameter{}, NextToken: next}
	for _, p := range rows {
		out.Parameters = append(out.Parameters, s.parameterShape(p, p.latest(), "", in.WithDecryption))
	}
	return out, nil
}

func (s *Secrets) describeParameters(ctx context.Context, in *ssm.DescribeParametersInput) (*ssm.DescribeParametersOutput, error) {
	rows, err := s.browse(ctx, in.ParameterFilters)
	if err != nil {
		return nil, err
	}
	rows, next, err := pageParameters(rows, in.NextToken, in.MaxResults, 50)
	if err != nil {
		return nil, err
	}
	out := &ssm.DescribeParametersOutput{Parameters: []types.ParameterMetadata{}, NextToken: next}
	for _, p := range rows {
		e := p.latest()
		out.Parameters = append(out.Parameters, types.ParameterMetadata{
			Name: &p.Name, ARN: &p.ARN, Type: p.Type, KeyId: optional(p.KeyID), Version: e.Version, Tier: e.Tier,
			DataType: aws.String("text"), Description: optional(e.Description), AllowedPattern: optional(e.Pattern),
			LastModifiedDate: &e.Modified, LastModifiedUser: &e.ModifiedBy,
		})
	}
	return out, nil
}

func pageParameters[T any](rows []T, token *string, limit *int32, most int) ([]T, *string, error) {
	if limit != nil && (*limit < 1 || int(*limit) > most) {
		return nil, nil, validation("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and %d", *limit, most)
	}
	return wire.Page(rows, token, limit, most, "InvalidNextToken")
}

// browse returns the parameters that pass every filter, by name.
func (s *Secrets) browse(ctx context.Context, filters []types.ParameterStringFilter) ([]parameter, error) {
	for _, f := range filters {
		if err := checkFilter(f); err != nil {
			return nil, err
		}
	}
	var rows []parameter
	for _, p := range s.parameters.All(wire.From(ctx).World()) {
		if !slices.ContainsFunc(filters, func(f types.ParameterStringFilter) bool { return !p.passes(f) }) {
			rows = append(rows, p)
		}
	}
	return rows, nil
}

// filterOptions are the options of each filter key, the default first.
var filterOptions = map[string][]string{
	"Name": {"Equals", "BeginsWith", "Contains"}, "Path": {"OneLevel", "Recursive"},
	"Type": {"Equals", "BeginsWith"}, "KeyId": {"Equals", "BeginsWith"}, "Tier": {"Equals"}, "Label": {"Equals"},
	"DataType": {"Equals"}, "tag": {"Equals"},
}

func checkFilter(f types.ParameterStringFilter) error {
	key, _, _ := strings.Cut(aws.ToString(f.Key), ":")
	options, known := filterOptions[key]
	if !known {
		return &types.InvalidFilterKey{Message: aws.String("The following filter key is not valid: " + aws.ToString(f.Key) + ".")}
	}
	if f.Option != nil && !slices.Contains(options, *f.Option) {
		return &types.InvalidFilterOption{Message: aws.String("The following filter option is not valid: " + *f.Option + ". Valid options include: [" + strings.Join(options, ", ") + "].")}
	}
	return nil
}

func (p parameter) passes(f types.ParameterStringFilter) bool {
	key, tag, _ := strings.Cut(*f.Key, ":")
	option := filterOptions[key][0]
	if f.Option != nil {
		option = *f.Option
	}
	values := p.filterValues(key, tag)
	if len(f.Values) == 0 {
		return len(values) > 0
	}
	return slices.ContainsFunc(f.Values, func(wanted string) bool {
		return slices.ContainsFunc(values, func(value string) bool { return compare(option, value, wanted) })
	})
}

func (p parameter) filterValues(key, tag string) []string {
	switch key {
	case "Name", "Path":
		return []string{p.Name}
	case "Type":
		return []string{string(p.Type)}
	case "Tier":
		return []string{string(p.latest().Tier)}
	case "Label":
		return p.latest().Labels
	case "DataType":
		return []string{"text"}
	case "KeyId":
		if p.KeyID != "" {
			return []string{p.KeyID}
		}
	case "tag":
		if value, ok := p.Tags[tag]; ok {
			return []string{value}
		}
	}
	return nil
}

func compare(option, value, wanted string) bool {
	folder := strings.TrimSuffix(wanted, "/") + "/"
	rest, inside := strings.CutPrefix(value, folder)
	switch option {
	case "BeginsWith":
		return strings.HasPrefix(value, wanted)
	case "Contains":
		return strings.Contains(value, wanted)
	case "Recursive":
		return inside
	case "OneLevel":
		return inside && !strings.Contains(rest, "/")
	}
	return value == wanted
}

const labelText wire.Pattern = `^[a-zA-Z0-9_.\-]{1,100}$`

// labelParameterVersion moves labels to a version, the latest by default.
func (s *Secrets) labelParameterVersion(ctx context.Context, in *ssm.LabelParameterVersionInput) (*ssm.LabelParameterVersionOutput, error) {
	p, ok := s.parameterOf(ctx, aws.ToString(in.Name))
	if !ok {
		return nil, parameterNotFound()
	}
	version := p.latest().Version
	if in.ParameterVersion != nil {
		version = *in.ParameterVersion
	}
	at := slices.IndexFunc(p.Versions, func(e edition) bool { return e.Version == version })
	if at < 0 {
		return nil, versionNotFound(p.Name, strconv.FormatInt(version, 10))
	}
	out := &ssm.LabelParameterVersionOutput{InvalidLabels: []string{}, ParameterVersion: version}
	for _, label := range in.Labels {
		if !validLabel(label) {
			out.InvalidLabels = append(out.InvalidLabels, label)
			continue
		}
		p.moveLabel(label, at)
	}
	s.putRow(ctx, p)
	return out, nil
}

func (p *parameter) moveLabel(label string, to int) {
	for i := range p.Versions {
		p.Versions[i].Labels = slices.DeleteFunc(p.Versions[i].Labels, func(l string) bool { return l == label })
	}
	p.Versions[to].Labels = append(p.Versions[to].Labels, label)
}

// validLabel tells a label from a version number and from reserved words.
func validLabel(label string) bool {
	lower := strings.ToLower(label)
	return labelText.MatchString(label) && (label[0] < '0' || label[0] > '9') &&
		!strings.HasPrefix(lower, "aws") && !strings.HasPrefix(lower, "ssm")
}
