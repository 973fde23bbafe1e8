package iam

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const tasks = "ecs-tasks.amazonaws.com"

func TestWhatARoleMayDo(t *testing.T) {
	cases := []struct {
		name, statements string
		action, resource string
		want             string // "", "implicit" or "explicit"
	}{
		{"nothing without a statement for it", `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`, "ecs:RunTask", "*", "implicit"},
		{"an action by wildcard, whatever its case", `{"Effect":"Allow","Action":"S3:getO?ject*","Resource":"*"}`, "s3:GetObjectTagging", "arn:aws:s3:::b/k", ""},
		{"one of several actions", `{"Effect":"Allow","Action":["s3:PutObject","s3:GetObject"],"Resource":"*"}`, "s3:GetObject", "arn:aws:s3:::b/k", ""},
		{"a resource by wildcard", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/*/x"}`, "s3:GetObject", "arn:aws:s3:::b/k/l/x", ""},
		{"not a resource in another case", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::B/*"}`, "s3:GetObject", "arn:aws:s3:::b/k", "implicit"},
		{"the suffix of a secret", `{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:secretsmanager:us-east-1:123456789012:secret:db-??????"}`, "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf", ""},
		{"a denial wins", `{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"s3:Delete*","Resource":"*"}`, "s3:DeleteObject", "arn:aws:s3:::b/k", "explicit"},
		{"all but some actions", `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, "s3:GetObject", "*", ""},
		{"none of the excepted actions", `{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}`, "iam:PassRole", "*", "implicit"},
		{"all but some resources", `{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::b/*"}`, "s3:GetObject", "arn:aws:s3:::c/k", ""},
		{"none of the excepted resources", `{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::b/*"}`, "s3:GetObject", "arn:aws:s3:::b/k", "implicit"},
		{"a condition on a key that is not known", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"a"}}}`, "s3:GetObject", "*", "implicit"},
		{"a negative condition on a key that is not known", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalTag/team":"a"}}}`, "s3:GetObject", "*", ""},
		{"a condition that holds if the key exists", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLikeIfExists":{"aws:PrincipalTag/team":"a"}}}`, "s3:GetObject", "*", ""},
		{"a condition that the key is absent", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Null":{"aws:PrincipalTag/team":"true"}}}`, "s3:GetObject", "*", ""},
		{"a condition on the region", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:RequestedRegion":["eu-*","us-*"]}}}`, "s3:GetObject", "*", ""},
		{"a condition on another region", `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}`, "s3:GetObject", "*", "implicit"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := start(0)
			arn := b.role(t, "orders", tasksTrust)
			b.inline(t, "orders", "p", `{"Version":"2012-10-17","Statement":[`+c.statements+`]}`)
			err := b.iam.Allowed(inside(t), arn, tasks, c.action, c.resource)
			want := map[string]string{
				"":         "",
				"implicit": "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/orders/engine is not authorized to perform: " + c.action + " on resource: " + c.resource + " because no identity-based policy allows the " + c.action + " action",
				"explicit": "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/orders/engine is not authorized to perform: " + c.action + " on resource: " + c.resource + " with an explicit deny in an identity-based policy",
			}[c.want]
			if got := fault(err); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestWhoMayAssumeARole(t *testing.T) {
	trust := func(principal, condition string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"` + condition + `}]}`
	}
	onBehalf := `,"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:ecs:us-east-1:%:*"},"StringEquals":{"aws:SourceAccount":"%"}}`
	cases := []struct {
		name, trust, principal string
		allowed                bool
	}{
		{"the service", tasksTrust, tasks, true},
		{"another service", tasksTrust, "ecs.amazonaws.com", false},
		{"a service on behalf of this account", trust(`{"Service":"`+tasks+`"}`, strings.ReplaceAll(onBehalf, "%", account)), tasks, true},
		{"a service on behalf of another account", trust(`{"Service":"`+tasks+`"}`, strings.ReplaceAll(onBehalf, "%", "999999999999")), tasks, false},
		{"a user of the account", trust(`{"AWS":"123456789012"}`, ""), userARN(account), true},
		{"a user of another account", trust(`{"AWS":"arn:aws:iam::123456789012:root"}`, ""), userARN("999999999999"), false},
		{"a service is not everybody", trust(`"*"`, ""), tasks, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := start(0)
			arn := b.role(t, "orders", c.trust)
			want := ""
			if !c.allowed {
				want = "AccessDeniedException: " + c.principal + " is not authorized to perform: sts:AssumeRole on resource: " + arn
			}
			if got := fault(b.iam.Allowed(inside(t), arn, c.principal, "", "")); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
	b := start(0)
	const gone = "arn:aws:iam::123456789012:role/gone"
	if got, want := fault(b.iam.Allowed(inside(t), gone, tasks, "", "")), "AccessDeniedException: "+tasks+" is not authorized to perform: sts:AssumeRole on resource: "+gone; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAWSPoliciesAllowWhatTheyAreFor(t *testing.T) {
	b := start(0)
	cases := []struct{ policy, action, resource string }{
		{execution, "logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:/a:log-stream:b"},
		{execution, "ecr:GetAuthorizationToken", "*"},
		{"arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers", "elasticloadbalancing:ModifyRule", "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/a/1/2/3"},
		{"arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers", "elasticloadbalancing:ModifyListener", "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/1/2"},
		{"arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers", "elasticloadbalancing:RegisterTargets", "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/1"},
		{"arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess", "ssm:GetParameters", "arn:aws:ssm:us-east-1:123456789012:parameter/a"},
		{"arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess", "xray:PutTraceSegments", "*"},
	}
	arn := b.role(t, "orders", tasksTrust)
	for _, c := range cases {
		if err := b.iam.Allowed(inside(t), arn, tasks, c.action, c.resource); err == nil {
			t.Errorf("%s is allowed without a policy", c.action)
		}
		b.attach(t, "orders", c.policy)
		if err := b.iam.Allowed(inside(t), arn, tasks, c.action, c.resource); err != nil {
			t.Error(err)
		}
		must[iam.DetachRolePolicyOutput](t)(b.client.DetachRolePolicy(t.Context(), &iam.DetachRolePolicyInput{RoleName: aws.String("orders"), PolicyArn: &c.policy}))
	}
}

func TestChangesTakeEffectAfterTheDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const delay = 10 * time.Second
		b := start(delay)
		may := func(action string) bool {
			return b.iam.Allowed(inside(t), "arn:aws:iam::123456789012:role/orders", tasks, action, "*") == nil
		}
		step := func(name string, before, after bool, check func() bool) {
			t.Helper()
			time.Sleep(delay - 1)
			if check() != before {
				t.Errorf("%s: already effective", name)
			}
			time.Sleep(time.Nanosecond)
			if check() != after {
				t.Errorf("%s: not effective", name)
			}
		}
		b.role(t, "orders", tasksTrust)
		step("the role", false, true, func() bool { return may("") })
		b.inline(t, "orders", "p", readAny)
		step("the inline policy", false, true, func() bool { return may("s3:GetObject") })
		b.inline(t, "orders", "p", strings.Replace(readAny, "s3:Get", "s3:Put", 1))
		step("its new text", false, true, func() bool { return may("s3:PutObject") && !may("s3:GetObject") })
		b.attach(t, "orders", execution)
		step("the attachment", false, true, func() bool { return may("logs:PutLogEvents") })
		must[iam.UpdateAssumeRolePolicyOutput](t)(b.client.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("orders"), PolicyDocument: aws.String(strings.Replace(tasksTrust, "ecs-tasks", "ecs", 1))}))
		step("the trust policy", true, false, func() bool { return may("") })
	})
}

func TestSimulationAgreesWithThePolicies(t *testing.T) {
	b := start(0)
	arn := b.role(t, "orders", tasksTrust)
	b.inline(t, "orders", "p", `{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:Delete*","Resource":"*"}]}`)
	ask := func(source string) []types.PolicyEvaluationDecisionType {
		out := must[iam.SimulatePrincipalPolicyOutput](t)(b.client.SimulatePrincipalPolicy(t.Context(), &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &source, ActionNames: []string{"s3:GetObject", "s3:DeleteObject", "ecs:RunTask"}}))
		var got []types.PolicyEvaluationDecisionType
		for _, r := range out.EvaluationResults {
			got = append(got, r.EvalDecision)
		}
		return got
	}
	if got := ask(arn); len(got) != 3 || got[0] != "allowed" || got[1] != "explicitDeny" || got[2] != "implicitDeny" {
		t.Errorf("the role: %v", got)
	}
	if got := ask(userARN(account)); len(got) != 3 || got[0] != "allowed" || got[1] != "allowed" || got[2] != "allowed" {
		t.Errorf("the user: %v", got)
	}
}

func TestSessionsAreWhoTheyAssumed(t *testing.T) {
	b := start(0)
	ctx := t.Context()
	arn := b.role(t, "deployer", strings.Replace(tasksTrust, `"Service":"`+tasks+`"`, `"AWS":"arn:aws:iam::123456789012:root"`, 1))
	closed := b.role(t, "closed", tasksTrust)
	who := func(c *sts.Client) string {
		out := must[sts.GetCallerIdentityOutput](t)(c.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))
		if *out.Account != account {
			t.Errorf("the account of %s is %s", *out.Arn, *out.Account)
		}
		return *out.Arn
	}
	if got := who(b.sts); got != "arn:aws:iam::123456789012:user/engine" {
		t.Errorf("the user: %s", got)
	}
	in := &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("ci")}
	session := must[sts.AssumeRoleOutput](t)(b.sts.AssumeRole(ctx, in))
	if got, want := who(stsClient(b.iam, *session.Credentials.AccessKeyId)), "arn:aws:sts::123456789012:assumed-role/deployer/ci"; got != want || *session.AssumedRoleUser.Arn != want {
		t.Errorf("the session: %s", got)
	}
	token := must[sts.GetSessionTokenOutput](t)(b.sts.GetSessionToken(ctx, &sts.GetSessionTokenInput{}))
	if got := who(stsClient(b.iam, *token.Credentials.AccessKeyId)); got != "arn:aws:iam::123456789012:user/engine" {
		t.Errorf("the user's session: %s", got)
	}
	for want, in := range map[string]*sts.AssumeRoleInput{
		"AccessDenied: User: arn:aws:iam::123456789012:user/engine is not authorized to perform: sts:AssumeRole on resource: " + closed:                                                 {RoleArn: &closed, RoleSessionName: aws.String("ci")},
		"ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.":                                                                              {RoleArn: &arn, RoleSessionName: aws.String("ci"), DurationSeconds: aws.Int32(7200)},
		`ValidationError: 1 validation error detected: Value 'c i' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]{2,64}`: {RoleArn: &arn, RoleSessionName: aws.String("c i")},
	} {
		if _, err := b.sts.AssumeRole(ctx, in); fault(err) != want {
			t.Errorf("got  %s\nwant %s", fault(err), want)
		}
	}
}
