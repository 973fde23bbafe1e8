package cloud

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"golang.org/x/sync/errgroup"
)

// Quota is a limit of the account that deployments meet.
type Quota struct {
	Name  string // "Application Load Balancers per Region"
	Limit float64
	Used  int // -1: not counted
}

// quotas are AWS's codes of what a Spec can need more of than there is.
var quotas = []struct {
	service, code string
	count         func(context.Context, *Account) (int, error) // nil: cannot be counted cheaply
}{
	{"fargate", "L-3032A538", nil},
	{"fargate", "L-36FBB829", nil},
	{"elasticloadbalancing", "L-53DA6B97", countLoadBalancers},
	{"elasticloadbalancing", "L-B22855CB", countTargetGroups},
	{"vpc", "L-E79EC296", countSecurityGroups},
}

// Quotas reads the limits that deployments meet, and how much of them is used.
func (a *Account) Quotas(ctx context.Context) ([]Quota, error) {
	found := make([]Quota, len(quotas))
	group, ctx := errgroup.WithContext(ctx)
	for i, q := range quotas {
		group.Go(func() error {
			out, err := a.quotas().GetServiceQuota(ctx, &servicequotas.GetServiceQuotaInput{
				ServiceCode: &q.service, QuotaCode: &q.code,
			})
			if err != nil {
				return explain(err, "quota "+q.service+" "+q.code)
			}
			found[i] = Quota{Name: aws.ToString(out.Quota.QuotaName), Limit: aws.ToFloat64(out.Quota.Value), Used: -1}
			if q.count == nil {
				return nil
			}
			found[i].Used, err = q.count(ctx, a)
			return explain(err, found[i].Name)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return found, nil
}

func countLoadBalancers(ctx context.Context, a *Account) (int, error) {
	n := 0
	pages := elasticloadbalancingv2.NewDescribeLoadBalancersPaginator(a.elb(), &elasticloadbalancingv2.DescribeLoadBalancersInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		n += len(page.LoadBalancers)
	}
	return n, nil
}

func countTargetGroups(ctx context.Context, a *Account) (int, error) {
	n := 0
	pages := elasticloadbalancingv2.NewDescribeTargetGroupsPaginator(a.elb(), &elasticloadbalancingv2.DescribeTargetGroupsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		n += len(page.TargetGroups)
	}
	return n, nil
}

func countSecurityGroups(ctx context.Context, a *Account) (int, error) {
	groups, err := a.groups(ctx)
	return len(groups), err
}
