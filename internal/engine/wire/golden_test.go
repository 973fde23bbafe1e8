package wire

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
)

const (
	granite     = "GraniteServiceVersion20100801"
	alarmsPath  = "/service/" + granite + "/operation/DescribeAlarms"
	ecsServices = "AmazonEC2ContainerServiceV20141113.DescribeServices"
)

var alarmsInput = &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"a"}, MaxRecords: aws.Int32(5)}

func TestBytesOnTheWire(t *testing.T) {
	cases := []struct {
		name, path, head, body string
		input                  any
		kind, answer           string
	}{
		{
			name: "JSON", path: "/", head: target("ecs", ecsServices),
			body:  `{"cluster":"c","services":["a","b"]}`,
			input: &ecs.DescribeServicesInput{Cluster: aws.String("c"), Services: []string{"a", "b"}},
			kind:  "application/x-amz-json-1.1",
			answer: `{"failures":[],"services":[{"createdAt":1767323045.678,"desiredCount":2,"enableECSManagedTags":false,` +
				`"enableExecuteCommand":false,"pendingCount":0,"runningCount":0,"serviceName":"a \"b\" \u003cc\u003e"}]}`,
		},
		{
			name: "EC2", path: "/", head: signed("ec2"),
			body: "Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=tag%3Ak&Filter.1.Value.1=x&Filter.1.Value.2=y&VpcId.1=vpc-1&DryRun=false",
			input: &ec2.DescribeVpcsInput{
				DryRun: aws.Bool(false), VpcIds: []string{"vpc-1"},
				Filters: []ec2types.Filter{{Name: aws.String("tag:k"), Values: []string{"x", "y"}}},
			},
			kind: "text/xml",
			answer: `<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>REQUEST</requestId><vpcSet><item>` +
				`<tagSet><item><key>k</key><value></value></item></tagSet><vpcId>vpc-1</vpcId></item></vpcSet></DescribeVpcsResponse>`,
		},
		{
			name: "query", path: "/", head: signed("iam"),
			body: "Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument=%7B%7D&Tags.member.1.Key=k&Tags.member.1.Value=%3C",
			input: &iam.CreateRoleInput{
				RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String("{}"),
				Tags: []iamtypes.Tag{{Key: aws.String("k"), Value: aws.String("<")}},
			},
			kind: "text/xml",
			answer: `<CreateRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><CreateRoleResult><Role>` +
				`<CreateDate>2026-01-02T03:04:05.678Z</CreateDate><RoleName>r</RoleName>` +
				`<Tags><member><Key>k</Key><Value>&lt;</Value></member></Tags></Role></CreateRoleResult>` +
				`<ResponseMetadata><RequestId>REQUEST</RequestId></ResponseMetadata></CreateRoleResponse>`,
		},
		{
			name: "CloudWatch in JSON", path: "/", head: target("monitoring", granite+".DescribeAlarms") + "Content-Type: application/x-amz-json-1.0",
			body: `{"AlarmNames":["a"],"MaxRecords":5}`, input: alarmsInput, kind: "application/x-amz-json-1.0",
			answer: `{"MetricAlarms":[{"AlarmName":"a","StateUpdatedTimestamp":1767323045.678,"Threshold":1.5}]}`,
		},
		{
			name: "CloudWatch in query", path: "/", head: signed("monitoring"),
			body:  "Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=a&MaxRecords=5",
			input: alarmsInput, kind: "text/xml",
			answer: `<DescribeAlarmsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><DescribeAlarmsResult><MetricAlarms><member>` +
				`<AlarmName>a</AlarmName><StateUpdatedTimestamp>2026-01-02T03:04:05.678Z</StateUpdatedTimestamp><Threshold>1.5</Threshold>` +
				`</member></MetricAlarms></DescribeAlarmsResult><ResponseMetadata><RequestId>REQUEST</RequestId></ResponseMetadata></DescribeAlarmsResponse>`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got any
			resp := ask(t, answering(nil, &got), c.path, c.head, c.body)
			answer := text(t, resp)
			if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != c.kind {
				t.Errorf("got %s, %s", resp.Status, resp.Header.Get("Content-Type"))
			}
			if !reflect.DeepEqual(got, c.input) {
				t.Errorf("input: got %#v, want %#v", got, c.input)
			}
			if answer != c.answer {
				t.Errorf("answer:\n%s\nwant:\n%s", answer, c.answer)
			}
		})
	}
}

// The members of a CBOR map have no order, so they are looked for one by one.
func TestBytesOfCBOR(t *testing.T) {
	var got any
	resp := ask(t, answering(nil, &got), alarmsPath, signed("monitoring"), "\xa2\x6aAlarmNames\x81\x61a\x6aMaxRecords\x05")
	answer := text(t, resp)
	if !reflect.DeepEqual(got, alarmsInput) {
		t.Errorf("input: got %#v", got)
	}
	if kind, protocol := resp.Header.Get("Content-Type"), resp.Header.Get("Smithy-Protocol"); kind != "application/cbor" || protocol != "rpc-v2-cbor" {
		t.Errorf("content type %q, protocol %q", kind, protocol)
	}
	parts := []string{
		"\xa1\x6cMetricAlarms\x81\xa3",
		"\x69AlarmName\x61a",
		"\x75StateUpdatedTimestamp\xc1\xfb\x41\xda\x55\xcd\x69\x6b\x64\x5a",
		"\x69Threshold\xfb\x3f\xf8\x00\x00\x00\x00\x00\x00",
	}
	for _, part := range parts {
		if !strings.Contains(answer, part) {
			t.Errorf("%x is not in %x", part, answer)
		}
	}
	if want := len(strings.Join(parts, "")); len(answer) != want {
		t.Errorf("%d bytes, want %d: %x", len(answer), want, answer)
	}
}
