package elb

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/wire"
)

const (
	maxPriority = 50000
	afterAll    = maxPriority + 1 // where the default rule stands
)

func (e *ELB) putRule(row rule) { e.rules.Put(key(row.arn()), row) }

func (row rule) priority() int {
	if aws.ToBool(row.Shape.IsDefault) {
		return afterAll
	}
	n, _ := strconv.Atoi(aws.ToString(row.Shape.Priority))
	return n
}

// rulesOf are a listener's rules by priority, the default rule last.
func (e *ELB) rulesOf(listenerARN string) []rule {
	var found []rule
	for _, row := range e.rules.All(key(rulePrefix(listenerARN))) {
		found = append(found, row)
	}
	slices.SortFunc(found, func(a, b rule) int { return cmp.Compare(a.priority(), b.priority()) })
	return found
}

func (e *ELB) defaultRule(l listener) rule {
	rules := e.rulesOf(l.arn())
	return rules[len(rules)-1]
}

func checkPriority(n *int32) error {
	if n == nil || *n < 1 || *n > maxPriority {
		return wire.Fault("ValidationError", "A rule priority must be between '1' and '%d'", maxPriority)
	}
	return nil
}

func (e *ELB) createRule(ctx context.Context, in *elbv2.CreateRuleInput) (*elbv2.CreateRuleOutput, error) {
	l, err := e.findListener(ctx, in.ListenerArn)
	if err != nil {
		return nil, err
	}
	lb, err := e.findLoadBalancer(ctx, l.Shape.LoadBalancerArn)
	if err != nil {
		return nil, err
	}
	if err := checkPriority(in.Priority); err != nil {
		return nil, err
	}
	conditions, err := checkConditions(in.Conditions)
	if err != nil {
		return nil, err
	}
	actions, err := e.checkActions(ctx, lb, in.Actions)
	if err != nil {
		return nil, err
	}
	tags, err := newTags(in.Tags)
	if err != nil {
		return nil, err
	}
	if err := e.checkRoom(lb, l, int(*in.Priority)); err != nil {
		return nil, err
	}
	row := rule{Listener: l.arn(), Tags: tags, Shape: types.Rule{
		RuleArn: aws.String(ruleARN(l.arn())), Priority: aws.String(strconv.Itoa(int(*in.Priority))),
		IsDefault: aws.Bool(false), Conditions: conditions, Actions: actions,
	}}
	e.putRule(row)
	return &elbv2.CreateRuleOutput{Rules: []types.Rule{row.Shape}}, nil
}

// checkRoom tells whether the listener can take a rule at this priority.
func (e *ELB) checkRoom(lb loadBalancer, l listener, priority int) error {
	count := 0
	for _, sibling := range e.listenersOf(lb.arn()) {
		for _, r := range e.rulesOf(sibling.arn()) {
			if r.Listener == l.arn() && r.priority() == priority {
				return wire.Fault("PriorityInUse", "Priority '%d' is currently in use", priority)
			}
			if r.priority() != afterAll {
				count++
			}
		}
	}
	if count >= maxRules {
		return wire.Fault("TooManyRules", "The maximum number of rules on load balancer '%s' has been reached", lb.arn())
	}
	return nil
}

func (e *ELB) describeRules(ctx context.Context, in *elbv2.DescribeRulesInput) (*elbv2.DescribeRulesOutput, error) {
	var found []types.Rule
	switch {
	case in.ListenerArn != nil && len(in.RuleArns) > 0:
		return nil, wire.Fault("ValidationError", "A listener ARN and rule ARNs cannot be specified at the same time")
	case in.ListenerArn != nil:
		l, err := e.findListener(ctx, in.ListenerArn)
		if err != nil {
			return nil, err
		}
		for _, r := range e.rulesOf(l.arn()) {
			found = append(found, r.Shape)
		}
	case len(in.RuleArns) == 0:
		return nil, wire.Fault("ValidationError", "You must specify either listener rule ARNs or a listener ARN")
	}
	for _, arn := range in.RuleArns {
		r, err := e.findRule(ctx, &arn)
		if err != nil {
			return nil, err
		}
		found = append(found, r.Shape)
	}
	page, next, err := wire.Page(found, in.Marker, in.PageSize, pageSize, "ValidationError")
	return &elbv2.DescribeRulesOutput{Rules: page, NextMarker: next}, err
}

func (e *ELB) modifyRule(ctx context.Context, in *elbv2.ModifyRuleInput) (*elbv2.ModifyRuleOutput, error) {
	row, err := e.findRule(ctx, in.RuleArn)
	if err != nil {
		return nil, err
	}
	if aws.ToBool(row.Shape.IsDefault) {
		return nil, wire.Fault("OperationNotPermitted", "Default rule '%s' cannot be modified; modify its listener", row.arn())
	}
	if in.Conditions != nil {
		if row.Shape.Conditions, err = checkConditions(in.Conditions); err != nil {
			return nil, err
		}
	}
	if in.Actions != nil {
		lb, err := e.loadBalancerOf(ctx, row.Listener)
		if err != nil {
			return nil, err
		}
		if row.Shape.Actions, err = e.checkActions(ctx, lb, in.Actions); err != nil {
			return nil, err
		}
	}
	e.putRule(row)
	return &elbv2.ModifyRuleOutput{Rules: []types.Rule{row.Shape}}, nil
}

func (e *ELB) loadBalancerOf(ctx context.Context, listenerARN string) (loadBalancer, error) {
	l, err := e.findListener(ctx, &listenerARN)
	if err != nil {
		return loadBalancer{}, err
	}
	return e.findLoadBalancer(ctx, l.Shape.LoadBalancerArn)
}

func (e *ELB) deleteRule(ctx context.Context, in *elbv2.DeleteRuleInput) (*elbv2.DeleteRuleOutput, error) {
	row, err := e.findRule(ctx, in.RuleArn)
	if err != nil {
		return nil, err
	}
	if aws.ToBool(row.Shape.IsDefault) {
		return nil, wire.Fault("OperationNotPermitted", "Default rule '%s' cannot be deleted", row.arn())
	}
	e.rules.Delete(key(row.arn()))
	return &elbv2.DeleteRuleOutput{}, nil
}

// setRulePriorities moves all the rules named or none.
func (e *ELB) setRulePriorities(ctx context.Context, in *elbv2.SetRulePrioritiesInput) (*elbv2.SetRulePrioritiesOutput, error) {
	moved := map[string]rule{}
	for _, pair := range in.RulePriorities {
		row, err := e.findRule(ctx, pair.RuleArn)
		if err != nil {
			return nil, err
		}
		if aws.ToBool(row.Shape.IsDefault) {
			return nil, wire.Fault("OperationNotPermitted", "The priority of default rule '%s' cannot be set", row.arn())
		}
		if err := checkPriority(pair.Priority); err != nil {
			return nil, err
		}
		row.Shape.Priority = aws.String(strconv.Itoa(int(*pair.Priority)))
		moved[row.arn()] = row
	}
	out := &elbv2.SetRulePrioritiesOutput{}
	for _, pair := range in.RulePriorities {
		row := moved[*pair.RuleArn]
		for _, other := range e.rulesOf(row.Listener) {
			if now, ok := moved[other.arn()]; ok {
				other = now
			}
			if other.arn() != row.arn() && other.priority() == row.priority() {
				return nil, wire.Fault("PriorityInUse", "Priority '%d' is currently in use", row.priority())
			}
		}
		out.Rules = append(out.Rules, row.Shape)
	}
	for _, row := range moved {
		e.putRule(row)
	}
	return out, nil
}
