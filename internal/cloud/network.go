package cloud

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photon/internal/resource"
	"photon/internal/spec"
)

// checkNetwork fills in where the service is put: the subnets of the file, or
// those of the default VPC.
func (a *Account) checkNetwork(ctx context.Context, s *spec.Spec, facts *resource.Facts) ([]Refusal, error) {
	subnets, err := a.subnets(ctx, slices.Concat(s.Network.Subnets, s.Network.LoadBalancerSubnets))
	if err != nil {
		return nil, err
	}
	tasks, balancers := named(subnets, s.Network.Subnets), named(subnets, s.Network.LoadBalancerSubnets)
	if len(s.Network.LoadBalancerSubnets) == 0 {
		balancers = tasks
	}
	if refusals := refuseSubnets(s, subnets, balancers); len(refusals) > 0 {
		return refusals, nil
	}
	facts.Network = resource.Network{
		VPC:                 aws.ToString(subnets[0].VpcId),
		Subnets:             idsOf(tasks),
		LoadBalancerSubnets: idsOf(balancers),
		PublicIP:            publicIP(s, tasks),
	}
	return nil, nil
}

// subnets reads subnets by id, or the default ones, once.
func (a *Account) subnets(ctx context.Context, ids []string) ([]types.Subnet, error) {
	filter := types.Filter{Name: aws.String("default-for-az"), Values: []string{"true"}}
	if len(ids) > 0 {
		filter = types.Filter{Name: aws.String("subnet-id"), Values: slices.Compact(slices.Sorted(slices.Values(ids)))}
	}
	name := strings.Join(filter.Values, " ")
	if known, ok := a.networks.get(name); ok {
		return known, nil
	}
	var subnets []types.Subnet
	pages := ec2.NewDescribeSubnetsPaginator(a.ec2(), &ec2.DescribeSubnetsInput{Filters: []types.Filter{filter}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain(err, "subnets")
		}
		subnets = append(subnets, page.Subnets...)
	}
	slices.SortFunc(subnets, func(x, y types.Subnet) int {
		return strings.Compare(aws.ToString(x.SubnetId), aws.ToString(y.SubnetId))
	})
	if len(subnets) > 0 {
		a.networks.set(name, subnets)
	}
	return subnets, nil
}

// named picks subnets by id; all of them when no id is given.
func named(subnets []types.Subnet, ids []string) []types.Subnet {
	if len(ids) == 0 {
		return subnets
	}
	return slices.DeleteFunc(slices.Clone(subnets), func(s types.Subnet) bool {
		return !slices.Contains(ids, aws.ToString(s.SubnetId))
	})
}

func refuseSubnets(s *spec.Spec, subnets, balancers []types.Subnet) []Refusal {
	if len(subnets) == 0 && len(s.Network.Subnets) == 0 && len(s.Network.LoadBalancerSubnets) == 0 {
		return []Refusal{{
			Subject: "network", Message: "the region has no default VPC",
			Hint: `name the subnets: "network": { "subnets": ["subnet-…", "subnet-…"] }`,
		}}
	}
	known := idsOf(subnets)
	var refusals []Refusal
	for _, id := range slices.Concat(s.Network.Subnets, s.Network.LoadBalancerSubnets) {
		if !slices.Contains(known, id) {
			refusals = append(refusals, Refusal{Subject: "subnet " + id, Message: "does not exist in this region"})
		}
	}
	if len(refusals) > 0 {
		return refusals
	}
	for _, subnet := range subnets {
		if first := aws.ToString(subnets[0].VpcId); aws.ToString(subnet.VpcId) != first {
			return []Refusal{{
				Subject: "network",
				Message: fmt.Sprintf("subnets %s and %s are of different VPCs", known[0], aws.ToString(subnet.SubnetId)),
			}}
		}
	}
	return refuseZones(s, balancers)
}

// refuseZones checks what AWS asks of a load balancer: two availability zones,
// and one subnet in each.
func refuseZones(s *spec.Spec, balancers []types.Subnet) []Refusal {
	if !slices.ContainsFunc(s.Workloads, func(w spec.Workload) bool { return w.HTTP != nil }) {
		return nil
	}
	zones := map[string]string{}
	for _, subnet := range balancers {
		zone, id := aws.ToString(subnet.AvailabilityZone), aws.ToString(subnet.SubnetId)
		if other, taken := zones[zone]; taken {
			return []Refusal{{
				Subject: "network", Message: fmt.Sprintf("subnets %s and %s are both in %s; a load balancer takes one per zone", other, id, zone),
				Hint: `name one subnet per zone in "network": { "loadBalancerSubnets": […] }`,
			}}
		}
		zones[zone] = id
	}
	if len(zones) < 2 {
		return []Refusal{{
			Subject: "network", Message: "a load balancer needs subnets in two availability zones",
			Hint: `name them in "network": { "loadBalancerSubnets": […] }`,
		}}
	}
	return nil
}

func idsOf(subnets []types.Subnet) []string {
	var ids []string
	for _, subnet := range subnets {
		ids = append(ids, aws.ToString(subnet.SubnetId))
	}
	return ids
}

// publicIP is true by default where tasks could not pull images otherwise.
func publicIP(s *spec.Spec, tasks []types.Subnet) bool {
	if s.Network.PublicIP != nil {
		return *s.Network.PublicIP
	}
	return !slices.ContainsFunc(tasks, func(subnet types.Subnet) bool { return !aws.ToBool(subnet.DefaultForAz) })
}

// checkGroups checks that the file's own security groups exist where the tasks
// are put.
func (a *Account) checkGroups(ctx context.Context, s *spec.Spec, _ *resource.Facts) ([]Refusal, error) {
	ids := s.Network.SecurityGroups
	if len(ids) == 0 {
		return nil, nil
	}
	groups, err := a.groups(ctx, groupFilter("group-id", ids...))
	if err != nil {
		return nil, explain(err, "security groups")
	}
	subnets, err := a.subnets(ctx, slices.Concat(s.Network.Subnets, s.Network.LoadBalancerSubnets))
	if err != nil {
		return nil, err
	}
	var refusals []Refusal
	for _, id := range ids {
		if message := groupProblem(id, groups, subnets); message != "" {
			refusals = append(refusals, Refusal{Subject: "security group " + id, Message: message})
		}
	}
	return refusals, nil
}

// groupProblem says why a security group is of no use in the subnets; empty
// when it is of use.
func groupProblem(id string, groups []types.SecurityGroup, subnets []types.Subnet) string {
	i := slices.IndexFunc(groups, func(g types.SecurityGroup) bool { return aws.ToString(g.GroupId) == id })
	if i < 0 {
		return "does not exist in this region"
	}
	vpc := aws.ToString(groups[i].VpcId)
	for _, subnet := range subnets {
		if other := aws.ToString(subnet.VpcId); other != vpc {
			return fmt.Sprintf("is of %s, subnet %s of %s", vpc, aws.ToString(subnet.SubnetId), other)
		}
	}
	return ""
}
