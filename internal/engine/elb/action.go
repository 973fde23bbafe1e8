package elb

import (
	"context"
	"reflect"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/wire"
)

const maxWeight = 999

// checkActions checks a rule's actions and writes them as AWS shows them.
func (e *ELB) checkActions(ctx context.Context, lb loadBalancer, actions []types.Action) ([]types.Action, error) {
	if len(actions) == 0 {
		return nil, wire.Fault("ValidationError", "An action must be specified")
	}
	if len(actions) > 1 {
		return nil, wire.Fault("InvalidLoadBalancerAction", "A rule must have exactly one action of type 'forward', 'redirect' or 'fixed-response'")
	}
	action, err := e.checkAction(ctx, lb, actions[0])
	if err != nil {
		return nil, err
	}
	return []types.Action{action}, nil
}

func (e *ELB) checkAction(ctx context.Context, lb loadBalancer, a types.Action) (types.Action, error) {
	if err := checkPayload(a); err != nil {
		return a, err
	}
	switch a.Type {
	case types.ActionTypeEnumForward:
		return e.checkForward(ctx, lb, a)
	case types.ActionTypeEnumFixedResponse:
		return a, checkFixedResponse(a.FixedResponseConfig)
	case types.ActionTypeEnumRedirect:
		return checkRedirect(a)
	case types.ActionTypeEnumAuthenticateOidc, types.ActionTypeEnumAuthenticateCognito, types.ActionTypeEnumJwtValidation:
		return a, wire.Fault("UnsupportedOperation", "The engine does not have actions of type '%s'", a.Type)
	}
	return a, wire.Fault("ValidationError", "Action type '%s' must be one of 'forward,redirect,fixed-response'", a.Type)
}

// checkPayload refuses a configuration of another type than the action's.
func checkPayload(a types.Action) error {
	stray := a.AuthenticateCognitoConfig != nil || a.AuthenticateOidcConfig != nil || a.JwtValidationConfig != nil ||
		a.Type != types.ActionTypeEnumForward && (a.ForwardConfig != nil || a.TargetGroupArn != nil) ||
		a.Type != types.ActionTypeEnumFixedResponse && a.FixedResponseConfig != nil ||
		a.Type != types.ActionTypeEnumRedirect && a.RedirectConfig != nil
	if stray {
		return wire.Fault("InvalidLoadBalancerAction", "The configuration of the action does not fit its type '%s'", a.Type)
	}
	return nil
}

// checkForward fills in AWS's defaults: weight 1, no stickiness, and the
// short form beside the long one where there is a single target group.
func (e *ELB) checkForward(ctx context.Context, lb loadBalancer, a types.Action) (types.Action, error) {
	tuples, err := tuplesOf(a)
	if err != nil {
		return a, err
	}
	if len(tuples) > maxGroupsPerAction {
		return a, wire.Fault("TooManyTargetGroups", "An action cannot have more than '%d' target groups", maxGroupsPerAction)
	}
	seen := map[string]bool{}
	for i, t := range tuples {
		if seen[aws.ToString(t.TargetGroupArn)] {
			return a, wire.Fault("ValidationError", "Target group '%s' is named twice in an action", aws.ToString(t.TargetGroupArn))
		}
		seen[aws.ToString(t.TargetGroupArn)] = true
		if err := e.checkGroup(ctx, lb, t.TargetGroupArn); err != nil {
			return a, err
		}
		if t.Weight == nil {
			tuples[i].Weight = aws.Int32(1)
		} else if *t.Weight < 0 || *t.Weight > maxWeight {
			return a, wire.Fault("ValidationError", "Target group weight '%d' must be between '0' and '%d'", *t.Weight, maxWeight)
		}
	}
	if err := e.checkUnique(lb, seen); err != nil {
		return a, err
	}
	sticky, err := checkStickiness(a.ForwardConfig)
	if err != nil {
		return a, err
	}
	a.ForwardConfig = &types.ForwardActionConfig{TargetGroups: tuples, TargetGroupStickinessConfig: sticky}
	a.TargetGroupArn = nil
	if len(tuples) == 1 {
		a.TargetGroupArn = tuples[0].TargetGroupArn
	}
	return a, nil
}

func tuplesOf(a types.Action) ([]types.TargetGroupTuple, error) {
	var tuples []types.TargetGroupTuple
	if a.ForwardConfig != nil {
		tuples = append(tuples, a.ForwardConfig.TargetGroups...)
	}
	switch {
	case len(tuples) == 0 && a.TargetGroupArn != nil:
		return []types.TargetGroupTuple{{TargetGroupArn: a.TargetGroupArn}}, nil
	case len(tuples) == 0:
		return nil, wire.Fault("ValidationError", "A target group ARN must be specified")
	case a.TargetGroupArn != nil && (len(tuples) > 1 || aws.ToString(tuples[0].TargetGroupArn) != *a.TargetGroupArn):
		return nil, wire.Fault("ValidationError", "The target group ARN and the forward configuration name different target groups")
	}
	return tuples, nil
}

// checkGroup tells whether the load balancer may forward to a target group.
func (e *ELB) checkGroup(ctx context.Context, lb loadBalancer, arn *string) error {
	group, err := e.findGroup(ctx, arn)
	if err != nil {
		return err
	}
	if aws.ToString(group.Shape.VpcId) != aws.ToString(lb.Shape.VpcId) {
		return wire.Fault("InvalidConfigurationRequest", "Target group '%s' is not in VPC '%s' of the load balancer", *arn, aws.ToString(lb.Shape.VpcId))
	}
	if user := e.user(*arn); user != "" && user != lb.arn() {
		return wire.Fault("TargetGroupAssociationLimit", "The following target groups cannot be associated with more than one load balancer: %s", *arn)
	}
	return nil
}

// checkUnique holds the number of target groups of a load balancer.
func (e *ELB) checkUnique(lb loadBalancer, more map[string]bool) error {
	for _, l := range e.listenersOf(lb.arn()) {
		for _, r := range e.rulesOf(l.arn()) {
			for _, arn := range groupsOf(r.Shape.Actions) {
				more[arn] = true
			}
		}
	}
	if len(more) > maxGroupsPerLB {
		return wire.Fault("TooManyUniqueTargetGroupsPerLoadBalancer", "Load balancer '%s' cannot have more than '%d' target groups", lb.arn(), maxGroupsPerLB)
	}
	return nil
}

func checkStickiness(config *types.ForwardActionConfig) (*types.TargetGroupStickinessConfig, error) {
	if config == nil || config.TargetGroupStickinessConfig == nil {
		return &types.TargetGroupStickinessConfig{Enabled: aws.Bool(false)}, nil
	}
	sticky := config.TargetGroupStickinessConfig
	seconds := aws.ToInt32(sticky.DurationSeconds)
	if aws.ToBool(sticky.Enabled) && (seconds < 1 || seconds > 604800) {
		return nil, wire.Fault("ValidationError", "The stickiness duration '%d' must be between '1' and '604800' seconds", seconds)
	}
	return sticky, nil
}

func checkFixedResponse(config *types.FixedResponseActionConfig) error {
	if config == nil {
		return wire.Fault("ValidationError", "A fixed-response configuration must be specified")
	}
	status, err := strconv.Atoi(aws.ToString(config.StatusCode))
	if err != nil || status < 200 || status > 599 || status >= 300 && status < 400 {
		return wire.Fault("ValidationError", "The fixed-response status code '%s' must be 2XX, 4XX or 5XX", aws.ToString(config.StatusCode))
	}
	if len(aws.ToString(config.MessageBody)) > 1024 {
		return wire.Fault("ValidationError", "The fixed-response message body cannot be longer than '1024' characters")
	}
	switch aws.ToString(config.ContentType) {
	case "", "text/plain", "text/css", "text/html", "application/javascript", "application/json":
		return nil
	}
	return wire.Fault("ValidationError", "The fixed-response content type '%s' is not supported", *config.ContentType)
}

// checkRedirect fills in the parts that stay as they are in the request.
func checkRedirect(a types.Action) (types.Action, error) {
	if a.RedirectConfig == nil {
		return a, wire.Fault("ValidationError", "A redirect configuration must be specified")
	}
	config := *a.RedirectConfig
	if config.StatusCode != types.RedirectActionStatusCodeEnumHttp301 && config.StatusCode != types.RedirectActionStatusCodeEnumHttp302 {
		return a, wire.Fault("ValidationError", "The redirect status code '%s' must be HTTP_301 or HTTP_302", config.StatusCode)
	}
	fill := func(part **string, text string) {
		if *part == nil {
			*part = aws.String(text)
		}
	}
	fill(&config.Protocol, "#{protocol}")
	fill(&config.Host, "#{host}")
	fill(&config.Port, "#{port}")
	fill(&config.Path, "/#{path}")
	fill(&config.Query, "#{query}")
	switch {
	case *config.Protocol != "HTTP" && *config.Protocol != "HTTPS" && *config.Protocol != "#{protocol}":
		return a, wire.Fault("ValidationError", "The redirect protocol '%s' must be HTTP, HTTPS or #{protocol}", *config.Protocol)
	case !strings.HasPrefix(*config.Path, "/"):
		return a, wire.Fault("ValidationError", "The redirect path '%s' must begin with '/'", *config.Path)
	case *config.Protocol == "#{protocol}" && *config.Host == "#{host}" && *config.Port == "#{port}" && *config.Path == "/#{path}":
		return a, wire.Fault("InvalidLoadBalancerAction", "The redirect must change the protocol, the host, the port or the path")
	}
	a.RedirectConfig = &config
	return a, nil
}

// groupsOf names the target groups that actions forward to.
func groupsOf(actions []types.Action) []string {
	var arns []string
	for _, a := range actions {
		if a.ForwardConfig == nil {
			continue
		}
		for _, t := range a.ForwardConfig.TargetGroups {
			arns = append(arns, aws.ToString(t.TargetGroupArn))
		}
	}
	return arns
}

func sameActions(a, b []types.Action) bool { return reflect.DeepEqual(a, b) }
