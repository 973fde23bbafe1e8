package elb

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/wire"
)

// AWS's default quotas (Elastic Load Balancing, application load balancers).
const (
	maxLoadBalancers   = 50
	maxListeners       = 50
	maxRules           = 100 // without default rules
	maxTargetGroups    = 3000
	maxGroupsPerLB     = 100
	maxGroupsPerAction = 5
	maxTargets         = 1000
	maxValues          = 5 // condition values of a rule
	maxWildcards       = 6 // of a rule
	maxTags            = 50

	pageSize = 400
)

var limits = []struct {
	name string
	max  int
}{
	{"application-load-balancers", maxLoadBalancers},
	{"listeners-per-application-load-balancer", maxListeners},
	{"rules-per-application-load-balancer", maxRules},
	{"target-groups", maxTargetGroups},
	{"target-groups-per-application-load-balancer", maxGroupsPerLB},
	{"target-groups-per-action-on-application-load-balancer", maxGroupsPerAction},
	{"targets-per-target-group", maxTargets},
	{"condition-values-per-alb-rule", maxValues},
	{"condition-wildcards-per-alb-rule", maxWildcards},
}

func (e *ELB) describeAccountLimits(_ context.Context, in *elbv2.DescribeAccountLimitsInput) (*elbv2.DescribeAccountLimitsOutput, error) {
	all := make([]types.Limit, len(limits))
	for i, l := range limits {
		all[i] = types.Limit{Name: aws.String(l.name), Max: aws.String(strconv.Itoa(l.max))}
	}
	page, next, err := wire.Page(all, in.Marker, in.PageSize, pageSize, "ValidationError")
	return &elbv2.DescribeAccountLimitsOutput{Limits: page, NextMarker: next}, err
}

// describeSSLPolicies has none to show: the engine has no TLS listeners.
func (e *ELB) describeSSLPolicies(_ context.Context, in *elbv2.DescribeSSLPoliciesInput) (*elbv2.DescribeSSLPoliciesOutput, error) {
	if len(in.Names) > 0 {
		return nil, wire.Fault("SSLPolicyNotFound", "One or more SSL policies not found: '%s'", in.Names[0])
	}
	return &elbv2.DescribeSSLPoliciesOutput{SslPolicies: []types.SslPolicy{}}, nil
}

// selection is a set of ids asked for; an empty one wants everything.
type selection struct {
	all  bool
	left []string
}

func wanted(ids []string) *selection { return &selection{all: len(ids) == 0, left: ids} }

// wants tells whether a row under any of these names is asked for.
func (s *selection) wants(names ...string) bool {
	if s.all {
		return true
	}
	for i, id := range s.left {
		for _, name := range names {
			if id == name {
				s.left = append(s.left[:i:i], s.left[i+1:]...)
				return true
			}
		}
	}
	return false
}

// first returns an id that no row had.
func (s *selection) first() (string, bool) {
	if len(s.left) == 0 {
		return "", false
	}
	return s.left[0], true
}
