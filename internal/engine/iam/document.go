package iam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photon/internal/engine/wire"
)

// grants is a parsed policy.
type grants struct {
	Version   string
	ID        string `json:"Id"`
	Statement statements
}

// statement is one statement of a policy.
type statement struct {
	Sid                     string
	Effect                  string
	Action, NotAction       list
	Resource, NotResource   list
	Principal, NotPrincipal principals
	Condition               map[string]map[string]list
}

// statements is one statement or several.
type statements []statement

// list is one text or several; JSON's booleans and numbers count as texts.
type list []string

// principals is by kind ("AWS", "Service", …) who is meant; "*" is {"AWS": "*"}.
type principals map[string]list

func (s *statements) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		return strict(text, (*[]statement)(s))
	}
	*s = make(statements, 1)
	return strict(text, &(*s)[0])
}

func (l *list) UnmarshalJSON(text []byte) error {
	items := []json.RawMessage{text}
	*l = list{}
	if bytes.HasPrefix(text, []byte("[")) {
		if err := json.Unmarshal(text, &items); err != nil {
			return err
		}
	}
	for _, item := range items {
		var value string
		if bytes.ContainsAny(item[:1], `[{n`) {
			return fmt.Errorf("not a text")
		}
		if json.Unmarshal(item, &value) != nil {
			value = string(item)
		}
		*l = append(*l, value)
	}
	return nil
}

func (p *principals) UnmarshalJSON(text []byte) error {
	if string(text) == `"*"` {
		*p = principals{"AWS": {"*"}}
		return nil
	}
	return json.Unmarshal(text, (*map[string]list)(p))
}

// strict decodes exactly one JSON value without unknown members.
func strict(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("more than one value")
	}
	return nil
}

func malformed(format string, args ...any) error {
	return wire.Fault("MalformedPolicyDocument", format, args...)
}

// parse reads a policy and checks what all policies have in common.
func parse(text string) (grants, error) {
	var g grants
	if err := strict([]byte(text), &g); err != nil {
		if json.Valid([]byte(text)) {
			return g, malformed("Syntax errors in policy.")
		}
		return g, malformed("This policy contains invalid Json")
	}
	if g.Version != "" && g.Version != "2012-10-17" && g.Version != "2008-10-17" {
		return g, malformed("The policy must contain a valid version string")
	}
	if len(g.Statement) == 0 {
		return g, malformed("Syntax errors in policy.")
	}
	sids := map[string]bool{}
	for _, s := range g.Statement {
		if s.Sid != "" && sids[s.Sid] {
			return g, malformed("Statement IDs (SID) in a single policy must be unique.")
		}
		sids[s.Sid] = true
		if err := s.check(); err != nil {
			return g, err
		}
	}
	return g, nil
}

const (
	sidText    wire.Pattern = `^[A-Za-z0-9]*$`
	actionText wire.Pattern = `^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$`
)

func (s statement) check() error {
	switch {
	case !sidText.MatchString(s.Sid):
		return malformed("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")
	case s.Effect != "Allow" && s.Effect != "Deny":
		return malformed("Invalid effect: %s", s.Effect)
	case s.Action != nil && s.NotAction != nil, s.Resource != nil && s.NotResource != nil, s.Principal != nil && s.NotPrincipal != nil:
		return malformed("Syntax errors in policy.")
	case len(s.Action)+len(s.NotAction) == 0:
		return malformed("Policy statement must contain actions.")
	}
	for _, action := range slices.Concat(s.Action, s.NotAction) {
		if action != "*" && !actionText.MatchString(action) {
			return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
		}
	}
	for operator, keys := range s.Condition {
		if _, known := parseOperator(operator); !known {
			return malformed("Invalid Condition type : %s", operator)
		}
		for key := range keys {
			if !strings.Contains(key, ":") {
				return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
			}
		}
	}
	return nil
}

// checkIdentity checks a policy that says what its owner may do.
func checkIdentity(text *string) error {
	g, err := parse(aws.ToString(text))
	if err != nil {
		return err
	}
	for _, s := range g.Statement {
		if s.Principal != nil || s.NotPrincipal != nil {
			return malformed("Policy document should not specify a principal.")
		}
		resources := slices.Concat(s.Resource, s.NotResource)
		if len(resources) == 0 {
			return malformed("Policy statement must contain resources.")
		}
		for _, resource := range resources {
			if resource != "*" && (!strings.HasPrefix(resource, "arn:") || strings.Count(resource, ":") < 5) {
				return malformed("Resource %s must be in ARN format or \"*\".", resource)
			}
		}
	}
	return nil
}

// maxTrust is IAM's default quota for the size of a trust policy.
const maxTrust = 2048

// checkTrust checks a policy that says who may assume a role.
func checkTrust(text *string) error {
	g, err := parse(aws.ToString(text))
	if err != nil {
		return err
	}
	if size(*text) > maxTrust {
		return wire.Fault("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: %d", maxTrust)
	}
	for _, s := range g.Statement {
		if s.Resource != nil || s.NotResource != nil {
			return malformed("Has prohibited field Resource")
		}
		if len(s.Principal)+len(s.NotPrincipal) == 0 {
			return malformed("Missing required field Principal")
		}
		for _, action := range slices.Concat(s.Action, s.NotAction) {
			if action != "*" && !strings.HasPrefix(strings.ToLower(action), "sts:") {
				return malformed("AssumeRole policy may only specify STS AssumeRole actions.")
			}
		}
		if err := s.checkPrincipals(); err != nil {
			return err
		}
	}
	return nil
}

const awsPrincipal wire.Pattern = `^(\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)/.+))$`

func (s statement) checkPrincipals() error {
	for _, who := range []principals{s.Principal, s.NotPrincipal} {
		for kind, names := range who {
			for _, name := range names {
				if !validPrincipal(kind, name) {
					return malformed("Invalid principal in policy: \"%s\":\"%s\"", strings.ToUpper(kind), name)
				}
			}
		}
	}
	return nil
}

func validPrincipal(kind, name string) bool {
	switch kind {
	case "AWS":
		return awsPrincipal.MatchString(name)
	case "Service":
		return strings.HasSuffix(name, ".amazonaws.com")
	case "Federated":
		return name != ""
	}
	return false
}

// size is a policy's length as IAM counts it, without white space.
func size(text string) int {
	return len(strings.Join(strings.Fields(text), ""))
}
