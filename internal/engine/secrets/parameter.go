package secrets

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"photon/internal/engine/wire"
)

// parameter is a parameter of the Parameter Store with its versions.
type parameter struct {
	Name, ARN string
	Type      types.ParameterType
	KeyID     string
	Versions  []edition // oldest first
	Tags      map[string]string
}

// edition is one version of a parameter. Values of all types are encrypted.
type edition struct {
	Version     int64
	Sealed      []byte
	Tier        types.ParameterTier
	Description string
	Pattern     string // that the value was checked with
	Labels      []string
	Modified    time.Time
	ModifiedBy  string
}

func (p parameter) latest() edition { return p.Versions[len(p.Versions)-1] }

func validation(format string, args ...any) error {
	return wire.Fault("ValidationException", format, args...)
}

const parameterName wire.Pattern = `^[a-zA-Z0-9_.\-/]+$`

func checkParameterName(name string) error {
	lower := strings.ToLower(strings.TrimPrefix(name, "/"))
	switch {
	case len(name) > 1011, !parameterName.MatchString(name) || strings.HasSuffix(name, "/") || strings.Contains(name, "//"),
		strings.HasPrefix(lower, "aws"), strings.HasPrefix(lower, "ssm"):
		return validation("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_")
	case strings.Contains(name, "/") && !strings.HasPrefix(name, "/"):
		return validation("Parameter name must be a fully qualified name.")
	case strings.Count(name, "/") > 15:
		return &types.HierarchyLevelLimitExceededException{Message: aws.String("A hierarchy can have a maximum of 15 levels. For more information, see Requirements and constraints for parameter names.")}
	}
	return nil
}

func parameterNotFound() error { return &types.ParameterNotFound{} }

// parameterOf finds a parameter by name or by ARN.
func (s *Secrets) parameterOf(ctx context.Context, nameOrARN string) (parameter, bool) {
	call := wire.From(ctx)
	path, isARN := strings.CutPrefix(nameOrARN, call.ARN("ssm", "parameter"))
	p, ok := s.parameters.Get(call.World() + path)
	if !ok && isARN {
		p, ok = s.parameters.Get(call.World() + strings.TrimPrefix(path, "/"))
	}
	return p, ok
}

func (s *Secrets) putRow(ctx context.Context, p parameter) {
	s.parameters.Put(wire.From(ctx).World()+p.Name, p)
}

// choose finds the version that "name", "name:3" or "name:label" asks for.
func (s *Secrets) choose(ctx context.Context, reference string) (parameter, edition, string, error) {
	if p, ok := s.parameterOf(ctx, reference); ok {
		return p, p.latest(), "", nil
	}
	colon := strings.LastIndexByte(reference, ':')
	if colon < 0 {
		return parameter{}, edition{}, "", parameterNotFound()
	}
	p, ok := s.parameterOf(ctx, reference[:colon])
	if !ok {
		return p, edition{}, "", parameterNotFound()
	}
	selector := reference[colon+1:]
	at := slices.IndexFunc(p.Versions, func(e edition) bool {
		return strconv.FormatInt(e.Version, 10) == selector || slices.Contains(e.Labels, selector)
	})
	if at < 0 {
		return p, edition{}, "", versionNotFound(p.Name, selector)
	}
	return p, p.Versions[at], ":" + selector, nil
}

func versionNotFound(name, selector string) error {
	return &types.ParameterVersionNotFound{Message: aws.String("Systems Manager could not find version " + selector + " of " + name + ". Verify the version and try again.")}
}

// text is a version's value; a SecureString without decryption shows its
// ciphertext, as on AWS.
func (s *Secrets) text(p parameter, e edition, decrypt bool) string {
	if p.Type == types.ParameterTypeSecureString && !decrypt {
		return base64.StdEncoding.EncodeToString(e.Sealed)
	}
	return string(s.vault.open(owner(p, e.Version), e.Sealed))
}

// owner names one version of a parameter to the vault.
func owner(p parameter, version int64) string { return p.ARN + "|" + strconv.FormatInt(version, 10) }

func (s *Secrets) parameterShape(p parameter, e edition, selector string, decrypt *bool) types.Parameter {
	return types.Parameter{
		Name: &p.Name, ARN: &p.ARN, Type: p.Type, Version: e.Version, Selector: optional(selector),
		DataType: aws.String("text"), LastModifiedDate: &e.Modified,
		Value: aws.String(s.text(p, e, aws.ToBool(decrypt))),
	}
}

// user is who SSM says changed a parameter.
func user(ctx context.Context) string {
	return "arn:aws:iam::" + wire.From(ctx).Account + ":user/engine"
}
