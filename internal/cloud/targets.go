package cloud

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photon/internal/rollout"
)

// targets is how the load balancer sees the tasks of a revision.
func (a *Account) targets(ctx context.Context, w Watch, service *types.Service, revision string) ([]rollout.Target, error) {
	groups := targetGroupsOf(service)
	if len(groups) == 0 {
		return nil, nil
	}
	by := startedBy(revision)
	tasks, err := a.tasks(ctx, &ecs.ListTasksInput{Cluster: &w.Cluster, StartedBy: &by})
	if err != nil {
		return nil, err
	}
	var addresses []string
	for _, t := range tasks {
		addresses = append(addresses, addressesOf(t)...)
	}
	var targets []rollout.Target
	for _, group := range groups {
		seen, err := a.targetHealth(ctx, group, addresses)
		if err != nil {
			return nil, err
		}
		targets = append(targets, seen...)
	}
	slices.SortFunc(targets, func(x, y rollout.Target) int { return cmp.Compare(x.Address, y.Address) })
	return targets, nil
}

func targetGroupsOf(service *types.Service) []string {
	var groups []string
	for _, balancer := range service.LoadBalancers {
		groups = append(groups, aws.ToString(balancer.TargetGroupArn))
		if more := balancer.AdvancedConfiguration; more != nil {
			groups = append(groups, aws.ToString(more.AlternateTargetGroupArn))
		}
	}
	return slices.DeleteFunc(groups, func(arn string) bool { return arn == "" })
}

func addressesOf(t types.Task) []string {
	var addresses []string
	for _, attachment := range t.Attachments {
		for _, detail := range attachment.Details {
			if aws.ToString(detail.Name) == "privateIPv4Address" {
				addresses = append(addresses, aws.ToString(detail.Value))
			}
		}
	}
	return addresses
}

func (a *Account) targetHealth(ctx context.Context, group string, addresses []string) ([]rollout.Target, error) {
	out, err := a.elb().DescribeTargetHealth(ctx, &elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: &group})
	if is(err, gone...) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var targets []rollout.Target
	for _, d := range out.TargetHealthDescriptions {
		if d.Target == nil || d.TargetHealth == nil || !slices.Contains(addresses, aws.ToString(d.Target.Id)) {
			continue
		}
		targets = append(targets, rollout.Target{
			Address:     aws.ToString(d.Target.Id) + ":" + strconv.Itoa(int(aws.ToInt32(d.Target.Port))),
			State:       string(d.TargetHealth.State),
			Reason:      string(d.TargetHealth.Reason),
			Description: aws.ToString(d.TargetHealth.Description),
		})
	}
	return targets, nil
}
