package cloud

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"golang.org/x/sync/errgroup"

	"photon/internal/resource"
	"photon/internal/spec"
)

// checkSecrets checks that every secret exists, by its metadata: no value is
// read. It fills in the ARNs.
func (a *Account) checkSecrets(ctx context.Context, s *spec.Spec, facts *resource.Facts) ([]Refusal, error) {
	uses := secretUses(s)
	found, keys, mu := map[string]string{}, map[string]string{}, sync.Mutex{}
	keep := func(ref spec.SecretRef, arn, key string) {
		mu.Lock()
		defer mu.Unlock()
		found[ref.String()] = arn
		if key = keyARN(arn, key); key != "" {
			keys[ref.String()] = key
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sideBySide)
	var parameters []string
	for _, use := range uses {
		if use.ref.Store == spec.SSM {
			parameters = append(parameters, use.ref.Name)
			continue
		}
		group.Go(func() error { return a.findSecret(ctx, use.ref, keep) })
	}
	for batch := range slices.Chunk(parameters, parametersBatch) {
		group.Go(func() error { return a.findParameters(ctx, batch, keep) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	facts.Secrets, facts.Keys = found, keys
	return refuseSecrets(uses, found), nil
}

// secretUse is a secret without its JSON key, and what needs it.
type secretUse struct {
	ref spec.SecretRef
	by  []string // environment variables, or "registry.credentials"
}

func secretUses(s *spec.Spec) []*secretUse {
	var uses []*secretUse
	add := func(ref spec.SecretRef, by string) {
		ref.Key = ""
		i := slices.IndexFunc(uses, func(use *secretUse) bool { return use.ref == ref })
		if i < 0 {
			i, uses = len(uses), append(uses, &secretUse{ref: ref})
		}
		if !slices.Contains(uses[i].by, by) {
			uses[i].by = append(uses[i].by, by)
		}
	}
	for _, w := range s.Workloads {
		if w.Credentials != nil {
			add(*w.Credentials, "registry.credentials")
		}
		for _, name := range sortedKeys(w.Secrets) {
			add(w.Secrets[name], name)
		}
	}
	return uses
}

func refuseSecrets(uses []*secretUse, found map[string]string) []Refusal {
	var refusals []Refusal
	for _, use := range uses {
		if _, ok := found[use.ref.String()]; ok {
			continue
		}
		hint := "aws secretsmanager create-secret --name " + use.ref.Name + " --secret-string …"
		if use.ref.Store == spec.SSM {
			hint = "aws ssm put-parameter --type SecureString --name " + use.ref.Name + " --value …"
		}
		refusals = append(refusals, Refusal{
			Subject: "secret " + use.ref.String(),
			Message: "does not exist; needed by " + strings.Join(use.by, ", "), Hint: hint,
		})
	}
	return refusals
}

// keeper takes what was found out about a secret: its ARN and its KMS key, as
// AWS names it.
type keeper func(ref spec.SecretRef, arn, key string)

// keyARN is the key that must be allowed to decrypt a secret besides reading
// it; empty for AWS's own keys, which allow it. IAM knows no keys by alias, so
// that an alias stands for any key of the account: the key's own policy says
// who may use it.
func keyARN(secret, key string) string {
	place := strings.SplitN(secret, ":", 6)
	_, alias, isAlias := strings.Cut(key, "alias/")
	switch {
	case key == "" || isAlias && strings.HasPrefix(alias, "aws/"):
		return ""
	case isAlias:
		key = "*"
	case strings.HasPrefix(key, "arn:"):
		return key
	}
	return fmt.Sprintf("arn:%s:kms:%s:%s:key/%s", place[1], place[3], place[4], key)
}

func (a *Account) findSecret(ctx context.Context, ref spec.SecretRef, keep keeper) error {
	out, err := a.secrets().DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &ref.Name})
	if is(err, "ResourceNotFoundException") || err == nil && out.DeletedDate != nil {
		return nil
	}
	if err != nil {
		return explain(err, "secret "+ref.String())
	}
	keep(ref, aws.ToString(out.ARN), aws.ToString(out.KmsKeyId))
	return nil
}

const parametersBatch = 50 // names in one filter

func (a *Account) findParameters(ctx context.Context, names []string, keep keeper) error {
	who, err := a.Identity(ctx)
	if err != nil {
		return err
	}
	pages := ssm.NewDescribeParametersPaginator(a.ssm(), &ssm.DescribeParametersInput{
		ParameterFilters: []types.ParameterStringFilter{{
			Key: aws.String("Name"), Option: aws.String("Equals"), Values: names,
		}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return explain(err, "secret "+spec.SecretRef{Store: spec.SSM, Name: names[0]}.String())
		}
		for _, p := range page.Parameters {
			name := aws.ToString(p.Name)
			arn := fmt.Sprintf("arn:%s:ssm:%s:%s:parameter/%s", who.Partition, a.region, who.Account, strings.TrimPrefix(name, "/"))
			keep(spec.SecretRef{Store: spec.SSM, Name: name}, arn, aws.ToString(p.KeyId))
		}
	}
	return nil
}

// login is the user of an image registry. It is never shown.
type login struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// registryLogin reads the value of a registry's credentials, the one secret
// value that Photon reads itself: it must look at the image as ECS will.
func (a *Account) registryLogin(ctx context.Context, ref spec.SecretRef) (login, error) {
	out, err := a.secrets().GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &ref.Name})
	if err != nil {
		return login{}, explain(err, "secret "+ref.String())
	}
	var l login
	if err := json.Unmarshal([]byte(aws.ToString(out.SecretString)), &l); err != nil || l.Username == "" {
		return login{}, &Error{Subject: "secret " + ref.String(), Message: `is not of the form {"username": …, "password": …}`}
	}
	return l, nil
}
