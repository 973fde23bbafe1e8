package elb

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/wire"
)

const (
	deletionProtection = "deletion_protection.enabled"
	idleTimeout        = "idle_timeout.timeout_seconds"
	drainDelay         = "deregistration_delay.timeout_seconds"
)

// attribute describes one attribute: its default and the values that the
// engine acts on. With neither, only the default is accepted.
type attribute struct {
	fallback string
	min, max int // of a number
	values   []string
}

var boolean = []string{"true", "false"}

var loadBalancerAttributes = map[string]attribute{
	deletionProtection:                                         {fallback: "false", values: boolean},
	idleTimeout:                                                {fallback: "60", min: 1, max: 4000},
	"load_balancing.cross_zone.enabled":                        {fallback: "true"},
	"access_logs.s3.enabled":                                   {fallback: "false"},
	"access_logs.s3.bucket":                                    {},
	"access_logs.s3.prefix":                                    {},
	"connection_logs.s3.enabled":                               {fallback: "false"},
	"connection_logs.s3.bucket":                                {},
	"connection_logs.s3.prefix":                                {},
	"health_check_logs.s3.enabled":                             {fallback: "false"},
	"health_check_logs.s3.bucket":                              {},
	"health_check_logs.s3.prefix":                              {},
	"ipv6.deny_all_igw_traffic":                                {fallback: "false"},
	"zonal_shift.config.enabled":                               {fallback: "false"},
	"client_keep_alive.seconds":                                {fallback: "3600"},
	"routing.http.desync_mitigation_mode":                      {fallback: "defensive"},
	"routing.http.drop_invalid_header_fields.enabled":          {fallback: "false"},
	"routing.http.preserve_host_header.enabled":                {fallback: "false", values: boolean},
	"routing.http.x_amzn_tls_version_and_cipher_suite.enabled": {fallback: "false"},
	"routing.http.xff_client_port.enabled":                     {fallback: "false"},
	"routing.http.xff_header_processing.mode":                  {fallback: "append"},
	"routing.http2.enabled":                                    {fallback: "true", values: boolean},
	"waf.fail_open.enabled":                                    {fallback: "false"},
}

var groupAttributes = map[string]attribute{
	drainDelay:                                                                       {fallback: "300", min: 0, max: 3600},
	"stickiness.enabled":                                                             {fallback: "false"},
	"stickiness.type":                                                                {fallback: "lb_cookie", values: []string{"lb_cookie", "app_cookie"}},
	"stickiness.lb_cookie.duration_seconds":                                          {fallback: "86400", min: 1, max: 604800},
	"stickiness.app_cookie.cookie_name":                                              {},
	"stickiness.app_cookie.duration_seconds":                                         {fallback: "86400", min: 1, max: 604800},
	"slow_start.duration_seconds":                                                    {fallback: "0"},
	"load_balancing.algorithm.type":                                                  {fallback: "round_robin"},
	"load_balancing.algorithm.anomaly_mitigation":                                    {fallback: "off"},
	"load_balancing.cross_zone.enabled":                                              {fallback: "use_load_balancer_configuration", values: []string{"use_load_balancer_configuration", "true"}},
	"target_group_health.dns_failover.minimum_healthy_targets.count":                 {fallback: "1"},
	"target_group_health.dns_failover.minimum_healthy_targets.percentage":            {fallback: "off"},
	"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count":      {fallback: "1"},
	"target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": {fallback: "off"},
}

// check tells whether the engine takes the value.
func (a attribute) check(key, value string) error {
	if value == a.fallback || slices.Contains(a.values, value) {
		return nil
	}
	if a.max > 0 {
		if n, err := strconv.Atoi(value); err == nil && a.min <= n && n <= a.max {
			return nil
		}
		return wire.Fault("ValidationError", "The value '%s' of attribute '%s' must be between '%d' and '%d'", value, key, a.min, a.max)
	}
	if len(a.values) > 0 {
		return wire.Fault("ValidationError", "The value '%s' of attribute '%s' is not valid", value, key)
	}
	return wire.Fault("InvalidConfigurationRequest", "The engine does not have '%s' for attribute '%s', only '%s'", value, key, a.fallback)
}

// set checks one attribute and stores it.
func set(known map[string]attribute, have map[string]string, key, value *string) error {
	a, ok := known[aws.ToString(key)]
	if !ok {
		return wire.Fault("ValidationError", "Attribute key '%s' is not recognized", aws.ToString(key))
	}
	if err := a.check(*key, aws.ToString(value)); err != nil {
		return err
	}
	have[*key] = aws.ToString(value)
	return nil
}

// number is a numeric attribute's value in force.
func number(known map[string]attribute, have map[string]string, key string) int {
	text, ok := have[key]
	if !ok {
		text = known[key].fallback
	}
	n, _ := strconv.Atoi(text)
	return n
}

// inForce merges what was set over the defaults, sorted by key.
func inForce[T any](known map[string]attribute, have map[string]string, shape func(key, value string) T) []T {
	out := make([]T, 0, len(known))
	for _, key := range slices.Sorted(maps.Keys(known)) {
		value, ok := have[key]
		if !ok {
			value = known[key].fallback
		}
		out = append(out, shape(key, value))
	}
	return out
}

func (row loadBalancer) attributes() []types.LoadBalancerAttribute {
	return inForce(loadBalancerAttributes, row.Attributes, func(key, value string) types.LoadBalancerAttribute {
		return types.LoadBalancerAttribute{Key: aws.String(key), Value: aws.String(value)}
	})
}

func (row targetGroup) attributes() []types.TargetGroupAttribute {
	return inForce(groupAttributes, row.Attributes, func(key, value string) types.TargetGroupAttribute {
		return types.TargetGroupAttribute{Key: aws.String(key), Value: aws.String(value)}
	})
}

func (e *ELB) modifyLoadBalancerAttributes(ctx context.Context, in *elbv2.ModifyLoadBalancerAttributesInput) (*elbv2.ModifyLoadBalancerAttributesOutput, error) {
	row, err := e.findLoadBalancer(ctx, in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	for _, a := range in.Attributes {
		if err := set(loadBalancerAttributes, row.Attributes, a.Key, a.Value); err != nil {
			return nil, err
		}
	}
	e.loadBalancers.Put(key(row.arn()), row)
	return &elbv2.ModifyLoadBalancerAttributesOutput{Attributes: row.attributes()}, nil
}

func (e *ELB) describeLoadBalancerAttributes(ctx context.Context, in *elbv2.DescribeLoadBalancerAttributesInput) (*elbv2.DescribeLoadBalancerAttributesOutput, error) {
	row, err := e.findLoadBalancer(ctx, in.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	return &elbv2.DescribeLoadBalancerAttributesOutput{Attributes: row.attributes()}, nil
}

func (e *ELB) modifyTargetGroupAttributes(ctx context.Context, in *elbv2.ModifyTargetGroupAttributesInput) (*elbv2.ModifyTargetGroupAttributesOutput, error) {
	row, err := e.findGroup(ctx, in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	for _, a := range in.Attributes {
		if err := set(groupAttributes, row.Attributes, a.Key, a.Value); err != nil {
			return nil, err
		}
	}
	e.groups.Put(key(row.arn()), row)
	return &elbv2.ModifyTargetGroupAttributesOutput{Attributes: row.attributes()}, nil
}

func (e *ELB) describeTargetGroupAttributes(ctx context.Context, in *elbv2.DescribeTargetGroupAttributesInput) (*elbv2.DescribeTargetGroupAttributesOutput, error) {
	row, err := e.findGroup(ctx, in.TargetGroupArn)
	if err != nil {
		return nil, err
	}
	return &elbv2.DescribeTargetGroupAttributesOutput{Attributes: row.attributes()}, nil
}
