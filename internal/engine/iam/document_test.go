package iam

import (
	"strings"
	"testing"
)

func TestMalformedIdentityPoliciesAreRefused(t *testing.T) {
	statement := func(inner string) string { return `{"Version":"2012-10-17","Statement":[{` + inner + `}]}` }
	cases := []struct{ name, text, want string }{
		{"good", readAny, ""},
		{"good with everything", statement(`"Sid":"A1","Effect":"Deny","NotAction":["s3:*","ecs:Run?ask"],"NotResource":["arn:aws:s3:::bucket/*"],"Condition":{"ForAnyValue:StringLikeIfExists":{"aws:x":["a"]},"Bool":{"aws:SecureTransport":false}}`), ""},
		{"no JSON", `{`, "This policy contains invalid Json"},
		{"two values", readAny + readAny, "This policy contains invalid Json"},
		{"a list", `[]`, "Syntax errors in policy."},
		{"an unknown element", `{"Version":"2012-10-17","Statements":[]}`, "Syntax errors in policy."},
		{"an unknown element of a statement", statement(`"Effect":"Allow","Action":"*","Resource":"*","Colour":"red"`), "Syntax errors in policy."},
		{"no statement", `{"Version":"2012-10-17","Statement":[]}`, "Syntax errors in policy."},
		{"another version", `{"Version":"2020-01-01","Statement":[]}`, "The policy must contain a valid version string"},
		{"another effect", statement(`"Effect":"allow","Action":"*","Resource":"*"`), "Invalid effect: allow"},
		{"no action", statement(`"Effect":"Allow","Resource":"*"`), "Policy statement must contain actions."},
		{"action and its opposite", statement(`"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"`), "Syntax errors in policy."},
		{"an action without a service", statement(`"Effect":"Allow","Action":"GetObject","Resource":"*"`), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{"an action that is an object", statement(`"Effect":"Allow","Action":{},"Resource":"*"`), "Syntax errors in policy."},
		{"no resource", statement(`"Effect":"Allow","Action":"*"`), "Policy statement must contain resources."},
		{"a resource that is no ARN", statement(`"Effect":"Allow","Action":"*","Resource":"bucket"`), `Resource bucket must be in ARN format or "*".`},
		{"a principal", statement(`"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"`), "Policy document should not specify a principal."},
		{"an unknown condition", statement(`"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Equals":{"aws:x":"y"}}`), "Invalid Condition type : Equals"},
		{"a statement id with a space", statement(`"Sid":"a b","Effect":"Allow","Action":"*","Resource":"*"`), "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"},
		{"a statement id twice", `{"Statement":[{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"}]}`, "Statement IDs (SID) in a single policy must be unique."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { expect(t, checkIdentity(&c.text), c.want) })
	}
}

func TestMalformedTrustPoliciesAreRefused(t *testing.T) {
	with := func(old, new string) string { return strings.Replace(tasksTrust, old, new, 1) }
	cases := []struct{ name, text, want string }{
		{"good", tasksTrust, ""},
		{"an account", with(`{"Service":"ecs-tasks.amazonaws.com"}`, `{"AWS":["123456789012","arn:aws:iam::123456789012:root"]}`), ""},
		{"everybody", with(`{"Service":"ecs-tasks.amazonaws.com"}`, `"*"`), ""},
		{"a resource", with(`"Action"`, `"Resource":"*","Action"`), "Has prohibited field Resource"},
		{"no principal", with(`"Principal":{"Service":"ecs-tasks.amazonaws.com"},`, ``), "Missing required field Principal"},
		{"another action", with("sts:AssumeRole", "s3:GetObject"), "AssumeRole policy may only specify STS AssumeRole actions."},
		{"a service that is none", with("ecs-tasks.amazonaws.com", "ecs-tasks"), `Invalid principal in policy: "SERVICE":"ecs-tasks"`},
		{"a principal of an unknown kind", with(`"Service"`, `"Person"`), `Invalid principal in policy: "PERSON":"ecs-tasks.amazonaws.com"`},
		{"an account that is too short", with(`{"Service":"ecs-tasks.amazonaws.com"}`, `{"AWS":"1234"}`), `Invalid principal in policy: "AWS":"1234"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { expect(t, checkTrust(&c.text), c.want) })
	}
}

func expect(t *testing.T, err error, want string) {
	t.Helper()
	got := fault(err)
	if want != "" {
		want = "MalformedPolicyDocument: " + want
	}
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
