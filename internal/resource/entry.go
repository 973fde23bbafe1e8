package resource

import (
	"strconv"

	"photon/internal/spec"
)

// entry is how requests reach a workload. Two target groups exist whatever
// the strategy, so that changing the strategy changes one field.
type entry struct {
	scheme                string
	production, alternate Key // target groups
	rule                  Key
	role                  Key // with which ECS moves the traffic
	after                 []Key
}

const httpPort = 80

// addEntry adds a workload's load balancer with all that belongs to it, and
// admits it to the tasks.
func (b *builder) addEntry(w spec.Workload, tasks Key) *entry {
	vpc := b.facts.Network.VPC
	scheme := "internet-facing"
	if w.HTTP.Internal {
		scheme = "internal"
	}
	group := b.own(KindSecurityGroup, securityGroupName(b.spec, w.Name, "balancer", vpc), SecurityGroup{
		VPC: vpc, Description: "Load balancer of " + b.spec.Owner() + " " + w.Name,
	})
	balancer := b.own(KindLoadBalancer, balancerName(b.spec, w.Name, "", vpc, scheme), LoadBalancer{
		Scheme: scheme, Subnets: b.facts.Network.LoadBalancerSubnets, SecurityGroups: []string{group.Ref()},
	})
	e := &entry{
		scheme: scheme,
		role:   b.addSharedRole("infrastructure", ecsPrincipal, infrastructurePolicy),
		after: []Key{
			b.addIngress(group, httpPort, "0.0.0.0/0"),
			b.addIngress(tasks, w.HTTP.Port, group.Ref()),
		},
	}
	e.production = b.addTargetGroup(w, "a", e)
	e.alternate = b.addTargetGroup(w, "b", e)
	e.rule = b.addRule(balancer, e)
	return e
}

func (b *builder) addIngress(group Key, port int, source string) Key {
	return b.part(group, KindIngress, group.Name+":"+strconv.Itoa(port), Ingress{
		Group: group.Ref(), Port: port, Source: source,
	})
}

// addTargetGroup adds one of the pair. A target group belongs to one load
// balancer for ever, so that whatever makes another load balancer makes other
// target groups too.
func (b *builder) addTargetGroup(w spec.Workload, suffix string, e *entry) Key {
	vpc, health := b.facts.Network.VPC, w.HTTP.Health
	group := b.own(KindTargetGroup, balancerName(b.spec, w.Name, suffix, vpc, e.scheme), TargetGroup{
		VPC:       vpc,
		Path:      health.Path,
		Interval:  int(health.Interval.Seconds()),
		Timeout:   int(health.Timeout.Seconds()),
		Healthy:   health.Healthy,
		Unhealthy: health.Unhealthy,
		Expect:    health.Expect,
	})
	e.after = append(e.after, b.part(group, KindTargetGroupAttributes, group.Name, TargetGroupAttributes{
		TargetGroup: group.Ref(), Drain: int(w.HTTP.Drain.Seconds()),
	}))
	return group
}

func (b *builder) addRule(balancer Key, e *entry) Key {
	listener := b.part(balancer, KindListener, balancer.Name+":"+strconv.Itoa(httpPort), Listener{
		LoadBalancer: balancer.Ref(), Port: httpPort, Protocol: "HTTP",
	})
	return b.part(listener, KindRule, listener.Name+"/production", Rule{
		Listener: listener.Ref(), Priority: 100, Paths: []string{"/*"},
		TargetGroups: []string{e.production.Ref(), e.alternate.Ref()},
	})
}
