package cloud

import (
	"encoding/json"
	"net/url"
	"strings"

	"photon/internal/resource"
)

const policyVersion = "2012-10-17"

// policyText is an IAM policy document; its members have IAM's names.
type policyText struct {
	Version   string
	Statement policyStatements
}

type policyStatements []policyStatement

// UnmarshalJSON reads one statement or a list of them.
func (s *policyStatements) UnmarshalJSON(data []byte) error {
	var one policyStatement
	if err := json.Unmarshal(data, &one); err == nil {
		*s = policyStatements{one}
		return nil
	}
	return json.Unmarshal(data, (*[]policyStatement)(s))
}

type policyStatement struct {
	Effect    string
	Principal map[string]texts `json:",omitempty"`
	Action    texts
	Resource  texts           `json:",omitempty"`
	Condition json.RawMessage `json:",omitempty"`
}

// texts is one text or a list of them: IAM takes and gives both.
type texts []string

// UnmarshalJSON reads one text or a list of them.
func (t *texts) UnmarshalJSON(data []byte) error {
	var one string
	if err := json.Unmarshal(data, &one); err == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

func (p policyText) String() string {
	p.Version = policyVersion
	text, err := json.Marshal(p)
	if err != nil {
		panic("cloud: policy: " + err.Error())
	}
	return string(text)
}

func trustText(principal string) string {
	return policyText{Statement: policyStatements{{
		Effect: "Allow", Principal: map[string]texts{"Service": {principal}}, Action: texts{"sts:AssumeRole"},
	}}}.String()
}

func permissionText(statements []resource.Statement) string {
	var p policyText
	for _, s := range statements {
		p.Statement = append(p.Statement, policyStatement{Effect: "Allow", Action: s.Actions, Resource: s.Resources})
	}
	return p.String()
}

// readPolicy reads what IAM returns: URL-encoded JSON. A document that Photon
// cannot have written is shown as an odd one, so that it counts as a change.
func readPolicy(encoded string) policyText {
	text, err := url.QueryUnescape(encoded)
	if err != nil {
		text = encoded
	}
	var p policyText
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return policyText{Statement: policyStatements{{Effect: "unreadable"}}}
	}
	return p
}

// principal is who a trust policy of the shape that Photon writes trusts; of
// any other shape it is everything that tells it apart.
func (p policyText) principal() string {
	var words []string
	for _, s := range p.Statement {
		if s.Effect != "Allow" || len(s.Condition) > 0 {
			words = append(words, s.Effect+string(s.Condition))
		}
		for _, sort := range sortedKeys(s.Principal) {
			if sort != "Service" {
				words = append(words, sort)
			}
			words = append(words, s.Principal[sort]...)
		}
	}
	return strings.Join(words, " ")
}

// statements are the permissions; what Photon cannot have written is marked.
func (p policyText) statements() []resource.Statement {
	var list []resource.Statement
	for _, s := range p.Statement {
		statement := resource.Statement{Actions: s.Action, Resources: s.Resource}
		if s.Effect != "Allow" || len(s.Condition) > 0 {
			statement.Actions = append(texts{s.Effect + string(s.Condition)}, s.Action...)
		}
		list = append(list, statement)
	}
	return list
}
