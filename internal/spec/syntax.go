package spec

import "strings"

// syntax is how a kind of string is written.
type syntax struct {
	pattern pattern
	says    string // completes "expects …"
	slug    bool   // a near miss can be mended by lower case and hyphens
}

// syntaxes are the strings that the file types name in their tags.
var syntaxes = map[string]syntax{
	"name":          {`[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?`, "lower-case letters, digits and hyphens, beginning with a letter, 40 at most", true},
	"environment":   {`[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?`, "lower-case letters, digits and hyphens, beginning with a letter, 24 at most", true},
	"workload":      {`[a-z](?:[a-z0-9-]{0,18}[a-z0-9])?`, "lower-case letters, digits and hyphens, beginning with a letter, 20 at most", true},
	"instance":      {`(?:[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)?`, "lower-case letters, digits and hyphens, 40 at most", true},
	"variable":      {`[A-Za-z_][A-Za-z0-9_.]*`, "letters, digits and underscores, not beginning with a digit", false},
	"region":        {`[a-z]{2,3}(?:-[a-z]+)+-[0-9]`, "an AWS region such as eu-west-1", false},
	"account":       {`[0-9]{12}`, "an AWS account: 12 digits", false},
	"subnet":        {`subnet-[0-9a-f]{8,17}`, "a subnet such as subnet-0a1b2c3d", false},
	"securityGroup": {`sg-[0-9a-f]{8,17}`, "a security group such as sg-0a1b2c3d", false},
	"path":          {`/[!-~]*`, "a path that begins with / and has no spaces", false},
	"user":          {`[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?`, "a user or user:group, as names or numbers", false},
	"pointer":       {`(?:/(?:[^~/]|~[01])*)+`, "a JSON Pointer such as /containerDefinitions/0/ulimits", false},
	"action":        {`\*|[a-z0-9-]+:[A-Za-z0-9*?]+`, "an IAM action such as s3:GetObject", false},
	"resource":      {`\*|arn:[^\s]+`, "an ARN or *", false},
}

// check returns what is wrong with a string, which is shown as the author wrote
// it.
func (s syntax) check(text, shown string) *fault {
	if s.pattern.match(text) {
		return nil
	}
	return faultf(s.hint(text), "expects %s, got %s", s.says, shown)
}

// checkKey returns what is wrong with a key that is the author's to choose.
func (s syntax) checkKey(key string) *fault {
	if s.pattern.match(key) {
		return nil
	}
	return faultf(s.hint(key), "is not a name: expects %s", s.says)
}

func (s syntax) hint(text string) string {
	if slug := slugOf(text); s.slug && slug != "" && s.pattern.match(slug) {
		return `write "` + slug + `"`
	}
	return ""
}

// slugOf is the text in lower case, anything unusual as a hyphen.
func slugOf(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "-")
}
