package ecs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

const (
	ruleARN     wire.Pattern = `^arn:aws[a-z-]*:elasticloadbalancing:[^:]+:[0-9]{12}:listener-rule/app/.+$`
	listenerARN wire.Pattern = `^arn:aws[a-z-]*:elasticloadbalancing:[^:]+:[0-9]{12}:listener/net/.+$`
	roleARN     wire.Pattern = `^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$`
)

// checkBalancers refuses load balancers that are not there, do not fit the
// task definition or contradict each other.
func (e *ECS) checkBalancers(ctx context.Context, row *service, d definition) error {
	if len(row.LoadBalancers) > 5 {
		return invalid("loadBalancers can have at most 5 items.")
	}
	advanced := 0
	for _, b := range row.LoadBalancers {
		if aws.ToString(b.LoadBalancerName) != "" {
			return unsupported("Classic Load Balancers")
		}
		if aws.ToString(b.TargetGroupArn) == "" {
			return invalid("targetGroupArn can not be blank.")
		}
		if err := ofDefinition(d, b); err != nil {
			return err
		}
		if err := e.checkTargetGroup(ctx, *b.TargetGroupArn); err != nil {
			return err
		}
		if b.AdvancedConfiguration == nil {
			continue
		}
		advanced++
		if err := e.checkAdvanced(ctx, b); err != nil {
			return err
		}
	}
	shifts := row.DeploymentConfiguration.Strategy != types.DeploymentStrategyRolling
	if (advanced > 0 || shifts) && advanced < len(row.LoadBalancers) {
		return invalid("Either all or none of the loadBalancers must have an advancedConfiguration.")
	}
	return nil
}

func (e *ECS) checkTargetGroup(ctx context.Context, arn string) error {
	group, ok := e.parts.Targets.Describe(ctx, arn)
	if !ok {
		return invalid("The specified target group does not exist: %s", arn)
	}
	if group.TargetType != "ip" {
		return invalid("The provided target group %s has target type %s, which is incompatible with the awsvpc network mode specified in the task definition.", arn, group.TargetType)
	}
	if len(group.LoadBalancers) == 0 {
		return invalid("The target group with targetGroupArn %s does not have an associated load balancer.", arn)
	}
	return nil
}

// checkAdvanced checks what a traffic-shifting strategy will need. It is kept,
// and unused, while the strategy is ROLLING.
func (e *ECS) checkAdvanced(ctx context.Context, b types.LoadBalancer) error {
	a := b.AdvancedConfiguration
	alternate := aws.ToString(a.AlternateTargetGroupArn)
	if alternate == "" {
		return invalid("alternateTargetGroupArn must be specified in advancedConfiguration.")
	}
	if alternate == *b.TargetGroupArn {
		return invalid("targetGroupArn and alternateTargetGroupArn must be different.")
	}
	if err := e.checkTargetGroup(ctx, alternate); err != nil {
		return err
	}
	if !roleARN.MatchString(aws.ToString(a.RoleArn)) {
		return invalid("roleArn must be specified in advancedConfiguration and must be the ARN of an IAM role.")
	}
	return checkRules(aws.ToString(a.ProductionListenerRule), aws.ToString(a.TestListenerRule))
}

func checkRules(production, test string) error {
	fits := func(arn string) bool { return ruleARN.MatchString(arn) || listenerARN.MatchString(arn) }
	if production == "" {
		return invalid("productionListenerRule must be specified in advancedConfiguration.")
	}
	if !fits(production) {
		return invalid("productionListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB")
	}
	if test != "" && !fits(test) {
		return invalid("testListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB")
	}
	if test == production {
		return invalid("productionListenerRule and testListenerRule must be different.")
	}
	return nil
}
