package secrets

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"

	"photon/internal/engine/wire"
)

// The staging labels that Secrets Manager moves by itself.
const (
	current  = "AWSCURRENT"
	previous = "AWSPREVIOUS"
)

// maxDeprecated is how many versions without a staging label are kept.
const maxDeprecated = 100

// version is one value of a secret, encrypted.
type version struct {
	ID      string
	Stages  []string
	Sealed  []byte
	Binary  bool
	Created time.Time
}

// value is a secret value in the clear.
type value struct {
	Data   []byte
	Binary bool
}

func (v value) equal(other value) bool {
	return v.Binary == other.Binary && bytes.Equal(v.Data, other.Data)
}

// fields are the value's two shapes on the wire; one of them is nil.
func (v value) fields() (text *string, binary []byte) {
	if v.Binary {
		return nil, v.Data
	}
	return aws.String(string(v.Data)), nil
}

// readValue reads the value of a request; nil when there is none.
func readValue(text *string, binary []byte) (*value, error) {
	if text != nil && binary != nil {
		return nil, invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.")
	}
	if text == nil && binary == nil {
		return nil, nil
	}
	v := &value{Data: binary, Binary: text == nil}
	if text != nil {
		v.Data = []byte(*text)
	}
	if len(v.Data) == 0 {
		return nil, invalidParameter("You must provide a value for the secret.")
	}
	if len(v.Data) > 65536 {
		return nil, wire.Fault("ValidationException", "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536")
	}
	return v, nil
}

func (s *Secrets) reveal(x secret, v version) value {
	return value{Data: s.vault.open(x.ARN+"|"+v.ID, v.Sealed), Binary: v.Binary}
}

func (x *secret) version(id string) *version {
	for i := range x.Versions {
		if x.Versions[i].ID == id {
			return &x.Versions[i]
		}
	}
	return nil
}

func (x *secret) staged(stage string) *version {
	for i := range x.Versions {
		if slices.Contains(x.Versions[i].Stages, stage) {
			return &x.Versions[i]
		}
	}
	return nil
}

// stages maps the versions that have staging labels to them.
func (x secret) stages() map[string][]string {
	out := map[string][]string{}
	for _, v := range x.Versions {
		if len(v.Stages) > 0 {
			out[v.ID] = v.Stages
		}
	}
	return out
}

// storeVersion adds a version unless the token has made it already.
func (s *Secrets) storeVersion(x *secret, token *string, v value, stages []string) (string, error) {
	old := x.version(aws.ToString(token))
	if old == nil {
		return s.addVersion(x, token, v, stages), nil
	}
	if !s.reveal(*x, *old).equal(v) {
		return "", &types.ResourceExistsException{Message: aws.String("You can't use ClientRequestToken " + old.ID + " because that value is already in use for a version of secret " + x.ARN + ".")}
	}
	return old.ID, nil
}

func (s *Secrets) addVersion(x *secret, token *string, v value, stages []string) string {
	id := aws.ToString(token)
	if id == "" {
		id = newUUID()
	}
	for _, stage := range stages {
		x.unstage(stage)
	}
	x.Versions = append(x.Versions, version{
		ID: id, Stages: slices.Clone(stages), Sealed: s.vault.seal(x.ARN+"|"+id, v.Data), Binary: v.Binary, Created: time.Now(),
	})
	x.prune()
	return id
}

// unstage takes a label from the version that has it; what was current becomes
// the previous one.
func (x *secret) unstage(stage string) {
	holder := x.staged(stage)
	if holder == nil {
		return
	}
	if stage == current {
		x.unstage(previous)
		holder.Stages = append(holder.Stages, previous)
	}
	holder.Stages = slices.DeleteFunc(holder.Stages, func(s string) bool { return s == stage })
}

// prune forgets the oldest versions that have no label.
func (x *secret) prune() {
	deprecated := 0
	for _, v := range slices.Backward(x.Versions) {
		if len(v.Stages) > 0 {
			continue
		}
		if deprecated++; deprecated > maxDeprecated {
			x.Versions = slices.DeleteFunc(x.Versions, func(other version) bool { return other.ID == v.ID })
		}
	}
}

func (s *Secrets) putSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput) (*secretsmanager.PutSecretValueOutput, error) {
	x, err := s.alive(ctx, in.SecretId)
	if err != nil {
		return nil, err
	}
	v, err := readValue(in.SecretString, in.SecretBinary)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return nil, invalidRequest("You must provide either SecretString or SecretBinary.")
	}
	stages := in.VersionStages
	if len(stages) == 0 {
		stages = []string{current}
	}
	id, err := s.storeVersion(&x, in.ClientRequestToken, *v, stages)
	if err != nil {
		return nil, err
	}
	x.Changed = time.Now()
	s.put(ctx, x)
	return &secretsmanager.PutSecretValueOutput{ARN: &x.ARN, Name: &x.Name, VersionId: &id, VersionStages: x.version(id).Stages}, nil
}

func (s *Secrets) getSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput) (*secretsmanager.GetSecretValueOutput, error) {
	x, v, err := s.pick(ctx, in.SecretId, in.VersionId, in.VersionStage)
	if err != nil {
		return nil, err
	}
	text, binary := s.reveal(x, v).fields()
	return &secretsmanager.GetSecretValueOutput{
		ARN: &x.ARN, Name: &x.Name, CreatedDate: &v.Created, VersionId: &v.ID, VersionStages: v.Stages,
		SecretString: text, SecretBinary: binary,
	}, nil
}

// pick finds the version that a reader asks for, AWSCURRENT by default, and
// notes the day of the access.
func (s *Secrets) pick(ctx context.Context, secretID, versionID, stage *string) (secret, version, error) {
	x, err := s.alive(ctx, secretID)
	if err != nil {
		return x, version{}, err
	}
	wanted := aws.ToString(stage)
	if wanted == "" && versionID == nil {
		wanted = current
	}
	v := x.staged(wanted)
	if versionID != nil {
		v = x.version(*versionID)
		if v != nil && wanted != "" && !slices.Contains(v.Stages, wanted) {
			return x, version{}, invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.")
		}
		wanted = "VersionId: " + *versionID
	} else {
		wanted = "staging label: " + wanted
	}
	if v == nil {
		return x, version{}, &types.ResourceNotFoundException{Message: aws.String("Secrets Manager can't find the specified secret value for " + wanted)}
	}
	x.Accessed = time.Now().UTC().Truncate(24 * time.Hour)
	s.put(ctx, x)
	return x, *v, nil
}

func (s *Secrets) batchGetSecretValue(ctx context.Context, in *secretsmanager.BatchGetSecretValueInput) (*secretsmanager.BatchGetSecretValueOutput, error) {
	ids := in.SecretIdList
	if (len(ids) == 0) == (len(in.Filters) == 0) {
		return nil, invalidParameter("You must include either Filters or SecretIdList, but not both.")
	}
	if len(in.Filters) > 0 {
		rows, err := s.matching(ctx, in.Filters, false)
		if err != nil {
			return nil, err
		}
		for _, x := range rows {
			ids = append(ids, x.ARN)
		}
	}
	ids, next, err := page(ids, in.NextToken, in.MaxResults, 20)
	if err != nil {
		return nil, err
	}
	out := &secretsmanager.BatchGetSecretValueOutput{NextToken: next, SecretValues: []types.SecretValueEntry{}, Errors: []types.APIErrorType{}}
	for _, id := range ids {
		s.addToBatch(ctx, out, id)
	}
	return out, nil
}

func (s *Secrets) addToBatch(ctx context.Context, out *secretsmanager.BatchGetSecretValueOutput, id string) {
	x, v, err := s.pick(ctx, &id, nil, nil)
	if err != nil {
		code, text := faultText(err)
		out.Errors = append(out.Errors, types.APIErrorType{SecretId: &id, ErrorCode: &code, Message: &text})
		return
	}
	text, binary := s.reveal(x, v).fields()
	out.SecretValues = append(out.SecretValues, types.SecretValueEntry{
		ARN: &x.ARN, Name: &x.Name, CreatedDate: &v.Created, VersionId: &v.ID, VersionStages: v.Stages,
		SecretString: text, SecretBinary: binary,
	})
}

// faultText is an error's code and message as AWS has them.
func faultText(err error) (code, text string) {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode(), api.ErrorMessage()
	}
	return "InternalServiceError", "An error occurred on the server side."
}

func (s *Secrets) listSecretVersionIds(ctx context.Context, in *secretsmanager.ListSecretVersionIdsInput) (*secretsmanager.ListSecretVersionIdsOutput, error) {
	x, err := s.lookup(ctx, in.SecretId)
	if err != nil {
		return nil, err
	}
	rows := slices.DeleteFunc(slices.Clone(x.Versions), func(v version) bool {
		return len(v.Stages) == 0 && !aws.ToBool(in.IncludeDeprecated)
	})
	rows, next, err := page(rows, in.NextToken, in.MaxResults, 100)
	if err != nil {
		return nil, err
	}
	out := &secretsmanager.ListSecretVersionIdsOutput{ARN: &x.ARN, Name: &x.Name, NextToken: next}
	for _, v := range rows {
		out.Versions = append(out.Versions, types.SecretVersionsListEntry{VersionId: &v.ID, VersionStages: v.Stages, CreatedDate: &v.Created})
	}
	return out, nil
}
