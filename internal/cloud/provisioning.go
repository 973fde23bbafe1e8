package cloud

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/resource"
)

// provision remembers a load balancer that is not active yet. Listeners, rules
// and target groups need not wait for it, but tasks behind it would be judged
// before it can reach them.
func (a *Account) provision(owner string, b types.LoadBalancer) {
	if b.State == nil || b.State.Code != types.LoadBalancerStateEnumProvisioning {
		return
	}
	a.provisioning.change(owner, func(known []string) []string {
		return append(slices.Clone(known), aws.ToString(b.LoadBalancerArn))
	})
}

// awaitLoadBalancers fails, for the moment, while a load balancer of the
// service's owner is being provisioned.
func (a *Account) awaitLoadBalancers(ctx context.Context, service resource.Resource) error {
	arns, ok := a.provisioning.get(service.Owner)
	if !ok {
		return nil
	}
	out, err := a.elb().DescribeLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{LoadBalancerArns: arns})
	if err != nil && !is(err, gone...) {
		return err
	}
	if err == nil {
		for _, b := range out.LoadBalancers {
			if b.State != nil && b.State.Code == types.LoadBalancerStateEnumProvisioning {
				return &StepError{
					Step: service.Key, Operation: "DescribeLoadBalancers", Temporary: true, Waiting: true,
					Message: "load balancer " + aws.ToString(b.LoadBalancerName) + " is being provisioned",
				}
			}
		}
	}
	a.provisioning.forget(service.Owner)
	return nil
}
