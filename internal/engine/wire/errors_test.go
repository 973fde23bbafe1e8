package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/encoding/cbor"
)

const (
	vpcsForm   = "Action=DescribeVpcs&Version=2016-11-15"
	roleForm   = "Action=CreateRole&Version=2010-05-08&RoleName=r"
	alarmsForm = "Action=DescribeAlarms&Version=2010-08-01"
)

func TestErrorsOfHandlers(t *testing.T) {
	quiet(t)
	conflict := &ecstypes.ConflictException{Message: aws.String("in use"), ResourceIds: []string{"a"}}
	noRole := &iamtypes.NoSuchEntityException{Message: aws.String("no role r")}
	invalid := &cwtypes.InvalidParameterValueException{Message: aws.String("bad")}
	internal := `"The request processing has failed because of an internal error of the engine."`
	cases := []struct {
		name, head, body string
		err              error
		status           int
		queryError, want string
	}{
		{
			name: "a typed error in JSON has its members", head: target("ecs", ecsServices), err: conflict, status: 400,
			want: `{"__type":"ConflictException","message":"in use","resourceIds":["a"]}`,
		},
		{
			name: "a wrapped error keeps its code", head: target("ecs", ecsServices), err: fmt.Errorf("c: %w", conflict), status: 400,
			want: `{"__type":"ConflictException","message":"in use","resourceIds":["a"]}`,
		},
		{
			name: "a fault in JSON", head: target("ecs", ecsServices), err: Fault("ClientException", "no %s", "x"), status: 400,
			want: `{"__type":"ClientException","message":"no x"}`,
		},
		{
			name: "a fault of the service", head: target("ecs", ecsServices), status: 500,
			err:  &smithy.GenericAPIError{Code: "ServerException", Message: "down", Fault: smithy.FaultServer},
			want: `{"__type":"ServerException","message":"down"}`,
		},
		{
			name: "an error without a code hides its text", head: target("ecs", ecsServices), err: errors.New("disk /x is full"), status: 500,
			want: `{"__type":"InternalFailure","message":` + internal + `}`,
		},
		{
			name: "a typed error in query has the code of ErrorCode", head: signed("iam"), body: roleForm, err: noRole, status: 404,
			want: `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>` +
				`<Message>no role r</Message></Error><RequestId>REQUEST</RequestId></ErrorResponse>`,
		},
		{
			name: "IAM's conflicts", head: signed("iam"), body: roleForm, err: Fault("EntityAlreadyExists", "r"), status: 409,
			want: `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>EntityAlreadyExists</Code>` +
				`<Message>r</Message></Error><RequestId>REQUEST</RequestId></ErrorResponse>`,
		},
		{
			name: "a fault of the service in query", head: signed("iam"), body: roleForm, err: Fault("ServiceFailure", "down"), status: 500,
			want: `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Receiver</Type><Code>ServiceFailure</Code>` +
				`<Message>down</Message></Error><RequestId>REQUEST</RequestId></ErrorResponse>`,
		},
		{
			name: "a fault in EC2", head: signed("ec2"), body: vpcsForm, err: Fault("InvalidVpcID.NotFound", "The vpc ID 'v<' does not exist"), status: 400,
			want: `<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code><Message>The vpc ID &#39;v&lt;&#39; does not exist</Message>` +
				`</Error></Errors><RequestID>REQUEST</RequestID></Response>`,
		},
		{
			name: "CloudWatch in JSON", head: target("monitoring", granite+".DescribeAlarms"), err: invalid, status: 400,
			queryError: "InvalidParameterValue;Sender",
			want:       `{"__type":"InvalidParameterValueException","message":"bad","Message":"bad"}`,
		},
		{
			name: "CloudWatch in query", head: signed("monitoring"), body: alarmsForm, err: invalid, status: 400,
			want: `<ErrorResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><Error><Type>Sender</Type><Code>InvalidParameterValue</Code>` +
				`<Message>bad</Message></Error><RequestId>REQUEST</RequestId></ErrorResponse>`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got any
			resp := ask(t, answering(c.err, &got), "/", c.head, c.body)
			if answer := text(t, resp); answer != c.want || resp.StatusCode != c.status {
				t.Errorf("got %d %s\nwant %d %s", resp.StatusCode, answer, c.status, c.want)
			}
			if got := resp.Header.Get("x-amzn-query-error"); got != c.queryError {
				t.Errorf("x-amzn-query-error: got %q, want %q", got, c.queryError)
			}
		})
	}
}

func TestCloudWatchFailsInCBOR(t *testing.T) {
	var got any
	err := &cwtypes.ResourceNotFoundException{Message: aws.String("gone"), ResourceType: aws.String("alarm")}
	resp := ask(t, answering(err, &got), alarmsPath, signed("monitoring"), "")
	body, decodeErr := cbor.Decode([]byte(text(t, resp)))
	if decodeErr != nil {
		t.Fatal(decodeErr)
	}
	want := "map[Message:gone ResourceType:alarm __type:ResourceNotFoundException message:gone]"
	if got := fmt.Sprint(body); got != want || resp.StatusCode != 404 {
		t.Errorf("got %d %s, want 404 %s", resp.StatusCode, got, want)
	}
	if got := resp.Header.Get("x-amzn-query-error"); got != "ResourceNotFoundException;Sender" {
		t.Errorf("x-amzn-query-error: %q", got)
	}
}

func TestClientsGetTheTypedErrors(t *testing.T) {
	var got any
	conflict := &ecstypes.ConflictException{Message: aws.String("in use"), ResourceIds: []string{"a"}}
	_, err := clients(answering(conflict, &got))["ecs"].(*ecs.Client).DescribeServices(t.Context(), &ecs.DescribeServicesInput{Services: []string{"a"}})
	var typed *ecstypes.ConflictException
	if !errors.As(err, &typed) || typed.ErrorMessage() != "in use" || len(typed.ResourceIds) != 1 {
		t.Errorf("ecs: got %v", err)
	}
	missing := &cwtypes.ResourceNotFound{Message: aws.String("no alarm")}
	_, err = clients(answering(missing, &got))["monitoring"].(*cloudwatch.Client).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	var notFound *cwtypes.ResourceNotFound
	if !errors.As(err, &notFound) || notFound.ErrorMessage() != "no alarm" || notFound.ErrorCode() != "ResourceNotFound" {
		t.Errorf("cloudwatch: got %v", err)
	}
}

func TestAPanicFailsOneRequestAndIsLogged(t *testing.T) {
	log := quiet(t)
	service := NewService("ecs")
	service.ops["DescribeServices"] = operation{input: func() any { panic("no such thing") }}
	resp := ask(t, NewMux(service), "/", target("ecs", ecsServices), "{}")
	if answer := text(t, resp); resp.StatusCode != 500 || !strings.Contains(answer, `"InternalFailure"`) {
		t.Errorf("got %d %s", resp.StatusCode, answer)
	}
	for _, want := range []string{"service=ecs", "operation=DescribeServices", "panic: no such thing", "request=" + resp.Header.Get("x-amzn-RequestId")} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q: %s", want, log)
		}
	}
}

func TestAHandlerWithoutAnAnswerIsAnError(t *testing.T) {
	log := quiet(t)
	service := NewService("ecs")
	Op(service, "DescribeServices", func(_ context.Context, _ *ecs.DescribeServicesInput) (*ecs.DescribeServicesOutput, error) {
		return nil, nil
	})
	resp := ask(t, NewMux(service), "/", target("ecs", ecsServices), "{}")
	if resp.StatusCode != 500 || !strings.Contains(log.String(), "neither an output nor an error") {
		t.Errorf("got %d, log %s", resp.StatusCode, log)
	}
}

// quiet sends the log of one test to a buffer.
func quiet(t *testing.T) *bytes.Buffer {
	t.Helper()
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &log
}
