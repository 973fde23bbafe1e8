package spec

import "strings"

// secret is a reference to a secret value.
type secret SecretRef

const secretPattern pattern = `secretsmanager:[A-Za-z0-9/_+=.@-]+(?:#[^:#\s]+)?|ssm:[A-Za-z0-9/_.-]+`

// maxSecretName is what Secrets Manager takes; SSM takes a little more.
const maxSecretName = 512

const wantsSecret = `a reference: "secretsmanager:name", "secretsmanager:name#key" or "ssm:/path"`

const namesNotARNs = "write the name of the secret, without the ARN before and the six characters after it"

// read never repeats what it refuses: it may be the secret itself.
func (s *secret) read(n *node) *fault {
	store, name, ok := strings.Cut(n.text, ":")
	switch {
	case n.kind != kindText:
		return faultf("", "expects %s, got %s", wantsSecret, n.kind)
	case store == "arn":
		return faultf(namesNotARNs, "expects %s, got an ARN", wantsSecret)
	case !ok || store != SecretsManager && store != SSM:
		return faultf("put the value into Secrets Manager or SSM Parameter Store, or into env if it is not secret",
			"expects %s, not a value", wantsSecret)
	case strings.HasPrefix(name, "arn:"):
		return faultf(namesNotARNs, "%s: takes a name, not an ARN", store)
	case store == SSM && strings.Contains(name, "#"):
		return faultf("", "ssm: a parameter has no keys, so that # has no meaning")
	case len(name) > maxSecretName:
		return faultf("", "%s: the name is longer than %d characters", store, maxSecretName)
	case !secretPattern.match(n.text):
		return faultf("", "%s: the name is empty, or has characters that names do not have", store)
	}
	s.Store = store
	s.Name, s.Key, _ = strings.Cut(name, "#")
	return nil
}
