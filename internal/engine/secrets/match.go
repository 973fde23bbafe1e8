package secrets

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"photon/internal/engine/wire"
)

// matching returns the secrets that pass every filter of Secrets Manager.
func (s *Secrets) matching(ctx context.Context, filters []types.Filter, withScheduled bool) ([]secret, error) {
	for _, f := range filters {
		if _, known := (secret{}).words(f.Key); !known {
			return nil, wire.Fault("ValidationException", "1 validation error detected: Value '%s' at 'filters.1.member.key' failed to satisfy constraint: Member must satisfy enum value set: [description, name, tag-key, tag-value, all]", f.Key)
		}
	}
	var rows []secret
	for _, x := range s.secrets.All(wire.From(ctx).World()) {
		if !x.expired() && (withScheduled || !x.scheduled()) && x.passes(filters) {
			rows = append(rows, x)
		}
	}
	return rows, nil
}

func (x secret) passes(filters []types.Filter) bool {
	for _, f := range filters {
		if !x.passesOne(f) {
			return false
		}
	}
	return true
}

// passesOne tells whether one of the filter's values fits: a prefix, or with
// a leading exclamation mark, no such prefix.
func (x secret) passesOne(f types.Filter) bool {
	words, _ := x.words(f.Key)
	fold := f.Key == types.FilterNameStringTypeDescription || f.Key == types.FilterNameStringTypeAll
	return slices.ContainsFunc(f.Values, func(wanted string) bool {
		wanted, negated := strings.CutPrefix(wanted, "!")
		found := slices.ContainsFunc(words, func(word string) bool {
			if fold {
				return strings.HasPrefix(strings.ToLower(word), strings.ToLower(wanted))
			}
			return strings.HasPrefix(word, wanted)
		})
		return found != negated
	})
}

// words is what a filter compares with; false for a filter that the engine
// does not have.
func (x secret) words(key types.FilterNameStringType) ([]string, bool) {
	switch key {
	case types.FilterNameStringTypeName:
		return []string{x.Name}, true
	case types.FilterNameStringTypeDescription:
		return append(strings.Fields(x.Description), x.Description), true
	case types.FilterNameStringTypeTagKey:
		return slices.Collect(maps.Keys(x.Tags)), true
	case types.FilterNameStringTypeTagValue:
		return slices.Collect(maps.Values(x.Tags)), true
	case types.FilterNameStringTypeAll:
		all := append(strings.Fields(x.Description), x.Name)
		all = slices.AppendSeq(all, maps.Keys(x.Tags))
		return slices.AppendSeq(all, maps.Values(x.Tags)), true
	}
	return nil, false
}
