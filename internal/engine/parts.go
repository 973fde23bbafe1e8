package engine

import (
	"context"

	"photon/internal/engine/balancer"
	"photon/internal/engine/cloudwatch"
	"photon/internal/engine/ec2"
	"photon/internal/engine/ecr"
	"photon/internal/engine/ecs"
	"photon/internal/engine/elb"
	"photon/internal/engine/iam"
	"photon/internal/engine/logs"
	"photon/internal/engine/secrets"
)

// balanceParts connects load balancing to its data plane and its network.
func balanceParts(plane *balancer.Balancer, network *ec2.EC2, rt Runtime, metrics *cloudwatch.CloudWatch) elb.Parts {
	return elb.Parts{
		Plane: elb.Plane{
			Place: plane.Place, Open: plane.Open, Close: plane.Close, Route: plane.Route,
			Serve: plane.Serve, Forget: plane.Forget, Busy: plane.Busy,
		},
		Network: elb.Network{
			Attach: func(ctx context.Context, subnet string, groups []string, description string) (string, error) {
				made, err := network.Attach(ctx, subnet, groups, description)
				return made.ID, err
			},
			Detach: network.Detach,
			Subnet: func(ctx context.Context, id string) (vpc, zone string, ok bool) {
				subnet, ok := network.Subnet(ctx, id)
				return subnet.VPC, subnet.Zone, ok
			},
			GroupVPC: network.GroupVPC, DefaultGroup: network.DefaultGroup, HasVPC: network.HasVPC,
		},
		Dial:   rt.Dial,
		Metric: metrics.Put,
	}
}

// scheduleParts connects the scheduler to everything that tasks need.
func scheduleParts(
	rt Runtime, network *ec2.EC2, balance *elb.ELB, journal *logs.Logs,
	vault *secrets.Secrets, access *iam.IAM, images *ecr.ECR, metrics *cloudwatch.CloudWatch,
) ecs.Parts {
	return ecs.Parts{
		Runtime: rt,
		Attach: func(ctx context.Context, subnet string, groups []string, description string) (ecs.Interface, error) {
			made, err := network.Attach(ctx, subnet, groups, description)
			return ecs.Interface(made), err
		},
		Detach:       network.Detach,
		CheckNetwork: network.CheckNetwork,
		Targets:      targets{balance},
		Append: func(ctx context.Context, group, stream string, events []ecs.LogEvent) error {
			entries := make([]logs.Event, len(events))
			for i, event := range events {
				entries[i] = logs.Event(event)
			}
			return journal.Append(ctx, group, stream, entries)
		},
		CreateGroup: journal.Ensure,
		Secret:      vault.Value,
		Key:         vault.Key,
		Allowed:     access.Allowed,
		PullAuth:    images.PullAuth,
		Metric:      metrics.Put,
	}
}

// targets shows load balancing to the scheduler.
type targets struct{ *elb.ELB }

func (t targets) Describe(ctx context.Context, targetGroupARN string) (ecs.TargetGroup, bool) {
	group, ok := t.ELB.Describe(ctx, targetGroupARN)
	return ecs.TargetGroup(group), ok
}

var _ ecs.Targets = targets{}
