// Package secrets is the engine's Secrets Manager and SSM Parameter Store:
// values with versions, kept encrypted. It never puts a value into an error,
// and never writes one to the state in the clear.
package secrets

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"sync"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

// Secrets holds the secrets and parameters of every world.
type Secrets struct {
	mu         sync.Mutex // held for the whole of each operation
	manager    *wire.Service
	store      *wire.Service
	vault      vault
	secrets    *state.Table[secret]
	parameters *state.Table[parameter]
}

// New returns the Secrets whose state is in db. The key, of any length, is
// what the values are encrypted with. It panics when the state was written
// with another key: an engine without its state must not start.
func New(db *state.DB, key []byte) *Secrets {
	s := &Secrets{
		manager:    wire.NewService("secretsmanager"),
		store:      wire.NewService("ssm"),
		vault:      newVault(key),
		secrets:    state.NewTable[secret](db, "secrets.secrets"),
		parameters: state.NewTable[parameter](db, "secrets.parameters"),
	}
	s.checkKey(state.NewTable[[]byte](db, "secrets.key"))
	s.registerManager()
	s.registerStore()
	return s
}

// checkKey opens what an earlier New sealed with its key.
func (s *Secrets) checkKey(table *state.Table[[]byte]) {
	const owner = "the engine"
	if sealed, ok := table.Get(owner); ok {
		s.vault.open(owner, sealed)
		return
	}
	table.Put(owner, s.vault.seal(owner, nil))
}

// Services are the operations of Secrets Manager and of SSM, for the wire.
func (s *Secrets) Services() []*wire.Service { return []*wire.Service{s.manager, s.store} }

// op registers a handler that runs alone and is given no parameter but fields.
func op[I, O any](s *Secrets, service *wire.Service, name string, handle func(context.Context, *I) (*O, error), fields ...string) {
	wire.Op(service, name, wire.Accept(func(ctx context.Context, in *I) (*O, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return handle(ctx, in)
	}, fields...))
}

func (s *Secrets) registerManager() {
	m := s.manager
	op(s, m, "CreateSecret", s.createSecret, "Name", "Description", "ClientRequestToken", "KmsKeyId", "SecretBinary", "SecretString", "Tags")
	op(s, m, "GetSecretValue", s.getSecretValue, "SecretId", "VersionId", "VersionStage")
	op(s, m, "BatchGetSecretValue", s.batchGetSecretValue, "SecretIdList", "Filters", "MaxResults", "NextToken")
	op(s, m, "DescribeSecret", s.describeSecret, "SecretId")
	op(s, m, "PutSecretValue", s.putSecretValue, "SecretId", "ClientRequestToken", "SecretBinary", "SecretString", "VersionStages")
	op(s, m, "UpdateSecret", s.updateSecret, "SecretId", "ClientRequestToken", "Description", "KmsKeyId", "SecretBinary", "SecretString")
	op(s, m, "DeleteSecret", s.deleteSecret, "SecretId", "RecoveryWindowInDays", "ForceDeleteWithoutRecovery")
	op(s, m, "RestoreSecret", s.restoreSecret, "SecretId")
	op(s, m, "ListSecrets", s.listSecrets, "Filters", "IncludePlannedDeletion", "MaxResults", "NextToken", "SortBy", "SortOrder")
	op(s, m, "ListSecretVersionIds", s.listSecretVersionIds, "SecretId", "IncludeDeprecated", "MaxResults", "NextToken")
	op(s, m, "TagResource", s.tagSecret, "SecretId", "Tags")
	op(s, m, "UntagResource", s.untagSecret, "SecretId", "TagKeys")
}

func (s *Secrets) registerStore() {
	p := s.store
	op(s, p, "PutParameter", s.putParameter, "Name", "Value", "Type", "Overwrite", "Description", "KeyId", "AllowedPattern", "DataType", "Tier", "Tags")
	op(s, p, "GetParameter", s.getParameter, "Name", "WithDecryption")
	op(s, p, "GetParameters", s.getParameters, "Names", "WithDecryption")
	op(s, p, "GetParametersByPath", s.getParametersByPath, "Path", "Recursive", "WithDecryption", "ParameterFilters", "MaxResults", "NextToken")
	op(s, p, "GetParameterHistory", s.getParameterHistory, "Name", "WithDecryption", "MaxResults", "NextToken")
	op(s, p, "DescribeParameters", s.describeParameters, "ParameterFilters", "MaxResults", "NextToken")
	op(s, p, "LabelParameterVersion", s.labelParameterVersion, "Name", "Labels", "ParameterVersion")
	op(s, p, "DeleteParameter", s.deleteParameter, "Name")
	op(s, p, "DeleteParameters", s.deleteParameters, "Names")
	op(s, p, "AddTagsToResource", s.addTags, "ResourceType", "ResourceId", "Tags")
	op(s, p, "RemoveTagsFromResource", s.removeTags, "ResourceType", "ResourceId", "TagKeys")
	op(s, p, "ListTagsForResource", s.listTags, "ResourceType", "ResourceId")
}

// newUUID makes a version id in the form that AWS gives them.
func newUUID() string {
	b := make([]byte, 16)
	rand.Read(b)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	text := hex.EncodeToString(b)
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// newSuffix makes the six characters that end a secret's ARN.
func newSuffix() string { return rand.Text()[:6] }
