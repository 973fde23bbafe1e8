package secrets

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"photon/internal/engine/wire"
)

// secret is a secret of Secrets Manager with all its versions.
type secret struct {
	Name, ARN        string
	Description      string
	KMSKey           string
	Created, Changed time.Time
	Accessed         time.Time
	Deletion         time.Time // when it goes for good; zero unless scheduled
	Versions         []version // oldest first
	Tags             map[string]string
}

const secretName wire.Pattern = `^[a-zA-Z0-9/_+=.@!-]{1,512}$`

func notFound() error {
	return &types.ResourceNotFoundException{Message: aws.String("Secrets Manager can't find the specified secret.")}
}

func invalidRequest(text string) error {
	return &types.InvalidRequestException{Message: &text}
}

func invalidParameter(text string) error {
	return &types.InvalidParameterException{Message: &text}
}

// lookup finds a secret by name, ARN, or ARN without its suffix. Secrets
// whose recovery window is over are gone.
func (s *Secrets) lookup(ctx context.Context, id *string) (secret, error) {
	call := wire.From(ctx)
	name, isARN := strings.CutPrefix(aws.ToString(id), call.ARN("secretsmanager", "secret:"))
	if found, ok := s.byName(ctx, name); ok {
		return found, nil
	}
	if cut := len(name) - len("-AbCdEf"); isARN && cut > 0 {
		if found, ok := s.byName(ctx, name[:cut]); ok && found.ARN == *id {
			return found, nil
		}
	}
	return secret{}, notFound()
}

func (s *Secrets) byName(ctx context.Context, name string) (secret, bool) {
	key := wire.From(ctx).World() + name
	found, ok := s.secrets.Get(key)
	if ok && found.expired() {
		s.secrets.Delete(key)
		return secret{}, false
	}
	return found, ok
}

func (x secret) expired() bool { return x.scheduled() && !time.Now().Before(x.Deletion) }

func (x secret) scheduled() bool { return !x.Deletion.IsZero() }

// alive finds a secret that is not scheduled for deletion.
func (s *Secrets) alive(ctx context.Context, id *string) (secret, error) {
	found, err := s.lookup(ctx, id)
	if err == nil && found.scheduled() {
		err = invalidRequest("You can't perform this operation on the secret because it was marked for deletion.")
	}
	return found, err
}

func (s *Secrets) put(ctx context.Context, x secret) {
	s.secrets.Put(wire.From(ctx).World()+x.Name, x)
}

func (s *Secrets) createSecret(ctx context.Context, in *secretsmanager.CreateSecretInput) (*secretsmanager.CreateSecretOutput, error) {
	name := aws.ToString(in.Name)
	if !secretName.MatchString(name) {
		return nil, wire.Fault("ValidationException", "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!")
	}
	value, err := readValue(in.SecretString, in.SecretBinary)
	if err != nil {
		return nil, err
	}
	if old, ok := s.byName(ctx, name); ok {
		return s.createAgain(old, in.ClientRequestToken, value)
	}
	tags, err := mergeTags(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	x := secret{
		Name: name, ARN: wire.From(ctx).ARN("secretsmanager", "secret:"+name+"-"+newSuffix()),
		Description: aws.ToString(in.Description), KMSKey: aws.ToString(in.KmsKeyId), Created: now, Changed: now, Tags: tags,
	}
	out := &secretsmanager.CreateSecretOutput{ARN: &x.ARN, Name: &x.Name}
	if value != nil {
		id := s.addVersion(&x, in.ClientRequestToken, *value, []string{current})
		out.VersionId = &id
	}
	s.put(ctx, x)
	return out, nil
}

// createAgain answers a second creation: a repeated request, which carries the
// same token and value, succeeds.
func (s *Secrets) createAgain(old secret, token *string, value *value) (*secretsmanager.CreateSecretOutput, error) {
	if old.scheduled() {
		return nil, invalidRequest("You can't create this secret because a secret with this name is already scheduled for deletion.")
	}
	if v := old.version(aws.ToString(token)); v != nil && value != nil && s.reveal(old, *v).equal(*value) {
		return &secretsmanager.CreateSecretOutput{ARN: &old.ARN, Name: &old.Name, VersionId: &v.ID}, nil
	}
	return nil, &types.ResourceExistsException{Message: aws.String("The operation failed because the secret " + old.Name + " already exists.")}
}

func (s *Secrets) describeSecret(ctx context.Context, in *secretsmanager.DescribeSecretInput) (*secretsmanager.DescribeSecretOutput, error) {
	x, err := s.lookup(ctx, in.SecretId)
	if err != nil {
		return nil, err
	}
	return &secretsmanager.DescribeSecretOutput{
		ARN: &x.ARN, Name: &x.Name, Description: optional(x.Description), KmsKeyId: optional(x.KMSKey),
		CreatedDate: &x.Created, LastChangedDate: &x.Changed, LastAccessedDate: when(x.Accessed), DeletedDate: when(x.Deletion),
		Tags: tagList(x.Tags), VersionIdsToStages: x.stages(),
	}, nil
}

func (s *Secrets) updateSecret(ctx context.Context, in *secretsmanager.UpdateSecretInput) (*secretsmanager.UpdateSecretOutput, error) {
	x, err := s.alive(ctx, in.SecretId)
	if err != nil {
		return nil, err
	}
	value, err := readValue(in.SecretString, in.SecretBinary)
	if err != nil {
		return nil, err
	}
	out := &secretsmanager.UpdateSecretOutput{ARN: &x.ARN, Name: &x.Name}
	if in.Description != nil {
		x.Description = *in.Description
	}
	if in.KmsKeyId != nil {
		x.KMSKey = *in.KmsKeyId
	}
	if value != nil {
		id, err := s.storeVersion(&x, in.ClientRequestToken, *value, []string{current})
		if err != nil {
			return nil, err
		}
		out.VersionId = &id
	}
	x.Changed = time.Now()
	s.put(ctx, x)
	return out, nil
}

func (s *Secrets) deleteSecret(ctx context.Context, in *secretsmanager.DeleteSecretInput) (*secretsmanager.DeleteSecretOutput, error) {
	window, err := recoveryWindow(in)
	if err != nil {
		return nil, err
	}
	x, err := s.lookup(ctx, in.SecretId)
	if aws.ToBool(in.ForceDeleteWithoutRecovery) {
		return s.forceDelete(ctx, x, in.SecretId), nil
	}
	if err != nil {
		return nil, err
	}
	if x.scheduled() {
		return nil, invalidRequest("You can't perform this operation on the secret because it was already scheduled for deletion.")
	}
	x.Deletion = time.Now().Add(window)
	s.put(ctx, x)
	return &secretsmanager.DeleteSecretOutput{ARN: &x.ARN, Name: &x.Name, DeletionDate: &x.Deletion}, nil
}

func recoveryWindow(in *secretsmanager.DeleteSecretInput) (time.Duration, error) {
	const day = 24 * time.Hour
	days := aws.ToInt64(in.RecoveryWindowInDays)
	switch {
	case in.RecoveryWindowInDays == nil:
		return 30 * day, nil
	case aws.ToBool(in.ForceDeleteWithoutRecovery):
		return 0, invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
	case days < 7 || days > 30:
		return 0, invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).")
	}
	return time.Duration(days) * day, nil
}

// forceDelete deletes a secret at once. AWS answers the same when there is
// none, so that a repeated deletion succeeds.
func (s *Secrets) forceDelete(ctx context.Context, x secret, id *string) *secretsmanager.DeleteSecretOutput {
	out := &secretsmanager.DeleteSecretOutput{Name: id, DeletionDate: new(time.Now())}
	if x.ARN != "" {
		s.secrets.Delete(wire.From(ctx).World() + x.Name)
		out.ARN, out.Name = &x.ARN, &x.Name
	}
	return out
}

func (s *Secrets) restoreSecret(ctx context.Context, in *secretsmanager.RestoreSecretInput) (*secretsmanager.RestoreSecretOutput, error) {
	x, err := s.lookup(ctx, in.SecretId)
	if err != nil {
		return nil, err
	}
	x.Deletion = time.Time{}
	s.put(ctx, x)
	return &secretsmanager.RestoreSecretOutput{ARN: &x.ARN, Name: &x.Name}, nil
}

func (s *Secrets) listSecrets(ctx context.Context, in *secretsmanager.ListSecretsInput) (*secretsmanager.ListSecretsOutput, error) {
	rows, err := s.matching(ctx, in.Filters, aws.ToBool(in.IncludePlannedDeletion))
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, order(in.SortBy))
	if in.SortOrder == types.SortOrderTypeDesc {
		slices.Reverse(rows)
	}
	rows, next, err := page(rows, in.NextToken, in.MaxResults, 100)
	if err != nil {
		return nil, err
	}
	out := &secretsmanager.ListSecretsOutput{NextToken: next, SecretList: []types.SecretListEntry{}}
	for _, x := range rows {
		out.SecretList = append(out.SecretList, types.SecretListEntry{
			ARN: &x.ARN, Name: &x.Name, Description: optional(x.Description), KmsKeyId: optional(x.KMSKey),
			CreatedDate: &x.Created, LastChangedDate: &x.Changed, LastAccessedDate: when(x.Accessed), DeletedDate: when(x.Deletion),
			Tags: tagList(x.Tags), SecretVersionsToStages: x.stages(),
		})
	}
	return out, nil
}

func order(by types.SortByType) func(a, b secret) int {
	return func(a, b secret) int {
		switch by {
		case types.SortByTypeName:
			return strings.Compare(a.Name, b.Name)
		case types.SortByTypeLastChangedDate:
			return a.Changed.Compare(b.Changed)
		case types.SortByTypeLastAccessedDate:
			return a.Accessed.Compare(b.Accessed)
		}
		return a.Created.Compare(b.Created)
	}
}

func page[T any](rows []T, token *string, limit *int32, most int) ([]T, *string, error) {
	if limit != nil && (*limit < 1 || int(*limit) > most) {
		return nil, nil, wire.Fault("ValidationException", "1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and %d", *limit, most)
	}
	return wire.Page(rows, token, limit, most, "InvalidNextTokenException")
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
