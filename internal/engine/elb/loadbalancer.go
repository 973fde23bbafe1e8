package elb

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/wire"
)

func (e *ELB) createLoadBalancer(ctx context.Context, in *elbv2.CreateLoadBalancerInput) (*elbv2.CreateLoadBalancerOutput, error) {
	want, err := e.desiredLoadBalancer(ctx, in)
	if err != nil {
		return nil, err
	}
	tags, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	world, count := wire.From(ctx).World(), 0
	for _, have := range e.loadBalancers.All(world) {
		count++
		if aws.ToString(have.Shape.LoadBalancerName) != aws.ToString(in.Name) {
			continue
		}
		if !sameLoadBalancer(have, want, tags) {
			return nil, wire.Fault("DuplicateLoadBalancerName", "A load balancer with the same name '%s' exists, but with different settings", *in.Name)
		}
		return &elbv2.CreateLoadBalancerOutput{LoadBalancers: []types.LoadBalancer{e.show(have)}}, nil
	}
	if count >= maxLoadBalancers {
		return nil, wire.Fault("TooManyLoadBalancers", "The maximum number of load balancers has been reached")
	}
	row, err := e.makeLoadBalancer(ctx, want, tags)
	if err != nil {
		return nil, err
	}
	return &elbv2.CreateLoadBalancerOutput{LoadBalancers: []types.LoadBalancer{e.show(row)}}, nil
}

// desiredLoadBalancer checks the input and returns the shape it asks for.
func (e *ELB) desiredLoadBalancer(ctx context.Context, in *elbv2.CreateLoadBalancerInput) (types.LoadBalancer, error) {
	if in.Type != "" && in.Type != types.LoadBalancerTypeEnumApplication {
		return types.LoadBalancer{}, wire.Fault("UnsupportedOperation", "The engine does not have load balancers of type '%s', only 'application'", in.Type)
	}
	if err := checkAddressType(in.IpAddressType); err != nil {
		return types.LoadBalancer{}, err
	}
	if err := checkName(aws.ToString(in.Name), "load balancer"); err != nil {
		return types.LoadBalancer{}, err
	}
	scheme := in.Scheme
	switch scheme {
	case "":
		scheme = types.LoadBalancerSchemeEnumInternetFacing
	case types.LoadBalancerSchemeEnumInternetFacing, types.LoadBalancerSchemeEnumInternal:
	default:
		return types.LoadBalancer{}, wire.Fault("InvalidScheme", "The scheme '%s' is not valid", scheme)
	}
	vpc, zones, err := e.zones(ctx, in.Subnets, in.SubnetMappings)
	if err != nil {
		return types.LoadBalancer{}, err
	}
	groups, err := e.securityGroups(ctx, vpc, in.SecurityGroups)
	if err != nil {
		return types.LoadBalancer{}, err
	}
	return types.LoadBalancer{
		LoadBalancerName: in.Name, Scheme: scheme, Type: types.LoadBalancerTypeEnumApplication,
		IpAddressType: types.IpAddressTypeIpv4, VpcId: aws.String(vpc), AvailabilityZones: zones, SecurityGroups: groups,
	}, nil
}

func checkAddressType(asked types.IpAddressType) error {
	if asked == "" || asked == types.IpAddressTypeIpv4 {
		return nil
	}
	return wire.Fault("UnsupportedOperation", "The engine does not have the IP address type '%s', only 'ipv4'", asked)
}

// zones looks the subnets up; an application load balancer needs two zones.
func (e *ELB) zones(ctx context.Context, subnets []string, mappings []types.SubnetMapping) (vpc string, zones []types.AvailabilityZone, err error) {
	if len(subnets) > 0 && len(mappings) > 0 {
		return "", nil, wire.Fault("ValidationError", "Subnets and subnet mappings cannot both be specified")
	}
	for _, m := range mappings {
		if m.AllocationId != nil || m.PrivateIPv4Address != nil || m.IPv6Address != nil || m.SourceNatIpv6Prefix != nil {
			return "", nil, wire.Fault("InvalidConfigurationRequest", "Addresses cannot be specified for the subnets of an application load balancer")
		}
		subnets = append(subnets, aws.ToString(m.SubnetId))
	}
	seen := map[string]bool{}
	for _, id := range subnets {
		its, zone, ok := e.parts.Network.Subnet(ctx, id)
		switch {
		case !ok:
			return "", nil, wire.Fault("SubnetNotFound", "The subnet ID '%s' does not exist", id)
		case vpc != "" && its != vpc:
			return "", nil, wire.Fault("InvalidConfigurationRequest", "All subnets must belong to the same VPC: '%s'", vpc)
		case seen[zone]:
			return "", nil, wire.Fault("InvalidConfigurationRequest", "A load balancer cannot be attached to multiple subnets in the same Availability Zone")
		}
		vpc, seen[zone] = its, true
		zones = append(zones, types.AvailabilityZone{ZoneName: aws.String(zone), SubnetId: aws.String(id)})
	}
	if len(zones) < 2 {
		return "", nil, wire.Fault("ValidationError", "At least two subnets in two different Availability Zones must be specified")
	}
	return vpc, zones, nil
}

// securityGroups checks the groups; none means the VPC's default group.
func (e *ELB) securityGroups(ctx context.Context, vpc string, ids []string) ([]string, error) {
	if len(ids) == 0 {
		id, ok := e.parts.Network.DefaultGroup(ctx, vpc)
		if !ok {
			return nil, wire.Fault("InvalidSecurityGroup", "VPC '%s' has no default security group", vpc)
		}
		return []string{id}, nil
	}
	if len(ids) > 5 {
		return nil, wire.Fault("InvalidConfigurationRequest", "A load balancer cannot have more than 5 security groups")
	}
	for _, id := range ids {
		its, ok := e.parts.Network.GroupVPC(ctx, id)
		if !ok {
			return nil, wire.Fault("InvalidSecurityGroup", "The security group '%s' does not exist", id)
		}
		if its != vpc {
			return nil, wire.Fault("InvalidConfigurationRequest", "The security group '%s' does not belong to VPC '%s'", id, vpc)
		}
	}
	return ids, nil
}

func sameLoadBalancer(have loadBalancer, want types.LoadBalancer, tags map[string]string) bool {
	return have.Shape.Scheme == want.Scheme && sameSubnets(have.Shape.AvailabilityZones, want.AvailabilityZones) &&
		sameSet(have.Shape.SecurityGroups, want.SecurityGroups) && sameTags(have.Tags, tags)
}

func sameSubnets(a, b []types.AvailabilityZone) bool { return sameSet(subnetsOf(a), subnetsOf(b)) }

func subnetsOf(zones []types.AvailabilityZone) []string {
	ids := make([]string, len(zones))
	for i, z := range zones {
		ids[i] = aws.ToString(z.SubnetId)
	}
	return ids
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func (e *ELB) makeLoadBalancer(ctx context.Context, shape types.LoadBalancer, tags map[string]string) (loadBalancer, error) {
	var taken []string
	for _, other := range e.loadBalancers.All("") {
		taken = append(taken, aws.ToString(other.Shape.DNSName))
	}
	name, err := e.parts.Plane.Place(taken)
	if err != nil {
		return loadBalancer{}, wire.Fault("InsufficientCapacity", "load balancer %s: %v", aws.ToString(shape.LoadBalancerName), err)
	}
	arn := wire.From(ctx).ARN("elasticloadbalancing", "loadbalancer/app/"+*shape.LoadBalancerName+"/"+newID())
	shape.LoadBalancerArn, shape.DNSName = aws.String(arn), aws.String(name)
	shape.CreatedTime = aws.Time(time.Now().UTC())
	shape.CanonicalHostedZoneId = aws.String("Z35SXDOTRQ7X7K")
	attached, err := e.attach(ctx, shape)
	if err != nil {
		return loadBalancer{}, err
	}
	row := loadBalancer{Shape: shape, Attributes: map[string]string{}, Interfaces: attached, Tags: tags}
	e.loadBalancers.Put(key(arn), row)
	return row, nil
}

// attach makes one network interface per subnet, or none.
func (e *ELB) attach(ctx context.Context, shape types.LoadBalancer) ([]string, error) {
	var made []string
	for _, subnet := range subnetsOf(shape.AvailabilityZones) {
		id, err := e.parts.Network.Attach(ctx, subnet, shape.SecurityGroups, "ELB "+named(*shape.LoadBalancerArn))
		if err != nil {
			e.detach(ctx, made)
			return nil, err
		}
		made = append(made, id)
	}
	return made, nil
}

// detach removes interfaces; one that is gone already is what was wanted.
func (e *ELB) detach(ctx context.Context, ids []string) {
	for _, id := range ids {
		_ = e.parts.Network.Detach(ctx, id)
	}
}

// show fills in the state, which is a matter of time.
func (e *ELB) show(row loadBalancer) types.LoadBalancer {
	row.Shape.State = &types.LoadBalancerState{Code: types.LoadBalancerStateEnumActive}
	if time.Since(aws.ToTime(row.Shape.CreatedTime)) < e.options.Provision {
		row.Shape.State.Code = types.LoadBalancerStateEnumProvisioning
	}
	return row.Shape
}

func (e *ELB) describeLoadBalancers(ctx context.Context, in *elbv2.DescribeLoadBalancersInput) (*elbv2.DescribeLoadBalancersOutput, error) {
	if len(in.LoadBalancerArns) > 0 && len(in.Names) > 0 {
		return nil, wire.Fault("ValidationError", "Load balancer names and load balancer ARNs cannot be specified at the same time")
	}
	var found []types.LoadBalancer
	missing := wanted(append(slices.Clone(in.LoadBalancerArns), in.Names...))
	for _, row := range e.loadBalancers.All(wire.From(ctx).World()) {
		if missing.wants(row.arn(), aws.ToString(row.Shape.LoadBalancerName)) {
			found = append(found, e.show(row))
		}
	}
	if id, ok := missing.first(); ok {
		return nil, wire.Fault("LoadBalancerNotFound", "One or more load balancers not found: '%s'", id)
	}
	page, next, err := wire.Page(found, in.Marker, in.PageSize, pageSize, "ValidationError")
	return &elbv2.DescribeLoadBalancersOutput{LoadBalancers: page, NextMarker: next}, err
}

func (e *ELB) deleteLoadBalancer(ctx context.Context, in *elbv2.DeleteLoadBalancerInput) (*elbv2.DeleteLoadBalancerOutput, error) {
	row, ok := e.loadBalancers.Get(wire.From(ctx).World() + aws.ToString(in.LoadBalancerArn))
	if !ok {
		return &elbv2.DeleteLoadBalancerOutput{}, nil // as AWS: it is gone
	}
	if row.Attributes[deletionProtection] == "true" {
		return nil, wire.Fault("OperationNotPermitted", "Load balancer '%s' cannot be deleted because deletion protection is enabled", row.arn())
	}
	for _, l := range e.listenersOf(row.arn()) {
		e.dropListener(l)
	}
	e.loadBalancers.Delete(key(row.arn()))
	e.release(ctx, row)
	return &elbv2.DeleteLoadBalancerOutput{}, nil
}

// release gives the interfaces up, at once or after a while.
func (e *ELB) release(ctx context.Context, row loadBalancer) {
	if e.options.Linger == 0 {
		e.detach(ctx, row.Interfaces)
		return
	}
	e.leaving.Put(key(row.arn()), interfaces{LoadBalancer: row.arn(), IDs: row.Interfaces, Until: time.Now().Add(e.options.Linger)})
}
