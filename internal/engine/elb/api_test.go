package elb_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/elb"
)

func TestWhatCreateLoadBalancerRefuses(t *testing.T) {
	cases := []struct {
		name   string
		change func(w *world, in *elbv2.CreateLoadBalancerInput)
		want   string
	}{
		{"nothing", func(*world, *elbv2.CreateLoadBalancerInput) {}, ""},
		{"a long name", func(_ *world, in *elbv2.CreateLoadBalancerInput) { in.Name = aws.String(strings.Repeat("a", 33)) }, "ValidationError"},
		{"a name with an underscore", func(_ *world, in *elbv2.CreateLoadBalancerInput) { in.Name = aws.String("a_b") }, "ValidationError"},
		{"a name that ends with a hyphen", func(_ *world, in *elbv2.CreateLoadBalancerInput) { in.Name = aws.String("a-") }, "ValidationError"},
		{"a name that begins with internal-", func(_ *world, in *elbv2.CreateLoadBalancerInput) { in.Name = aws.String("internal-a") }, "ValidationError"},
		{"one subnet", func(w *world, in *elbv2.CreateLoadBalancerInput) { in.Subnets = w.subnets[:1] }, "ValidationError"},
		{"a subnet twice", func(w *world, in *elbv2.CreateLoadBalancerInput) { in.Subnets = []string{w.subnets[0], w.subnets[0]} }, "InvalidConfigurationRequest"},
		{"an unknown subnet", func(w *world, in *elbv2.CreateLoadBalancerInput) { in.Subnets = []string{w.subnets[0], "subnet-0"} }, "SubnetNotFound"},
		{"an unknown security group", func(_ *world, in *elbv2.CreateLoadBalancerInput) { in.SecurityGroups = []string{"sg-0"} }, "InvalidSecurityGroup"},
		{"a network load balancer", func(_ *world, in *elbv2.CreateLoadBalancerInput) { in.Type = types.LoadBalancerTypeEnumNetwork }, "UnsupportedOperation"},
		{"IPv6", func(_ *world, in *elbv2.CreateLoadBalancerInput) { in.IpAddressType = types.IpAddressTypeDualstack }, "UnsupportedOperation"},
		{"a parameter the engine does not have", func(_ *world, in *elbv2.CreateLoadBalancerInput) { in.CustomerOwnedIpv4Pool = aws.String("x") }, "UnsupportedOperation"},
		{"a tag twice", func(_ *world, in *elbv2.CreateLoadBalancerInput) {
			in.Tags = []types.Tag{{Key: aws.String("a")}, {Key: aws.String("a")}}
		}, "DuplicateTagKeys"},
	}
	inBubble(t, elb.Options{}, func(w *world) {
		for _, c := range cases {
			in := &elbv2.CreateLoadBalancerInput{Name: aws.String("fine"), Subnets: w.subnets[:2]}
			c.change(w, in)
			if _, err := w.api.CreateLoadBalancer(w.Context(), in); code(err) != c.want {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
		}
	})
}

func TestWhatCreateTargetGroupRefuses(t *testing.T) {
	cases := []struct {
		name   string
		change func(in *elbv2.CreateTargetGroupInput)
		want   string
	}{
		{"nothing", func(*elbv2.CreateTargetGroupInput) {}, ""},
		{"a name of 33 characters", func(in *elbv2.CreateTargetGroupInput) { in.Name = aws.String(strings.Repeat("a", 33)) }, "ValidationError"},
		{"timeout above interval", func(in *elbv2.CreateTargetGroupInput) { in.HealthCheckTimeoutSeconds = aws.Int32(6) }, "ValidationError"},
		{"interval of 4", func(in *elbv2.CreateTargetGroupInput) { in.HealthCheckIntervalSeconds = aws.Int32(4) }, "ValidationError"},
		{"threshold of 1", func(in *elbv2.CreateTargetGroupInput) { in.HealthyThresholdCount = aws.Int32(1) }, "ValidationError"},
		{"threshold of 11", func(in *elbv2.CreateTargetGroupInput) { in.UnhealthyThresholdCount = aws.Int32(11) }, "ValidationError"},
		{"a path without slash", func(in *elbv2.CreateTargetGroupInput) { in.HealthCheckPath = aws.String("health") }, "ValidationError"},
		{"a matcher of 600", func(in *elbv2.CreateTargetGroupInput) { in.Matcher = &types.Matcher{HttpCode: aws.String("200,600")} }, "ValidationError"},
		{"no checks", func(in *elbv2.CreateTargetGroupInput) { in.HealthCheckEnabled = aws.Bool(false) }, "ValidationError"},
		{"no VPC", func(in *elbv2.CreateTargetGroupInput) { in.VpcId = nil }, "ValidationError"},
		{"an unknown VPC", func(in *elbv2.CreateTargetGroupInput) { in.VpcId = aws.String("vpc-0") }, "ValidationError"},
		{"port 70000", func(in *elbv2.CreateTargetGroupInput) { in.Port = aws.Int32(70000) }, "ValidationError"},
		{"HTTPS", func(in *elbv2.CreateTargetGroupInput) { in.Protocol = types.ProtocolEnumHttps }, "UnsupportedOperation"},
		{"gRPC", func(in *elbv2.CreateTargetGroupInput) { in.ProtocolVersion = aws.String("GRPC") }, "UnsupportedOperation"},
		{"a function", func(in *elbv2.CreateTargetGroupInput) { in.TargetType = types.TargetTypeEnumLambda }, "UnsupportedOperation"},
	}
	inBubble(t, elb.Options{}, func(w *world) {
		for _, c := range cases {
			in := w.groupInput("fine")
			c.change(in)
			if _, err := w.api.CreateTargetGroup(w.Context(), in); code(err) != c.want {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
		}
	})
}

func TestCreationIsIdempotentForTheSameSettingsOnly(t *testing.T) {
	inBubble(t, elb.Options{}, func(w *world) {
		lb, group := w.loadBalancer("web"), w.group("web")
		l := w.listener(lb, 80, forward(group))
		if again := w.loadBalancer("web"); *again.LoadBalancerArn != *lb.LoadBalancerArn {
			t.Error("another load balancer was made")
		}
		if w.group("web") != group || w.listener(lb, 80, forward(group)) != l {
			t.Error("another target group or listener was made")
		}
		_, err := w.api.CreateLoadBalancer(w.Context(), &elbv2.CreateLoadBalancerInput{Name: aws.String("web"), Subnets: w.subnets})
		if code(err) != "DuplicateLoadBalancerName" {
			t.Error(err)
		}
		in := w.groupInput("web")
		in.Port = aws.Int32(81)
		if _, err = w.api.CreateTargetGroup(w.Context(), in); code(err) != "DuplicateTargetGroupName" {
			t.Error(err)
		}
		_, err = w.api.CreateListener(w.Context(), &elbv2.CreateListenerInput{
			LoadBalancerArn: lb.LoadBalancerArn, Port: aws.Int32(80), Protocol: types.ProtocolEnumHttp, DefaultActions: forward(w.group("other")),
		})
		if code(err) != "DuplicateListener" {
			t.Error(err)
		}
	})
}

func TestWhatIsInUseIsNotDeleted(t *testing.T) {
	inBubble(t, elb.Options{}, func(w *world) {
		lb, group := w.loadBalancer("web"), w.group("web")
		l := w.listener(lb, 80, forward(group))
		rules := must[elbv2.DescribeRulesOutput](w)(w.api.DescribeRules(w.Context(), &elbv2.DescribeRulesInput{ListenerArn: &l})).Rules
		if len(rules) != 1 || !*rules[0].IsDefault || *rules[0].Priority != "default" || *rules[0].Actions[0].TargetGroupArn != group {
			t.Fatalf("%+v", rules)
		}
		deletion := func(want string) {
			t.Helper()
			if _, err := w.api.DeleteTargetGroup(w.Context(), &elbv2.DeleteTargetGroupInput{TargetGroupArn: &group}); code(err) != want {
				t.Errorf("DeleteTargetGroup: %v, want %q", err, want)
			}
		}
		deletion("ResourceInUse")
		if _, err := w.api.DeleteRule(w.Context(), &elbv2.DeleteRuleInput{RuleArn: rules[0].RuleArn}); code(err) != "OperationNotPermitted" {
			t.Errorf("the default rule: %v", err)
		}
		other := must[elbv2.CreateLoadBalancerOutput](w)(w.api.CreateLoadBalancer(w.Context(), &elbv2.CreateLoadBalancerInput{Name: aws.String("other"), Subnets: w.subnets[:2]})).LoadBalancers[0]
		if *other.DNSName == *lb.DNSName {
			t.Errorf("two load balancers at %s", *lb.DNSName)
		}
		_, err := w.api.CreateListener(w.Context(), &elbv2.CreateListenerInput{LoadBalancerArn: other.LoadBalancerArn, Port: aws.Int32(80), Protocol: types.ProtocolEnumHttp, DefaultActions: forward(group)})
		if code(err) != "TargetGroupAssociationLimit" {
			t.Errorf("a second load balancer: %v", err)
		}
		protect := func(value string) {
			must[elbv2.ModifyLoadBalancerAttributesOutput](w)(w.api.ModifyLoadBalancerAttributes(w.Context(), &elbv2.ModifyLoadBalancerAttributesInput{
				LoadBalancerArn: lb.LoadBalancerArn, Attributes: []types.LoadBalancerAttribute{{Key: aws.String("deletion_protection.enabled"), Value: &value}}}))
		}
		protect("true")
		if _, err := w.api.DeleteLoadBalancer(w.Context(), &elbv2.DeleteLoadBalancerInput{LoadBalancerArn: lb.LoadBalancerArn}); code(err) != "OperationNotPermitted" {
			t.Errorf("a protected load balancer: %v", err)
		}
		protect("false")
		for range 2 { // the second time it is gone already
			must[elbv2.DeleteLoadBalancerOutput](w)(w.api.DeleteLoadBalancer(w.Context(), &elbv2.DeleteLoadBalancerInput{LoadBalancerArn: lb.LoadBalancerArn}))
		}
		deletion("")
		deletion("")
	})
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	const arn = "arn:aws:elasticloadbalancing:us-east-1:111111111111:"
	lb, group, l, rule := arn+"loadbalancer/app/x/1", arn+"targetgroup/x/1", arn+"listener/app/x/1/2", arn+"listener-rule/app/x/1/2/3"
	inBubble(t, elb.Options{}, func(w *world) {
		calls := []struct {
			name string
			call func(ctx context.Context) error
			want string
		}{
			{"DescribeLoadBalancers", func(ctx context.Context) error {
				_, err := w.api.DescribeLoadBalancers(ctx, &elbv2.DescribeLoadBalancersInput{Names: []string{"x"}})
				return err
			}, "LoadBalancerNotFound"},
			{"SetSecurityGroups", func(ctx context.Context) error {
				_, err := w.api.SetSecurityGroups(ctx, &elbv2.SetSecurityGroupsInput{LoadBalancerArn: &lb, SecurityGroups: []string{"sg-1"}})
				return err
			}, "LoadBalancerNotFound"},
			{"DescribeTargetGroups", func(ctx context.Context) error {
				_, err := w.api.DescribeTargetGroups(ctx, &elbv2.DescribeTargetGroupsInput{Names: []string{"x"}})
				return err
			}, "TargetGroupNotFound"},
			{"DescribeTargetHealth", func(ctx context.Context) error {
				_, err := w.api.DescribeTargetHealth(ctx, &elbv2.DescribeTargetHealthInput{TargetGroupArn: &group})
				return err
			}, "TargetGroupNotFound"},
			{"DescribeListeners", func(ctx context.Context) error {
				_, err := w.api.DescribeListeners(ctx, &elbv2.DescribeListenersInput{ListenerArns: []string{l}})
				return err
			}, "ListenerNotFound"},
			{"DeleteListener", func(ctx context.Context) error {
				_, err := w.api.DeleteListener(ctx, &elbv2.DeleteListenerInput{ListenerArn: &l})
				return err
			}, "ListenerNotFound"},
			{"DeleteRule", func(ctx context.Context) error {
				_, err := w.api.DeleteRule(ctx, &elbv2.DeleteRuleInput{RuleArn: &rule})
				return err
			}, "RuleNotFound"},
			{"DescribeTags", func(ctx context.Context) error {
				_, err := w.api.DescribeTags(ctx, &elbv2.DescribeTagsInput{ResourceArns: []string{rule}})
				return err
			}, "RuleNotFound"},
		}
		for _, c := range calls {
			if err := c.call(w.Context()); code(err) != c.want {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
		}
	})
}

func TestAttributesAreKnownAndInRange(t *testing.T) {
	cases := []struct{ key, value, want string }{
		{"deregistration_delay.timeout_seconds", "15", ""},
		{"deregistration_delay.timeout_seconds", "3601", "ValidationError"},
		{"deregistration_delay", "15", "ValidationError"},
		{"stickiness.enabled", "false", ""},
		{"stickiness.enabled", "true", "InvalidConfigurationRequest"}, // not had by the engine
		{"load_balancing.algorithm.type", "least_outstanding_requests", "InvalidConfigurationRequest"},
	}
	inBubble(t, elb.Options{}, func(w *world) {
		group := w.group("web")
		for _, c := range cases {
			_, err := w.api.ModifyTargetGroupAttributes(w.Context(), &elbv2.ModifyTargetGroupAttributesInput{
				TargetGroupArn: &group, Attributes: []types.TargetGroupAttribute{{Key: &c.key, Value: &c.value}},
			})
			if code(err) != c.want {
				t.Errorf("%s=%s: %v, want %q", c.key, c.value, err, c.want)
			}
		}
		out := must[elbv2.DescribeTargetGroupAttributesOutput](w)(w.api.DescribeTargetGroupAttributes(w.Context(), &elbv2.DescribeTargetGroupAttributesInput{TargetGroupArn: &group}))
		for _, a := range out.Attributes {
			if *a.Key == "deregistration_delay.timeout_seconds" && *a.Value != "15" {
				t.Errorf("the delay is %s", *a.Value)
			}
		}
	})
}
