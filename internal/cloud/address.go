package cloud

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"golang.org/x/sync/errgroup"

	"photon/internal/resource"
)

// Address is where an HTTP workload is reached.
type Address struct {
	Workload string
	Host     string // a DNS name, which may come with a port of its own
	Port     int    // of the listener
}

// reached lists where the HTTP workloads of a Set are reached, as far as Live
// and Do have learned it; false when they have not learned all of it.
func (a *Account) reached(want resource.Set) ([]Address, bool) {
	var addresses []Address
	for _, service := range want.Of(resource.KindService) {
		in, err := inputOf[ecs.CreateServiceInput](attributesOf[resource.Document](service))
		if err != nil {
			return nil, false
		}
		if len(in.LoadBalancers) == 0 {
			continue
		}
		address, known := a.serving(want, in.LoadBalancers[0])
		if !known {
			return nil, false
		}
		name := service.Key.Name
		address.Workload = name[strings.LastIndex(name, "_")+1:]
		addresses = append(addresses, address)
	}
	return addresses, true
}

// serving follows the refs from a service's load balancer block to the host.
func (a *Account) serving(want resource.Set, block types.LoadBalancer) (Address, bool) {
	if block.AdvancedConfiguration == nil {
		return Address{}, false
	}
	rule := attributesOf[resource.Rule](referred(want, aws.ToString(block.AdvancedConfiguration.ProductionListenerRule)))
	listener := attributesOf[resource.Listener](referred(want, rule.Listener))
	arn, _ := a.ids.id(referred(want, listener.LoadBalancer).Key)
	host, known := a.hosts.get(arn)
	return Address{Host: host, Port: listener.Port}, known
}

func referred(want resource.Set, ref string) resource.Resource {
	key, _ := resource.ParseRef(ref)
	return want[key]
}

// Addresses lists where the HTTP workloads of an owner are reached. After a
// Live of the owner and the steps that it led to, most often no call is needed.
func (a *Account) Addresses(ctx context.Context, owner string) ([]Address, error) {
	if want, ok := a.wanted.get(owner); ok {
		if known, ok := a.reached(want); ok {
			return known, nil
		}
	}
	services, err := a.ownServices(ctx, owner)
	if err != nil {
		return nil, explain(err, "services of "+owner)
	}
	found := make([]Address, len(services))
	group, ctx := errgroup.WithContext(ctx)
	for i, service := range services {
		group.Go(func() (err error) {
			found[i], err = a.address(ctx, &service)
			return explain(err, "service "+aws.ToString(service.ServiceName))
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var addresses []Address
	for _, address := range found {
		if address.Host != "" {
			addresses = append(addresses, address)
		}
	}
	return addresses, nil
}

// address is where a service is reached; zero when it has no load balancer,
// or no longer.
func (a *Account) address(ctx context.Context, service *types.Service) (Address, error) {
	groups := targetGroupsOf(service)
	if len(groups) == 0 {
		return Address{}, nil
	}
	out, err := a.elb().DescribeTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{TargetGroupArns: groups[:1]})
	if is(err, gone...) || err == nil && (len(out.TargetGroups) == 0 || len(out.TargetGroups[0].LoadBalancerArns) == 0) {
		return Address{}, nil
	}
	if err != nil {
		return Address{}, err
	}
	balancer := out.TargetGroups[0].LoadBalancerArns[0]
	described, err := a.elb().DescribeLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{
		LoadBalancerArns: []string{balancer},
	})
	if is(err, gone...) || err == nil && len(described.LoadBalancers) == 0 {
		return Address{}, nil
	}
	if err != nil {
		return Address{}, err
	}
	listeners, err := a.listeners(ctx, balancer)
	if err != nil && !is(err, gone...) {
		return Address{}, err
	}
	address := Address{Workload: watchOf(service).Workload, Host: aws.ToString(described.LoadBalancers[0].DNSName)}
	if len(listeners) > 0 {
		address.Port = int(aws.ToInt32(listeners[0].Port))
	}
	return address, nil
}
