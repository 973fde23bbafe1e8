package cloud

import (
	"context"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/resource"
)

// Rules are found with their listeners.
var ruleKind = kind{create: createRule, update: updateRule, remove: removeRule}

// tagRule says what a rule is for, the last part of its name: AWS gives rules
// no names.
const tagRule = "photon:rule"

var rulesQuestion = &question{what: "rules of", batch: 1, gone: gone, ask: askRules}

func askRules(ctx context.Context, s *search, listeners []string) error {
	rules, err := s.rules(ctx, listeners[0])
	if err != nil {
		return err
	}
	for _, r := range rules {
		if aws.ToBool(r.IsDefault) {
			continue
		}
		priority, _ := strconv.Atoi(aws.ToString(r.Priority))
		s.ask(elbTagsQuestion, aws.ToString(r.RuleArn))
		s.found(&thing{
			kind: resource.KindRule, id: aws.ToString(r.RuleArn), parent: listeners[0],
			attributes: resource.Rule{
				Listener: listeners[0], Priority: priority,
				Paths: pathsOf(r.Conditions), TargetGroups: forwardedTo(r.Actions),
			},
		})
	}
	return nil
}

// ruleName names a rule after its listener and its tag; one without the tag,
// which Photon did not make, after its priority.
func ruleName(listener string, rule resource.Rule, tags map[string]string) string {
	purpose := tags[tagRule]
	if purpose == "" {
		purpose = strconv.Itoa(rule.Priority)
	}
	return listener + "/" + purpose
}

func (a *Account) rules(ctx context.Context, listener string) ([]types.Rule, error) {
	var rules []types.Rule
	pages := elasticloadbalancingv2.NewDescribeRulesPaginator(a.elb(), &elasticloadbalancingv2.DescribeRulesInput{
		ListenerArn: &listener,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		rules = append(rules, page.Rules...)
	}
	return rules, nil
}

// pathsOf lists the path patterns; any other condition, which Photon did not
// write, shows as one that differs.
func pathsOf(conditions []types.RuleCondition) []string {
	var paths []string
	for _, c := range conditions {
		switch {
		case aws.ToString(c.Field) != "path-pattern":
			paths = append(paths, aws.ToString(c.Field))
		case c.PathPatternConfig != nil:
			paths = append(paths, c.PathPatternConfig.Values...)
		default:
			paths = append(paths, c.Values...)
		}
	}
	return paths
}

func forwardedTo(actions []types.Action) []string {
	var groups []string
	for _, action := range actions {
		if action.ForwardConfig == nil {
			if action.TargetGroupArn != nil {
				groups = append(groups, *action.TargetGroupArn)
			}
			continue
		}
		for _, group := range action.ForwardConfig.TargetGroups {
			groups = append(groups, aws.ToString(group.TargetGroupArn))
		}
	}
	return groups
}

func createRule(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	rule := attributesOf[resource.Rule](want)
	tags := resource.Tags(want.Owner)
	tags[tagRule] = want.Key.Name[strings.LastIndex(want.Key.Name, "/")+1:]
	out, err := a.elb().CreateRule(ctx, &elasticloadbalancingv2.CreateRuleInput{
		ListenerArn: &rule.Listener,
		Priority:    aws.Int32(int32(rule.Priority)),
		Conditions:  pathConditions(rule.Paths),
		Actions:     forwardTo(rule.TargetGroups),
		Tags:        elbTagList(tags),
	})
	if err == nil && len(out.Rules) > 0 {
		return aws.ToString(out.Rules[0].RuleArn), nil
	}
	if !is(err, "PriorityInUse") {
		return "", err
	}
	existing, err := a.rules(ctx, rule.Listener)
	if err != nil {
		return "", err
	}
	for _, r := range existing {
		if aws.ToString(r.Priority) == strconv.Itoa(rule.Priority) {
			return a.adoptTagged(ctx, want, aws.ToString(r.RuleArn))
		}
	}
	return "", &StepError{Step: want.Key, Code: "PriorityInUse", Message: "its priority was in use", Temporary: true}
}

func pathConditions(paths []string) []types.RuleCondition {
	return []types.RuleCondition{{
		Field: aws.String("path-pattern"), PathPatternConfig: &types.PathPatternConditionConfig{Values: paths},
	}}
}

// forwardTo gives all traffic to the first target group. It is for new pairs
// alone: the weights of a pair that serves are ECS's.
func forwardTo(groups []string) []types.Action {
	forward := &types.ForwardActionConfig{}
	for i := range groups {
		weight := int32(0)
		if i == 0 {
			weight = 1
		}
		forward.TargetGroups = append(forward.TargetGroups, types.TargetGroupTuple{
			TargetGroupArn: &groups[i], Weight: &weight,
		})
	}
	return []types.Action{{Type: types.ActionTypeEnumForward, ForwardConfig: forward}}
}

func updateRule(ctx context.Context, a *Account, want, have resource.Resource) error {
	wanted, had := attributesOf[resource.Rule](want), attributesOf[resource.Rule](have)
	if wanted.Priority != had.Priority {
		_, err := a.elb().SetRulePriorities(ctx, &elasticloadbalancingv2.SetRulePrioritiesInput{
			RulePriorities: []types.RulePriorityPair{{
				RuleArn: &have.ID, Priority: aws.Int32(int32(wanted.Priority)),
			}},
		})
		if err != nil {
			return err
		}
	}
	in := &elasticloadbalancingv2.ModifyRuleInput{RuleArn: &have.ID, Conditions: pathConditions(wanted.Paths)}
	if !sameSet(wanted.TargetGroups, had.TargetGroups) {
		in.Actions = forwardTo(wanted.TargetGroups)
	}
	_, err := a.elb().ModifyRule(ctx, in)
	return err
}

func removeRule(ctx context.Context, a *Account, have resource.Resource) error {
	_, err := a.elb().DeleteRule(ctx, &elasticloadbalancingv2.DeleteRuleInput{RuleArn: &have.ID})
	if is(err, gone...) {
		return nil
	}
	return err
}
