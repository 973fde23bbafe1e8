package secrets

import (
	"context"
	"strings"

	"photon/internal/engine/wire"
)

// Key returns the ARN of the KMS key that must be allowed to decrypt what a
// container secret's valueFrom names; empty for AWS's own keys, and for what
// does not exist. The engine has no aliases: a key that is named by one has
// the alias in its ARN.
func (s *Secrets) Key(ctx context.Context, valueFrom string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, err := inRegionOf(ctx, valueFrom)
	if err != nil {
		return ""
	}
	key := s.keyOf(ctx, valueFrom)
	_, alias, isAlias := strings.Cut(key, "alias/")
	switch {
	case key == "" || isAlias && strings.HasPrefix(alias, "aws/"):
		return ""
	case isAlias:
		key = alias
	case strings.HasPrefix(key, "arn:"):
		return key
	}
	return wire.From(ctx).ARN("kms", "key/"+key)
}

func (s *Secrets) keyOf(ctx context.Context, valueFrom string) string {
	if !strings.HasPrefix(valueFrom, "arn:aws:secretsmanager:") {
		p, _, _, err := s.choose(ctx, valueFrom)
		if err != nil {
			return ""
		}
		return p.KeyID
	}
	id, _, err := splitSecret(valueFrom)
	if err != nil {
		return ""
	}
	x, err := s.alive(ctx, &id)
	if err != nil {
		return ""
	}
	return x.KMSKey
}
