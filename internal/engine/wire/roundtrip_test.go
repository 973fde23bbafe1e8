package wire

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/document"
)

// clients are the SDK's clients, over one in-process transport.
func clients(h http.Handler) map[string]any {
	cfg := aws.Config{
		Region:           "us-east-1",
		BaseEndpoint:     aws.String("http://engine.test"),
		Credentials:      credentials.NewStaticCredentialsProvider("123456789012", "secret", ""),
		HTTPClient:       &http.Client{Transport: Transport(h)},
		RetryMaxAttempts: 1,
	}
	return map[string]any{
		"ecs":                  ecs.NewFromConfig(cfg),
		"ec2":                  ec2.NewFromConfig(cfg),
		"iam":                  iam.NewFromConfig(cfg),
		"sts":                  sts.NewFromConfig(cfg),
		"elasticloadbalancing": elasticloadbalancingv2.NewFromConfig(cfg),
		"logs":                 cloudwatchlogs.NewFromConfig(cfg),
		"monitoring":           cloudwatch.NewFromConfig(cfg),
		"ecr":                  ecr.NewFromConfig(cfg),
		"secretsmanager":       secretsmanager.NewFromConfig(cfg),
		"ssm":                  ssm.NewFromConfig(cfg),
		"tagging":              resourcegroupstaggingapi.NewFromConfig(cfg),
		"servicequotas":        servicequotas.NewFromConfig(cfg),
	}
}

// ec2Operations are those that ec2names.go covers.
var ec2Operations = strings.Fields(`
	AssociateRouteTable AttachInternetGateway AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress
	CreateDefaultVpc CreateInternetGateway CreateRoute CreateRouteTable CreateSecurityGroup CreateSubnet
	CreateTags CreateVpc DeleteInternetGateway DeleteRoute DeleteRouteTable DeleteSecurityGroup DeleteSubnet
	DeleteTags DeleteVpc DescribeAccountAttributes DescribeAvailabilityZones DescribeInternetGateways
	DescribeManagedPrefixLists DescribeNatGateways DescribeNetworkInterfaces DescribeRegions
	DescribeRouteTables DescribeSecurityGroupRules DescribeSecurityGroups DescribeSubnets DescribeTags
	DescribeVpcAttribute DescribeVpcEndpoints DescribeVpcs DetachInternetGateway DisassociateRouteTable
	ModifySubnetAttribute ModifyVpcAttribute RevokeSecurityGroupEgress RevokeSecurityGroupIngress`)

// notCarried are operations that the Mux cannot serve.
var notCarried = map[string]string{
	"ecs.CreateGateway":             "needs a union that unions.go leaves out",
	"iam.SimulatePrincipalPolicy":   "needs a union that unions.go leaves out",
	"logs.PutIntegration":           "needs a union that unions.go leaves out",
	"ssm.CreateCloudConnector":      "needs a union that unions.go leaves out",
	"logs.GetLogObject":             "an event stream",
	"logs.StartLiveTail":            "an event stream",
	"sts.AssumeRoleWithSAML":        "not signed",
	"sts.AssumeRoleWithWebIdentity": "not signed",
}

func TestEveryOperationSurvivesTheRoundTrip(t *testing.T) {
	trip := &trip{}
	mux := NewMux()
	total := 0
	for id, client := range clients(mux) {
		service := NewService(id)
		mux.services[id] = service
		for _, name := range operationsOf(id, client) {
			method := reflect.ValueOf(client).MethodByName(name)
			trip.register(service, name, method.Type())
			total++
			t.Run(id+"."+name, func(t *testing.T) { trip.run(t, name, method) })
		}
	}
	if total < 800 {
		t.Errorf("only %d operations were found", total)
	}
}

func operationsOf(id string, client any) []string {
	if id == "ec2" {
		return ec2Operations
	}
	var names []string
	for i := range reflect.TypeOf(client).NumMethod() {
		name := reflect.TypeOf(client).Method(i).Name
		if name != "Options" && notCarried[id+"."+name] == "" {
			names = append(names, name)
		}
	}
	return names
}

// trip sends random structs through a client and a Mux.
type trip struct {
	received reflect.Value
	answer   reflect.Value
}

func (tr *trip) register(s *Service, name string, method reflect.Type) {
	input := method.In(1).Elem()
	s.ops[name] = operation{
		name:  name,
		input: func() any { return reflect.New(input).Interface() },
		invoke: func(_ context.Context, in any) (any, error) {
			tr.received = reflect.ValueOf(in)
			return tr.answer.Interface(), nil
		},
	}
}

func (tr *trip) run(t *testing.T, name string, method reflect.Value) {
	random := newRandom(uint64(len(name)))
	sent := reflect.New(method.Type().In(1).Elem())
	random.fill(sent.Elem())
	tr.received, tr.answer = reflect.Value{}, reflect.New(method.Type().Out(0).Elem())
	random.fill(tr.answer.Elem())

	results := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), sent})
	if err := results[1].Interface(); err != nil {
		t.Fatal(err)
	}
	if diff := difference(name+"Input", sent.Elem(), tr.received.Elem()); diff != "" {
		t.Errorf("request: %s", diff)
	}
	if diff := difference(name+"Output", tr.answer.Elem(), results[0].Elem()); diff != "" {
		t.Errorf("response: %s", diff)
	}
}

// difference says where two values of one type first differ.
func difference(path string, want, got reflect.Value) string {
	if reflect.DeepEqual(want.Interface(), got.Interface()) {
		return ""
	}
	switch want.Kind() {
	case reflect.Pointer:
		if !want.IsNil() && !got.IsNil() {
			return difference(path, want.Elem(), got.Elem())
		}
	case reflect.Interface:
		return openDifference(path, want, got)
	case reflect.Slice:
		if want.Len() == got.Len() {
			return firstDifference(want.Len(), func(i int) string {
				return difference(fmt.Sprintf("%s[%d]", path, i), want.Index(i), got.Index(i))
			})
		}
	case reflect.Struct:
		switch {
		case want.Type() == timeType && sameTime(want, got):
			return ""
		case want.Type() != timeType:
			return firstDifference(want.NumField(), func(i int) string {
				f := want.Type().Field(i)
				if !f.IsExported() || ofTheClient[f.Name] {
					return ""
				}
				return difference(path+"."+f.Name, want.Field(i), got.Field(i))
			})
		}
	}
	return fmt.Sprintf("%s: got %v, want %v", path, got.Interface(), want.Interface())
}

// sameTime allows the millisecond that the SDK's clients lose when they turn
// epoch seconds, a float, into a time.
func sameTime(a, b reflect.Value) bool {
	return a.Interface().(time.Time).Sub(b.Interface().(time.Time)).Abs() <= time.Millisecond
}

func firstDifference(n int, at func(int) string) string {
	for i := range n {
		if diff := at(i); diff != "" {
			return diff
		}
	}
	return ""
}

func openDifference(path string, want, got reflect.Value) string {
	if want.Type() == documentType && !got.IsNil() {
		a, b := documentOf(want), documentOf(got)
		if reflect.DeepEqual(a, b) {
			return ""
		}
		return fmt.Sprintf("%s: got %v, want %v", path, b, a)
	}
	if !got.IsNil() && got.Elem().Type() == want.Elem().Type() {
		return difference(path, want.Elem(), got.Elem())
	}
	return fmt.Sprintf("%s: got %v, want %v", path, got.Interface(), want.Interface())
}

// documentOf is what a document holds: two texts may escape it differently.
func documentOf(v reflect.Value) any {
	raw, err := v.Interface().(document.Marshaler).MarshalSmithyDocument()
	if err != nil {
		return err
	}
	tree, err := readJSON(raw)
	if err != nil {
		return err
	}
	return tree
}
