package wire

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
)

var launch = time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)

// answering is a Mux with one operation per protocol. With a nil err the
// operations answer; else they fail with it. The last input is in *got.
func answering(err error, got *any) *Mux {
	e, v, i, m := NewService("ecs"), NewService("ec2"), NewService("iam"), NewService("monitoring")
	Op(e, "DescribeServices", func(_ context.Context, in *ecs.DescribeServicesInput) (*ecs.DescribeServicesOutput, error) {
		*got = in
		service := ecstypes.Service{ServiceName: aws.String(`a "b" <c>`), CreatedAt: &launch, DesiredCount: 2}
		return &ecs.DescribeServicesOutput{Services: []ecstypes.Service{service}, Failures: []ecstypes.Failure{}}, err
	})
	Op(v, "DescribeVpcs", func(_ context.Context, in *ec2.DescribeVpcsInput) (*ec2.DescribeVpcsOutput, error) {
		*got = in
		vpc := ec2types.Vpc{VpcId: aws.String("vpc-1"), Tags: []ec2types.Tag{{Key: aws.String("k"), Value: aws.String("")}}}
		return &ec2.DescribeVpcsOutput{Vpcs: []ec2types.Vpc{vpc}}, err
	})
	Op(i, "CreateRole", func(_ context.Context, in *iam.CreateRoleInput) (*iam.CreateRoleOutput, error) {
		*got = in
		return &iam.CreateRoleOutput{Role: &iamtypes.Role{RoleName: in.RoleName, CreateDate: &launch, Tags: in.Tags}}, err
	})
	Op(m, "DescribeAlarms", func(_ context.Context, in *cloudwatch.DescribeAlarmsInput) (*cloudwatch.DescribeAlarmsOutput, error) {
		*got = in
		alarm := cwtypes.MetricAlarm{AlarmName: aws.String("a"), Threshold: aws.Float64(1.5), StateUpdatedTimestamp: &launch}
		return &cloudwatch.DescribeAlarmsOutput{MetricAlarms: []cwtypes.MetricAlarm{alarm}}, err
	})
	return NewMux(e, v, i, m)
}

// ask sends one raw request. Head is its header lines; a query request says
// nothing there but who signed it.
func ask(t *testing.T, h http.Handler, path, head, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://engine.test"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(head) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		r.Header.Set(name, value)
	}
	resp, err := Transport(h).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// text is a response's body with its random request ID made plain.
func text(t *testing.T, resp *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	id := resp.Header.Get("x-amzn-RequestId")
	if len(id) != 36 {
		t.Errorf("request ID %q is no UUID", id)
	}
	return string(bytes.ReplaceAll(body, []byte(id), []byte("REQUEST")))
}

func signed(service string) string {
	return "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20260102/eu-west-1/" + service +
		"/aws4_request, SignedHeaders=host, Signature=00\n"
}

func target(service, target string) string { return signed(service) + "X-Amz-Target: " + target + "\n" }
