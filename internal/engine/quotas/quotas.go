// Package quotas is the engine's Service Quotas: AWS's default values of the
// quotas that deployments meet. It never changes a quota, and enforces none.
package quotas

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"photon/internal/engine/wire"
)

// quota is one quota of AWS with its default.
type quota struct {
	Service, Code, Name string
	Value               float64
	Fixed               bool // AWS does not raise it on request
	Global              bool // for the account, not for each region
}

var serviceNames = map[string]string{
	"fargate": "AWS Fargate", "ecs": "Amazon Elastic Container Service (Amazon ECS)",
	"elasticloadbalancing": "Elastic Load Balancing (ELB)", "vpc": "Amazon Virtual Private Cloud (Amazon VPC)",
	"iam": "AWS Identity and Access Management (IAM)",
}

var known = []quota{
	{Service: "fargate", Code: "L-3032A538", Name: "Fargate On-Demand vCPU resource count", Value: 6},
	{Service: "fargate", Code: "L-36FBB829", Name: "Fargate Spot vCPU resource count", Value: 6},
	{Service: "ecs", Code: "L-21C621EB", Name: "Clusters per account", Value: 10000},
	{Service: "ecs", Code: "L-9EF96962", Name: "Services per cluster", Value: 5000},
	{Service: "elasticloadbalancing", Code: "L-53DA6B97", Name: "Application Load Balancers per Region", Value: 50},
	{Service: "elasticloadbalancing", Code: "L-B22855CB", Name: "Target Groups per Region", Value: 3000},
	{Service: "elasticloadbalancing", Code: "L-B6DF7632", Name: "Listeners per Application Load Balancer", Value: 50},
	{Service: "elasticloadbalancing", Code: "L-7EED9B64", Name: "Rules per Application Load Balancer", Value: 100},
	{Service: "elasticloadbalancing", Code: "L-822D1B1B", Name: "Target Groups per Application Load Balancer", Value: 100, Fixed: true},
	{Service: "vpc", Code: "L-E79EC296", Name: "VPC security groups per Region", Value: 2500},
	{Service: "iam", Code: "L-FE177D64", Name: "Roles per account", Value: 1000, Global: true},
}

// Quotas is Service Quotas.
type Quotas struct{ service *wire.Service }

// New returns the Quotas.
func New() *Quotas {
	q := &Quotas{service: wire.NewService("servicequotas")}
	wire.Op(q.service, "GetServiceQuota", wire.Accept(q.get, "ServiceCode", "QuotaCode"))
	wire.Op(q.service, "GetAWSDefaultServiceQuota", wire.Accept(q.getDefault, "ServiceCode", "QuotaCode"))
	wire.Op(q.service, "ListServiceQuotas", wire.Accept(q.list, "ServiceCode", "QuotaCode", "MaxResults", "NextToken"))
	return q
}

// Service is the operations of Service Quotas, for the wire.
func (q *Quotas) Service() *wire.Service { return q.service }

func (q *Quotas) get(ctx context.Context, in *servicequotas.GetServiceQuotaInput) (*servicequotas.GetServiceQuotaOutput, error) {
	found, err := find(ctx, in.ServiceCode, in.QuotaCode)
	if err != nil {
		return nil, err
	}
	found.QuotaAppliedAtLevel = types.AppliedLevelEnumAccount
	return &servicequotas.GetServiceQuotaOutput{Quota: found}, nil
}

func (q *Quotas) getDefault(ctx context.Context, in *servicequotas.GetAWSDefaultServiceQuotaInput) (*servicequotas.GetAWSDefaultServiceQuotaOutput, error) {
	found, err := find(ctx, in.ServiceCode, in.QuotaCode)
	if err != nil {
		return nil, err
	}
	return &servicequotas.GetAWSDefaultServiceQuotaOutput{Quota: found}, nil
}

func (q *Quotas) list(ctx context.Context, in *servicequotas.ListServiceQuotasInput) (*servicequotas.ListServiceQuotasOutput, error) {
	if err := checkService(in.ServiceCode); err != nil {
		return nil, err
	}
	if in.MaxResults != nil && (*in.MaxResults < 1 || *in.MaxResults > 100) {
		return nil, wire.Fault("IllegalArgumentException", "MaxResults must be between 1 and 100")
	}
	var rows []types.ServiceQuota
	for _, each := range known {
		if each.Service == *in.ServiceCode && (in.QuotaCode == nil || *in.QuotaCode == each.Code) {
			rows = append(rows, each.shape(ctx))
		}
	}
	rows, next, err := wire.Page(rows, in.NextToken, in.MaxResults, 100, "InvalidPaginationTokenException")
	if err != nil {
		return nil, err
	}
	return &servicequotas.ListServiceQuotasOutput{Quotas: rows, NextToken: next}, nil
}

func checkService(code *string) error {
	if _, ok := serviceNames[aws.ToString(code)]; !ok {
		return wire.Fault("NoSuchResourceException", "The request failed because the specified service does not exist.")
	}
	return nil
}

func find(ctx context.Context, service, code *string) (*types.ServiceQuota, error) {
	if err := checkService(service); err != nil {
		return nil, err
	}
	for _, each := range known {
		if each.Service == *service && each.Code == aws.ToString(code) {
			return new(each.shape(ctx)), nil
		}
	}
	return nil, wire.Fault("NoSuchResourceException", "The request failed because the specified service quota does not exist.")
}

func (q quota) shape(ctx context.Context) types.ServiceQuota {
	call := wire.From(ctx)
	arn := call.ARN("servicequotas", q.Service+"/"+q.Code)
	if q.Global {
		arn = "arn:aws:servicequotas::" + call.Account + ":" + q.Service + "/" + q.Code
	}
	return types.ServiceQuota{
		ServiceCode: &q.Service, ServiceName: aws.String(serviceNames[q.Service]), QuotaCode: &q.Code, QuotaName: &q.Name,
		QuotaArn: &arn, Value: &q.Value, Unit: aws.String("None"), Adjustable: !q.Fixed, GlobalQuota: q.Global,
	}
}
