package wire

import (
	"strings"
	"testing"
)

func TestRequestsThatAreRefused(t *testing.T) {
	ecsTarget := target("ecs", ecsServices)
	cases := []struct {
		name, path, head, body string
		status                 int
		code, message          string
	}{
		{"unknown member in JSON", "/", ecsTarget, `{"zoo":1,"foo":1}`, 400,
			"SerializationException", `unknown member "foo" of DescribeServicesInput`},
		{"the members' case counts", "/", ecsTarget, `{"Cluster":"c"}`, 400,
			"SerializationException", `unknown member "Cluster" of DescribeServicesInput`},
		{"wrong type", "/", ecsTarget, `{"cluster":5}`, 400,
			"SerializationException", `DescribeServicesInput: member "cluster": expected a string, found a number`},
		{"wrong type in a list", "/", ecsTarget, `{"services":["a",null]}`, 400,
			"SerializationException", `DescribeServicesInput: member "services[1]": expected a string, found null`},
		{"a list that is none", "/", ecsTarget, `{"services":"a"}`, 400,
			"SerializationException", `DescribeServicesInput: member "services": expected a list, found a string`},
		{"no object", "/", ecsTarget, `[]`, 400,
			"SerializationException", `DescribeServicesInput: expected an object, found a list`},
		{"broken JSON", "/", ecsTarget, `{"a`, 400,
			"SerializationException", `DescribeServicesInput: the body is not JSON: unexpected EOF`},
		{"two JSON values", "/", ecsTarget, `{} {}`, 400,
			"SerializationException", `DescribeServicesInput: the body has more than one JSON value`},
		{"unknown operation in JSON", "/", target("ecs", "AmazonEC2ContainerServiceV20141113.Fly"), `{}`, 400,
			"UnknownOperationException", "The engine does not have the operation Fly of ecs."},
		{"unknown service in JSON", "/", target("sqs", "AmazonSQS.SendMessage"), `{}`, 400,
			"UnknownOperationException", "The engine does not have the operation SendMessage of AmazonSQS."},
		{"unregistered service", "/", target("ssm", "AmazonSSM.GetParameter"), `{}`, 400,
			"UnknownOperationException", "The engine does not have the operation GetParameter of ssm."},
		{"unknown member in query", "/", signed("iam"), roleForm + "&Foo=1", 400,
			"ValidationError", `unknown member "Foo" of CreateRoleInput`},
		{"unknown member in a list", "/", signed("iam"), roleForm + "&Tags.member.1.Foo=1", 400,
			"ValidationError", `unknown member "Foo" of Tag`},
		{"wrong type in query", "/", signed("iam"), roleForm + "&MaxSessionDuration=1h", 400,
			"SerializationException", `CreateRoleInput: member "MaxSessionDuration": expected an integer of 32 bits, found "1h"`},
		{"a list without member", "/", signed("iam"), roleForm + "&Tags.1.Key=k", 400,
			"SerializationException", `CreateRoleInput: member "Tags": expected a list (.member.1), found other names`},
		{"a list index that is none", "/", signed("iam"), roleForm + "&Tags.member.a.Key=k", 400,
			"SerializationException", `CreateRoleInput: member "Tags": expected a list index, found "a"`},
		{"a list with a value", "/", signed("iam"), roleForm + "&Tags.member=k", 400,
			"SerializationException", `CreateRoleInput: member "Tags": expected a list, found "k"`},
		{"an object with a value", "/", signed("iam"), roleForm + "&Tags.member.1=k", 400,
			"SerializationException", `CreateRoleInput: member "Tags[0]": expected an object, found "k"`},
		{"a value with members", "/", signed("iam"), roleForm + "&Path.a=k", 400,
			"SerializationException", `CreateRoleInput: member "Path": expected one value, found a list or an object`},
		{"unknown action", "/", signed("iam"), "Action=Fly&Version=2010-05-08", 400,
			"InvalidAction", "The engine does not have the operation Fly of iam."},
		{"unknown version", "/", signed("autoscaling"), "Action=Fly&Version=2011-01-01", 400,
			"InvalidAction", `The engine does not have version "2011-01-01" of service autoscaling (action Fly).`},
		{"no action", "/", signed("iam"), "Version=2010-05-08", 400,
			"MissingAction", "The request must contain the parameter Action."},
		{"broken form", "/", signed("iam"), "Action=%zz", 400,
			"MalformedQueryString", `the body is not a form: invalid URL escape "%zz"`},
		{"unknown parameter in EC2", "/", signed("ec2"), vpcsForm + "&Filters.1.Name=a", 400,
			"UnknownParameter", `unknown member "Filters" of DescribeVpcsInput`},
		{"wrong type in EC2", "/", signed("ec2"), vpcsForm + "&DryRun=yes", 400,
			"SerializationException", `DescribeVpcsInput: member "DryRun": expected a boolean, found "yes"`},
		{"unknown action in EC2", "/", signed("ec2"), "Action=Fly&Version=2016-11-15", 400,
			"InvalidAction", "The engine does not have the operation Fly of ec2."},
		{"no signature in JSON", "/", "X-Amz-Target: " + ecsServices, "{}", 403,
			"MissingAuthenticationToken", "Request is missing Authentication Token"},
		{"no signature in EC2", "/", "", vpcsForm, 403,
			"MissingAuthenticationToken", "Request is missing Authentication Token"},
		{"another authorization", "/", "Authorization: Bearer x\nX-Amz-Target: " + ecsServices, "{}", 400,
			"IncompleteSignature", "The Authorization header has no AWS credential scope."},
		{"a scope with a part too few", "/?X-Amz-Credential=A/20260102/us-east-1/aws4_request", "", roleForm, 400,
			"IncompleteSignature", `The credential scope "A/20260102/us-east-1/aws4_request" is not key/date/region/service/aws4_request.`},
		{"a scope without a region", "/?X-Amz-Credential=A/20260102//iam/aws4_request", "", roleForm, 400,
			"IncompleteSignature", `The credential scope "A/20260102//iam/aws4_request" is not key/date/region/service/aws4_request.`},
		{"an authorization without a scope", "/", "Authorization: AWS4-HMAC-SHA256 Signature=0\nX-Amz-Target: " + ecsServices, "{}", 400,
			"IncompleteSignature", "The Authorization header has no AWS credential scope."},
		{"a body that is not gzip", "/", ecsTarget + "Content-Encoding: gzip", "{}", 400,
			"SerializationException", "the body is not gzip: unexpected EOF"},
		{"a body without end", "/", ecsTarget, strings.Repeat(" ", maxBody+1), 413,
			"RequestEntityTooLarge", "the body is larger than 16777216 bytes"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got any
			resp := ask(t, answering(nil, &got), c.path, c.head, c.body)
			if code, message := refusal(text(t, resp)); resp.StatusCode != c.status || code != c.code || message != c.message {
				t.Errorf("got %d %s: %s\nwant %d %s: %s", resp.StatusCode, code, message, c.status, c.code, c.message)
			}
			if got != nil {
				t.Errorf("the handler was called with %v", got)
			}
		})
	}
}

// refusal reads code and message out of a JSON or an XML error.
func refusal(answer string) (code, message string) {
	if strings.HasPrefix(answer, "{") {
		tree, err := readJSON([]byte(answer))
		if err != nil {
			return "", err.Error()
		}
		fields := tree.(map[string]any)
		return fields["__type"].(string), fields["message"].(string)
	}
	return between(answer, "<Code>", "</Code>"), strings.ReplaceAll(between(answer, "<Message>", "</Message>"), "&#34;", `"`)
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}
