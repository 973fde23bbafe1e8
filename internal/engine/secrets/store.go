package secrets

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"photon/internal/engine/wire"
)

// Limits of the Parameter Store.
const (
	standardSize = 4096
	advancedSize = 8192
	maxVersions  = 100
	defaultKey   = "alias/aws/ssm"
)

func (s *Secrets) putParameter(ctx context.Context, in *ssm.PutParameterInput) (*ssm.PutParameterOutput, error) {
	name := aws.ToString(in.Name)
	if err := checkParameterName(name); err != nil {
		return nil, err
	}
	old, exists := s.parameters.Get(wire.From(ctx).World() + name)
	if err := checkPut(in, old, exists); err != nil {
		return nil, err
	}
	tier, err := tierFor(in, old, exists)
	if err != nil {
		return nil, err
	}
	p := old
	if !exists {
		p = parameter{Name: name, ARN: wire.From(ctx).ARN("ssm", "parameter/"+strings.TrimPrefix(name, "/")), Type: in.Type}
		if p.Tags, err = mergeParameterTags(nil, in.Tags); err != nil {
			return nil, err
		}
	}
	if p.Type == types.ParameterTypeSecureString {
		p.KeyID = cmp.Or(aws.ToString(in.KeyId), p.KeyID, defaultKey)
	}
	e, err := s.addEdition(ctx, &p, in, tier)
	if err != nil {
		return nil, err
	}
	s.putRow(ctx, p)
	return &ssm.PutParameterOutput{Version: e.Version, Tier: e.Tier}, nil
}

func (s *Secrets) addEdition(ctx context.Context, p *parameter, in *ssm.PutParameterInput, tier types.ParameterTier) (edition, error) {
	e := edition{
		Version: 1, Tier: tier, Description: aws.ToString(in.Description), Pattern: aws.ToString(in.AllowedPattern),
		Modified: time.Now(), ModifiedBy: user(ctx),
	}
	if len(p.Versions) > 0 {
		e.Version = p.latest().Version + 1
	}
	e.Sealed = s.vault.seal(owner(*p, e.Version), []byte(*in.Value))
	p.Versions = append(p.Versions, e)
	if len(p.Versions) <= maxVersions {
		return e, nil
	}
	if len(p.Versions[0].Labels) > 0 {
		return e, &types.ParameterMaxVersionLimitExceeded{Message: aws.String("The oldest version of " + p.Name + " has a label and cannot be deleted to make room for a new one.")}
	}
	p.Versions = p.Versions[1:]
	return e, nil
}

// checkPut checks what a request says about the parameter as a whole.
func checkPut(in *ssm.PutParameterInput, old parameter, exists bool) error {
	overwrite := aws.ToBool(in.Overwrite)
	switch {
	case exists && !overwrite:
		return &types.ParameterAlreadyExists{Message: aws.String("The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")}
	case overwrite && len(in.Tags) > 0:
		return validation("Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.")
	case !exists && in.Type == "":
		return validation("A parameter type is required when you create a parameter.")
	case in.Type != "" && !slices.Contains(in.Type.Values(), in.Type):
		return validation("1 validation error detected: Value '%s' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [SecureString, StringList, String]", in.Type)
	case exists && in.Type != "" && in.Type != old.Type:
		return &types.HierarchyTypeMismatchException{Message: aws.String("Parameter Store does not support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter.")}
	case in.KeyId != nil && in.Type != types.ParameterTypeSecureString && old.Type != types.ParameterTypeSecureString:
		return validation("KeyId is required for SecureString type parameter only.")
	case in.DataType != nil && *in.DataType != "text":
		return wire.Fault("UnsupportedOperation", "PutParameter: the engine has no data type but text.")
	}
	return checkValue(in)
}

// checkValue checks the value; its errors never show it.
func checkValue(in *ssm.PutParameterInput) error {
	value := aws.ToString(in.Value)
	if value == "" {
		return validation("1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1")
	}
	if in.AllowedPattern == nil {
		return nil
	}
	pattern, err := regexp.Compile(*in.AllowedPattern)
	if err != nil {
		return &types.InvalidAllowedPatternException{Message: aws.String("The request does not meet the regular expression requirement: " + *in.AllowedPattern)}
	}
	if !pattern.MatchString(value) {
		return &types.ParameterPatternMismatchException{Message: aws.String("Parameter value, can't be validated against allowed pattern: [" + *in.AllowedPattern + "]")}
	}
	return nil
}

func tierFor(in *ssm.PutParameterInput, old parameter, exists bool) (types.ParameterTier, error) {
	tier, size := in.Tier, len(*in.Value)
	advanced := exists && old.latest().Tier == types.ParameterTierAdvanced
	switch {
	case tier != "" && !slices.Contains(tier.Values(), tier):
		return "", validation("1 validation error detected: Value '%s' at 'tier' failed to satisfy constraint: Member must satisfy enum value set: [Advanced, Intelligent-Tiering, Standard]", tier)
	case advanced && tier == types.ParameterTierStandard:
		return "", validation("This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.")
	case advanced, tier == types.ParameterTierIntelligentTiering && size > standardSize:
		tier = types.ParameterTierAdvanced
	case tier != types.ParameterTierAdvanced:
		tier = types.ParameterTierStandard
	}
	if tier == types.ParameterTierStandard && size > standardSize {
		return "", validation("Standard tier parameters support a maximum parameter value of %d characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.", standardSize)
	}
	if size > advancedSize {
		return "", validation("Advanced tier parameters support a maximum parameter value of %d characters.", advancedSize)
	}
	return tier, nil
}

func (s *Secrets) getParameter(ctx context.Context, in *ssm.GetParameterInput) (*ssm.GetParameterOutput, error) {
	p, e, selector, err := s.choose(ctx, aws.ToString(in.Name))
	if err != nil {
		return nil, err
	}
	return &ssm.GetParameterOutput{Parameter: new(s.parameterShape(p, e, selector, in.WithDecryption))}, nil
}

func (s *Secrets) getParameters(ctx context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
	if err := checkNames(in.Names); err != nil {
		return nil, err
	}
	out := &ssm.GetParametersOutput{Parameters: []types.Parameter{}, InvalidParameters: []string{}}
	for _, name := range in.Names {
		p, e, selector, err := s.choose(ctx, name)
		if err != nil {
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		out.Parameters = append(out.Parameters, s.parameterShape(p, e, selector, in.WithDecryption))
	}
	return out, nil
}

func checkNames(names []string) error {
	if len(names) < 1 || len(names) > 10 {
		return validation("1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length between 1 and 10")
	}
	if sorted := slices.Sorted(slices.Values(names)); len(slices.Compact(sorted)) < len(names) {
		return validation("Duplicate parameter names are not allowed in a request.")
	}
	return nil
}

func (s *Secrets) getParameterHistory(ctx context.Context, in *ssm.GetParameterHistoryInput) (*ssm.GetParameterHistoryOutput, error) {
	p, ok := s.parameterOf(ctx, aws.ToString(in.Name))
	if !ok {
		return nil, parameterNotFound()
	}
	rows, next, err := pageParameters(p.Versions, in.NextToken, in.MaxResults, 50)
	if err != nil {
		return nil, err
	}
	out := &ssm.GetParameterHistoryOutput{NextToken: next}
	for _, e := range rows {
		out.Parameters = append(out.Parameters, types.ParameterHistory{
			Name: &p.Name, Type: p.Type, Version: e.Version, Value: aws.String(s.text(p, e, aws.ToBool(in.WithDecryption))),
			KeyId: optional(p.KeyID), Tier: e.Tier, Labels: e.Labels, DataType: aws.String("text"), Description: optional(e.Description),
			AllowedPattern: optional(e.Pattern), LastModifiedDate: &e.Modified, LastModifiedUser: &e.ModifiedBy,
		})
	}
	return out, nil
}

func (s *Secrets) deleteParameter(ctx context.Context, in *ssm.DeleteParameterInput) (*ssm.DeleteParameterOutput, error) {
	p, ok := s.parameterOf(ctx, aws.ToString(in.Name))
	if !ok {
		return nil, parameterNotFound()
	}
	s.parameters.Delete(wire.From(ctx).World() + p.Name)
	return &ssm.DeleteParameterOutput{}, nil
}

func (s *Secrets) deleteParameters(ctx context.Context, in *ssm.DeleteParametersInput) (*ssm.DeleteParametersOutput, error) {
	if err := checkNames(in.Names); err != nil {
		return nil, err
	}
	out := &ssm.DeleteParametersOutput{DeletedParameters: []string{}, InvalidParameters: []string{}}
	for _, name := range in.Names {
		if _, err := s.deleteParameter(ctx, &ssm.DeleteParameterInput{Name: &name}); err != nil {
			out.InvalidParameters = append(out.InvalidParameters, name)
		} else {
			out.DeletedParameters = append(out.DeletedParameters, name)
		}
	}
	return out, nil
}
