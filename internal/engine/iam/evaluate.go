package iam

import (
	"slices"
	"strings"

	"photon/internal/engine/wire"
)

// decision is what a set of policies says; a denial wins over everything.
type decision int

const (
	implicitDeny decision = iota
	allowed
	explicitDeny
)

// question is what is asked of policies.
type question struct {
	Principal string // a service, or an ARN; only trust policies look at it
	Action    string
	Resource  string            // empty in trust policies
	Keys      map[string]string // condition keys that are known, in lower case
}

func evaluate(statements []statement, q question) decision {
	verdict := implicitDeny
	for _, s := range statements {
		if !s.applies(q) {
			continue
		}
		if s.Effect == "Deny" {
			return explicitDeny
		}
		verdict = allowed
	}
	return verdict
}

func (s statement) applies(q question) bool {
	return s.appliesToAction(q.Action) && s.appliesToResource(q.Resource) && s.appliesToPrincipal(q.Principal) && s.conditionsHold(q.Keys)
}

func (s statement) appliesToAction(action string) bool {
	matches := func(pattern string) bool { return wire.Like(strings.ToLower(pattern), strings.ToLower(action)) }
	if s.NotAction != nil {
		return !slices.ContainsFunc(s.NotAction, matches)
	}
	return slices.ContainsFunc(s.Action, matches)
}

func (s statement) appliesToResource(resource string) bool {
	matches := func(pattern string) bool { return wire.Like(pattern, resource) }
	switch {
	case s.Resource != nil:
		return slices.ContainsFunc(s.Resource, matches)
	case s.NotResource != nil:
		return !slices.ContainsFunc(s.NotResource, matches)
	}
	return resource == ""
}

func (s statement) appliesToPrincipal(principal string) bool {
	switch {
	case s.Principal != nil:
		return s.Principal.include(principal)
	case s.NotPrincipal != nil:
		return !s.NotPrincipal.include(principal)
	}
	return true
}

func (p principals) include(principal string) bool {
	if slices.Contains(p["Service"], principal) {
		return true
	}
	account := accountOf(principal)
	return account != "" && slices.ContainsFunc(p["AWS"], func(name string) bool {
		return name == "*" || name == principal || name == account || name == "arn:aws:iam::"+account+":root"
	})
}

// accountOf is the account in a principal's ARN; empty for a service.
func accountOf(principal string) string {
	parts := strings.SplitN(principal, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[4]
}

func (s statement) conditionsHold(known map[string]string) bool {
	for name, keys := range s.Condition {
		op, _ := parseOperator(name)
		for key, wanted := range keys {
			value, present := known[strings.ToLower(key)]
			if !op.holds(value, present, wanted) {
				return false
			}
		}
	}
	return true
}

// operator is a condition operator: a comparison and what surrounds it.
type operator struct {
	Compare  string // "StringEquals", …, always the positive form
	Negated  bool
	IfExists bool
	ForAll   bool
}

// comparisons are the positive operators; those that the engine has no keys
// for (numbers, dates, addresses) never hold, because their key is absent.
var comparisons = []string{
	"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "Bool", "Null", "BinaryEquals",
	"NumericEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
	"DateEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals", "IpAddress",
}

var negations = map[string]string{
	"StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase", "StringNotLike": "StringLike",
	"ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike", "NumericNotEquals": "NumericEquals",
	"DateNotEquals": "DateEquals", "NotIpAddress": "IpAddress",
}

func parseOperator(name string) (operator, bool) {
	var op operator
	name, op.ForAll = strings.CutPrefix(name, "ForAllValues:")
	name = strings.TrimPrefix(name, "ForAnyValue:")
	name, op.IfExists = strings.CutSuffix(name, "IfExists")
	if positive, ok := negations[name]; ok {
		op.Negated, name = true, positive
	}
	op.Compare = name
	return op, slices.Contains(comparisons, name) && (name != "Null" || !op.IfExists)
}

func (op operator) holds(value string, present bool, wanted list) bool {
	if op.Compare == "Null" {
		return slices.Contains(wanted, "true") == !present
	}
	if !present {
		return op.IfExists || op.Negated || op.ForAll
	}
	matched := slices.ContainsFunc(wanted, func(pattern string) bool {
		switch op.Compare {
		case "StringEquals":
			return pattern == value
		case "StringEqualsIgnoreCase", "Bool":
			return strings.EqualFold(pattern, value)
		case "StringLike", "ArnLike", "ArnEquals":
			return wire.Like(pattern, value)
		}
		return false
	})
	return matched != op.Negated
}
