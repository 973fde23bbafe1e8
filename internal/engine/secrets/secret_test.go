package secrets

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"photon/internal/engine/state"
)

func TestASecretIsFoundByNameAndByARNs(t *testing.T) {
	b := start(t)
	arn := b.secret(t, "orders/db", "swordfish")
	if !regexp.MustCompile(`^arn:aws:secretsmanager:us-east-1:123456789012:secret:orders/db-[A-Za-z0-9]{6}$`).MatchString(arn) {
		t.Errorf("ARN %s", arn)
	}
	for _, id := range []string{"orders/db", arn, strings.TrimSuffix(arn, arn[len(arn)-7:])} {
		if got := b.value(t, secretsmanager.GetSecretValueInput{SecretId: &id}); got != "swordfish" {
			t.Errorf("%s: %s", id, got)
		}
	}
}

func TestStagesMoveWithNewVersions(t *testing.T) {
	b := start(t)
	name := "orders/db"
	b.secret(t, name, "one")
	for _, value := range []string{"two", "three"} {
		must[secretsmanager.PutSecretValueOutput](t)(b.manager.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &value}))
	}
	for stage, want := range map[string]string{"AWSCURRENT": "three", "AWSPREVIOUS": "two"} {
		if got := b.value(t, secretsmanager.GetSecretValueInput{SecretId: &name, VersionStage: &stage}); got != want {
			t.Errorf("%s: %s, want %s", stage, got, want)
		}
	}
	described := must[secretsmanager.DescribeSecretOutput](t)(b.manager.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: &name}))
	if len(described.VersionIdsToStages) != 2 {
		t.Errorf("stages: %v", described.VersionIdsToStages)
	}
	for deprecated, want := range map[bool]int{false: 2, true: 3} {
		versions := must[secretsmanager.ListSecretVersionIdsOutput](t)(b.manager.ListSecretVersionIds(t.Context(), &secretsmanager.ListSecretVersionIdsInput{SecretId: &name, IncludeDeprecated: &deprecated})).Versions
		if len(versions) != want {
			t.Errorf("versions with deprecated %v: %d", deprecated, len(versions))
		}
	}
}

func TestARepeatedRequestChangesNothing(t *testing.T) {
	b := start(t)
	token := strings.Repeat("t", 32)
	create := func(value string) error {
		_, err := b.manager.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("a"), SecretString: &value, ClientRequestToken: &token})
		return err
	}
	put := func(value string) error {
		_, err := b.manager.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: aws.String("a"), SecretString: &value, ClientRequestToken: &token})
		return err
	}
	for _, err := range []error{create("one"), create("one"), put("one")} {
		if err != nil {
			t.Error(err)
		}
	}
	if got, want := fault(create("two")), "ResourceExistsException: The operation failed because the secret a already exists."; got != want {
		t.Errorf("got %s", got)
	}
	if got := fault(put("two")); !strings.HasPrefix(got, "ResourceExistsException: You can't use ClientRequestToken "+token) {
		t.Errorf("got %s", got)
	}
}

func TestADeletedSecretBlocksItsNameUntilTheWindowIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t)
		ctx, name := t.Context(), aws.String("orders/db")
		b.secret(t, *name, "one")
		create := func() string {
			_, err := b.manager.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: name})
			return fault(err)
		}
		remove := &secretsmanager.DeleteSecretInput{SecretId: name, RecoveryWindowInDays: aws.Int64(7)}
		must[secretsmanager.DeleteSecretOutput](t)(b.manager.DeleteSecret(ctx, remove))
		_, err := b.manager.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: name})
		if got, want := fault(err), "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion."; got != want {
			t.Errorf("reading: %s", got)
		}
		if got, want := create(), "InvalidRequestException: You can't create this secret because a secret with this name is already scheduled for deletion."; got != want {
			t.Errorf("creating: %s", got)
		}
		must[secretsmanager.RestoreSecretOutput](t)(b.manager.RestoreSecret(ctx, &secretsmanager.RestoreSecretInput{SecretId: name}))
		if got := b.value(t, secretsmanager.GetSecretValueInput{SecretId: name}); got != "one" {
			t.Errorf("restored: %s", got)
		}
		must[secretsmanager.DeleteSecretOutput](t)(b.manager.DeleteSecret(ctx, remove))
		time.Sleep(7 * 24 * time.Hour)
		if got := create(); got != "" {
			t.Errorf("after the window: %s", got)
		}
	})
}

func TestAForcedDeletionFreesTheNameAtOnceAndMayBeRepeated(t *testing.T) {
	b := start(t)
	force := &secretsmanager.DeleteSecretInput{SecretId: aws.String("a"), ForceDeleteWithoutRecovery: aws.Bool(true)}
	first := b.secret(t, "a", "one")
	for range 2 {
		must[secretsmanager.DeleteSecretOutput](t)(b.manager.DeleteSecret(t.Context(), force))
	}
	if second := b.secret(t, "a", "two"); second == first {
		t.Errorf("the new secret has the old one's ARN %s", first)
	}
	if got := b.value(t, secretsmanager.GetSecretValueInput{SecretId: aws.String("a")}); got != "two" {
		t.Errorf("value %s", got)
	}
}

func TestSecretsManagerRefusesWhatAWSRefuses(t *testing.T) {
	b := start(t)
	ctx := t.Context()
	b.secret(t, "taken", "value")
	must[secretsmanager.CreateSecretOutput](t)(b.manager.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String("empty")}))
	get := func(in secretsmanager.GetSecretValueInput) error {
		_, err := b.manager.GetSecretValue(ctx, &in)
		return err
	}
	create := func(in secretsmanager.CreateSecretInput) error {
		_, err := b.manager.CreateSecret(ctx, &in)
		return err
	}
	remove := func(in secretsmanager.DeleteSecretInput) error {
		_, err := b.manager.DeleteSecret(ctx, &in)
		return err
	}
	put := func(in secretsmanager.PutSecretValueInput) error {
		_, err := b.manager.PutSecretValue(ctx, &in)
		return err
	}
	cases := []struct {
		name string
		err  error
		want string
	}{
		{"no such secret", get(secretsmanager.GetSecretValueInput{SecretId: aws.String("nope")}), "ResourceNotFoundException: Secrets Manager can't find the specified secret."},
		{"no value yet", get(secretsmanager.GetSecretValueInput{SecretId: aws.String("empty")}), "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"},
		{"no such version", get(secretsmanager.GetSecretValueInput{SecretId: aws.String("taken"), VersionId: aws.String(strings.Repeat("v", 32))}), "ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: " + strings.Repeat("v", 32)},
		{"a name that is taken", create(secretsmanager.CreateSecretInput{Name: aws.String("taken"), SecretString: aws.String("x")}), "ResourceExistsException: The operation failed because the secret taken already exists."},
		{"a name with a space", create(secretsmanager.CreateSecretInput{Name: aws.String("a b")}), "ValidationException: Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"},
		{"text and bytes", create(secretsmanager.CreateSecretInput{Name: aws.String("b"), SecretString: aws.String("x"), SecretBinary: []byte("x")}), "InvalidParameterException: You can't specify both a binary secret value and a string secret value in the same secret."},
		{"a value that is too long", create(secretsmanager.CreateSecretInput{Name: aws.String("b"), SecretString: aws.String(strings.Repeat("x", 65537))}), "ValidationException: 1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536"},
		{"replicas, which the engine lacks", create(secretsmanager.CreateSecretInput{Name: aws.String("b"), AddReplicaRegions: []types.ReplicaRegionType{{Region: aws.String("eu-west-1")}}}), "UnsupportedOperation: CreateSecret: the engine does not have the parameter AddReplicaRegions."},
		{"a new version without a value", put(secretsmanager.PutSecretValueInput{SecretId: aws.String("taken")}), "InvalidRequestException: You must provide either SecretString or SecretBinary."},
		{"a window that is too short", remove(secretsmanager.DeleteSecretInput{SecretId: aws.String("taken"), RecoveryWindowInDays: aws.Int64(6)}), "InvalidParameterException: The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."},
		{"a window and force", remove(secretsmanager.DeleteSecretInput{SecretId: aws.String("taken"), RecoveryWindowInDays: aws.Int64(7), ForceDeleteWithoutRecovery: aws.Bool(true)}), "InvalidParameterException: You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := fault(c.err); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestSecretsAreListedByFilter(t *testing.T) {
	b := start(t)
	for _, name := range []string{"orders/db", "orders/key", "billing/db"} {
		b.secret(t, name, "x")
	}
	must[secretsmanager.TagResourceOutput](t)(b.manager.TagResource(t.Context(), &secretsmanager.TagResourceInput{SecretId: aws.String("billing/db"), Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("money")}}}))
	cases := []struct {
		key  types.FilterNameStringType
		want string
		is   []string
	}{
		{types.FilterNameStringTypeName, "orders/", []string{"orders/db", "orders/key"}},
		{types.FilterNameStringTypeName, "!orders/", []string{"billing/db"}},
		{types.FilterNameStringTypeTagKey, "team", []string{"billing/db"}},
		{types.FilterNameStringTypeAll, "MONEY", []string{"billing/db"}},
	}
	for _, c := range cases {
		out := must[secretsmanager.ListSecretsOutput](t)(b.manager.ListSecrets(t.Context(), &secretsmanager.ListSecretsInput{SortBy: types.SortByTypeName, Filters: []types.Filter{{Key: c.key, Values: []string{c.want}}}}))
		var names []string
		for _, s := range out.SecretList {
			names = append(names, *s.Name)
		}
		if !slices.Equal(names, c.is) {
			t.Errorf("%s %s: %v, want %v", c.key, c.want, names, c.is)
		}
	}
}

func TestABatchReportsWhatItCannotRead(t *testing.T) {
	b := start(t)
	b.secret(t, "a", "one")
	out := must[secretsmanager.BatchGetSecretValueOutput](t)(b.manager.BatchGetSecretValue(t.Context(), &secretsmanager.BatchGetSecretValueInput{SecretIdList: []string{"a", "b"}}))
	if len(out.SecretValues) != 1 || *out.SecretValues[0].SecretString != "one" || len(out.Errors) != 1 || *out.Errors[0].ErrorCode != "ResourceNotFoundException" {
		t.Errorf("batch: %+v", out)
	}
}

func TestTheStateFileHasNoValueInTheClear(t *testing.T) {
	path := t.TempDir() + "/state"
	const marker = "PLANTED-MARKER-1"
	db, err := state.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	b := over(New(db, []byte("key")))
	b.secret(t, "a", marker)
	for i, kind := range []ssmtypes.ParameterType{ssmtypes.ParameterTypeString, ssmtypes.ParameterTypeSecureString} {
		must[ssm.PutParameterOutput](t)(b.store.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("p" + string(rune('0'+i))), Value: aws.String(marker), Type: kind}))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{marker, "UExBTlRFRC1NQVJLRVIt"} { // plain, and in base64
		if bytes.Contains(file, []byte(text)) {
			t.Errorf("the state file contains %s", text)
		}
	}
	if db, err = state.Open(path); err != nil {
		t.Fatal(err)
	}
	if got := over(New(db, []byte("key"))).value(t, secretsmanager.GetSecretValueInput{SecretId: aws.String("a")}); got != marker {
		t.Errorf("after a restart: %s", got)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestNothingOpensWithAnotherKeyOrForAnotherOwner(t *testing.T) {
	sealed := newVault([]byte("key")).seal("a", []byte("value"))
	if got := string(newVault([]byte("key")).open("a", sealed)); got != "value" {
		t.Errorf("opened %q", got)
	}
	for name, open := range map[string]func(){
		"another key":   func() { newVault([]byte("other")).open("a", sealed) },
		"another owner": func() { newVault([]byte("key")).open("b", sealed) },
		"another start": func() {
			db, err := state.Open(t.TempDir() + "/state")
			if err != nil {
				t.Error(err)
			}
			New(db, []byte("key"))
			New(db, []byte("other"))
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s opened the value", name)
				}
			}()
			open()
		}()
	}
}
