package elb_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/elb"
)

func TestWhatRulesAreRefused(t *testing.T) {
	inBubble(t, elb.Options{}, func(w *world) {
		lb, group := w.loadBalancer("web"), w.group("web")
		l := w.listener(lb, 80, forward(group))
		path := func(values ...string) []types.RuleCondition {
			return []types.RuleCondition{{Field: aws.String("path-pattern"), Values: values}}
		}
		heavy := forward(group)
		heavy[0].ForwardConfig.TargetGroups[0].Weight = aws.Int32(1000)
		cases := []struct {
			name       string
			priority   int32
			conditions []types.RuleCondition
			actions    []types.Action
			want       string
		}{
			{"nothing", 1, path("/a"), forward(group), ""},
			{"a priority twice", 1, path("/b"), forward(group), "PriorityInUse"},
			{"priority 0", 0, path("/b"), forward(group), "ValidationError"},
			{"priority 50001", 50001, path("/b"), forward(group), "ValidationError"},
			{"no condition", 2, []types.RuleCondition{}, forward(group), "ValidationError"},
			{"an empty condition", 2, path(), forward(group), "ValidationError"},
			{"six values", 2, path("/1", "/2", "/3", "/4", "/5", "/6"), forward(group), "ValidationError"},
			{"seven wildcards", 2, path("/*/*/*/*/*/*/*"), forward(group), "ValidationError"},
			{"two path conditions", 2, append(path("/a"), path("/b")...), forward(group), "ValidationError"},
			{"an unknown field", 2, []types.RuleCondition{{Field: aws.String("cookie"), Values: []string{"a"}}}, forward(group), "ValidationError"},
			{"a source that is no range", 2, []types.RuleCondition{{Field: aws.String("source-ip"), SourceIpConfig: &types.SourceIpConditionConfig{Values: []string{"10.0.0.1"}}}}, forward(group), "ValidationError"},
			{"a regular expression", 2, []types.RuleCondition{{Field: aws.String("path-pattern"), RegexValues: []string{"^/a"}}}, forward(group), "UnsupportedOperation"},
			{"weight 1000", 2, path("/b"), heavy, "ValidationError"},
			{"no action", 2, path("/b"), []types.Action{}, "ValidationError"},
			{"an unknown target group", 2, path("/b"), forward(group + "0"), "TargetGroupNotFound"},
			{"a target group twice", 2, path("/b"), forward(group, group), "ValidationError"},
			{"a redirect to itself", 2, path("/b"), []types.Action{{Type: types.ActionTypeEnumRedirect, RedirectConfig: &types.RedirectActionConfig{StatusCode: types.RedirectActionStatusCodeEnumHttp301}}}, "InvalidLoadBalancerAction"},
			{"a fixed response of 302", 2, path("/b"), []types.Action{{Type: types.ActionTypeEnumFixedResponse, FixedResponseConfig: &types.FixedResponseActionConfig{StatusCode: aws.String("302")}}}, "ValidationError"},
			{"a login", 2, path("/b"), []types.Action{{Type: types.ActionTypeEnumAuthenticateOidc}}, "UnsupportedOperation"},
		}
		for _, c := range cases {
			_, err := w.api.CreateRule(w.Context(), &elbv2.CreateRuleInput{ListenerArn: &l, Priority: &c.priority, Conditions: c.conditions, Actions: c.actions})
			if code(err) != c.want {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
		}
	})
}

func TestPrioritiesMoveTogether(t *testing.T) {
	inBubble(t, elb.Options{}, func(w *world) {
		l := w.listener(w.loadBalancer("web"), 80, forward(w.group("web")))
		var arns []string
		for n := int32(1); n <= 3; n++ {
			out := must[elbv2.CreateRuleOutput](w)(w.api.CreateRule(w.Context(), &elbv2.CreateRuleInput{
				ListenerArn: &l, Priority: &n, Actions: forward(w.group("web")),
				Conditions: []types.RuleCondition{{Field: aws.String("path-pattern"), Values: []string{fmt.Sprint("/", n)}}},
			}))
			arns = append(arns, *out.Rules[0].RuleArn)
		}
		move := func(pairs ...types.RulePriorityPair) string {
			_, err := w.api.SetRulePriorities(w.Context(), &elbv2.SetRulePrioritiesInput{RulePriorities: pairs})
			return code(err)
		}
		pair := func(i int, priority int32) types.RulePriorityPair {
			return types.RulePriorityPair{RuleArn: &arns[i], Priority: &priority}
		}
		if got := move(pair(0, 3)); got != "PriorityInUse" {
			t.Errorf("a taken priority: %q", got)
		}
		if got := move(pair(0, 2), pair(1, 1)); got != "" {
			t.Errorf("a swap: %q", got)
		}
		rules := must[elbv2.DescribeRulesOutput](w)(w.api.DescribeRules(w.Context(), &elbv2.DescribeRulesInput{ListenerArn: &l})).Rules
		var order []string
		for _, r := range rules {
			order = append(order, *r.Priority+strings.Join(append(r.Conditions, types.RuleCondition{Values: []string{""}})[0].Values, ""))
		}
		if got := strings.Join(order, " "); got != "1/2 2/1 3/3 default" {
			t.Errorf("%s", got)
		}
	})
}

func TestALoadBalancerTakesAHundredRules(t *testing.T) {
	inBubble(t, elb.Options{}, func(w *world) {
		lb, group := w.loadBalancer("web"), w.group("web")
		listeners := []string{w.listener(lb, 80, forward(group)), w.listener(lb, 81, forward(group))}
		for n := int32(1); n <= 101; n++ {
			_, err := w.api.CreateRule(w.Context(), &elbv2.CreateRuleInput{
				ListenerArn: &listeners[n%2], Priority: &n, Actions: forward(group),
				Conditions: []types.RuleCondition{{Field: aws.String("path-pattern"), Values: []string{"/a"}}},
			})
			if want := map[bool]string{true: "TooManyRules"}[n == 101]; code(err) != want {
				t.Fatalf("rule %d: %v", n, err)
			}
		}
	})
}
