package secrets

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"photon/internal/engine/wire"
)

// Value returns the value behind a container secret's valueFrom: the ARN of a
// secret, with a JSON key, version stage and version id behind it or not, or
// the name or ARN of a parameter.
//
// An error is the cause that ends the stoppedReason of a task that cannot
// start, with the code of the service where that has one, and never has a
// value in it. ECS writes before it whom it asked: "ResourceInitializationError:
// unable to pull secrets or registry auth: execution resource retrieval failed:
// unable to retrieve secret from asm: …".
func (s *Secrets) Value(ctx context.Context, valueFrom string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, err := inRegionOf(ctx, valueFrom)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(valueFrom, "arn:aws:secretsmanager:") {
		return s.secretValue(ctx, valueFrom)
	}
	p, e, _, err := s.choose(ctx, valueFrom)
	if err != nil {
		return "", fmt.Errorf("invalid ssm parameters: %s", parameterPath(ctx, valueFrom))
	}
	return s.text(p, e, true), nil
}

// parameterPath is a parameter's name out of its ARN.
func parameterPath(ctx context.Context, valueFrom string) string {
	return strings.TrimPrefix(valueFrom, wire.From(ctx).ARN("ssm", "parameter"))
}

// inRegionOf returns ctx for the region of an ARN. Other accounts are closed:
// the engine has no policies on resources that could open them.
func inRegionOf(ctx context.Context, valueFrom string) (context.Context, error) {
	if !strings.HasPrefix(valueFrom, "arn:") {
		return ctx, nil
	}
	parts := strings.SplitN(valueFrom, ":", 6)
	if len(parts) < 6 || parts[2] != "secretsmanager" && parts[2] != "ssm" {
		return ctx, fmt.Errorf("%s is not the ARN of a secret or a parameter", valueFrom)
	}
	call := wire.From(ctx)
	if parts[4] != call.Account {
		return ctx, wire.Fault("AccessDeniedException", "Access to %s is not allowed: it is of another account", valueFrom)
	}
	call.Region = parts[3]
	return wire.With(ctx, call), nil
}

func (s *Secrets) secretValue(ctx context.Context, valueFrom string) (string, error) {
	id, suffix, err := splitSecret(valueFrom)
	if err != nil {
		return "", err
	}
	x, v, err := s.pick(ctx, &id, optional(suffix.version), optional(suffix.stage))
	if err != nil {
		return "", err
	}
	found := s.reveal(x, v)
	if found.Binary {
		return "", fmt.Errorf("secret %s is binary, which a container secret cannot be", id)
	}
	if suffix.key == "" {
		return string(found.Data), nil
	}
	return jsonField(id, suffix.key, found.Data)
}

// suffix is what may follow a secret's ARN in valueFrom.
type suffix struct{ key, stage, version string }

// splitSecret takes the suffix from a valueFrom; it has all its colons or none.
func splitSecret(valueFrom string) (string, suffix, error) {
	parts := strings.Split(valueFrom, ":")
	if len(parts) == 7 {
		return valueFrom, suffix{}, nil
	}
	if len(parts) != 10 {
		return "", suffix{}, errors.New("unexpected ARN format with parameters when trying to retrieve ASM secret")
	}
	return strings.Join(parts[:7], ":"), suffix{key: parts[7], stage: parts[8], version: parts[9]}, nil
}

// jsonField returns the member of a JSON secret. Errors of the parser are not
// shown, because they quote the text.
func jsonField(id, key string, text []byte) (string, error) {
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil {
		return "", fmt.Errorf("secret %s is not a JSON object", id)
	}
	member, ok := members[key]
	if !ok {
		return "", fmt.Errorf("retrieved secret from Secrets Manager did not contain json key %s", key)
	}
	var value string
	if json.Unmarshal(member, &value) == nil {
		return value, nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, member); err != nil {
		return "", fmt.Errorf("secret %s is not a JSON object", id)
	}
	return compact.String(), nil
}
