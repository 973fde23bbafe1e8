package cloud

import (
	"context"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/resource"
)

// Listeners are found with their load balancers.
var listenerKind = kind{create: createListener, update: updateListener, remove: removeListener}

var listenersQuestion = &question{what: "listeners of", batch: 1, gone: gone, ask: askListeners}

func askListeners(ctx context.Context, s *search, balancers []string) error {
	listeners, err := s.listeners(ctx, balancers[0])
	if err != nil {
		return err
	}
	for _, l := range listeners {
		arn := aws.ToString(l.ListenerArn)
		s.ask(elbTagsQuestion, arn)
		s.ask(rulesQuestion, arn)
		s.found(&thing{
			kind: resource.KindListener, id: arn, parent: balancers[0],
			name: nameInARN(balancers[0]) + ":" + strconv.Itoa(int(aws.ToInt32(l.Port))),
			attributes: resource.Listener{
				LoadBalancer: balancers[0], Port: int(aws.ToInt32(l.Port)), Protocol: string(l.Protocol),
			},
		})
	}
	return nil
}

func (a *Account) listeners(ctx context.Context, balancer string) ([]types.Listener, error) {
	var listeners []types.Listener
	pages := elasticloadbalancingv2.NewDescribeListenersPaginator(a.elb(), &elasticloadbalancingv2.DescribeListenersInput{
		LoadBalancerArn: &balancer,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		listeners = append(listeners, page.Listeners...)
	}
	return listeners, nil
}

func createListener(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	listener := attributesOf[resource.Listener](want)
	out, err := a.elb().CreateListener(ctx, &elasticloadbalancingv2.CreateListenerInput{
		LoadBalancerArn: &listener.LoadBalancer,
		Port:            aws.Int32(int32(listener.Port)),
		Protocol:        types.ProtocolEnum(listener.Protocol),
		DefaultActions:  notFound(),
		Tags:            elbTagList(resource.Tags(want.Owner)),
	})
	if err == nil && len(out.Listeners) > 0 {
		return aws.ToString(out.Listeners[0].ListenerArn), nil
	}
	if !is(err, "DuplicateListener") {
		return "", err
	}
	existing, err := a.listeners(ctx, listener.LoadBalancer)
	if err != nil {
		return "", err
	}
	for _, l := range existing {
		if int(aws.ToInt32(l.Port)) == listener.Port {
			return a.adoptTagged(ctx, want, aws.ToString(l.ListenerArn))
		}
	}
	return "", errVanished
}

// notFound answers what no rule matches.
func notFound() []types.Action {
	return []types.Action{{
		Type: types.ActionTypeEnumFixedResponse,
		FixedResponseConfig: &types.FixedResponseActionConfig{
			StatusCode: aws.String("404"), ContentType: aws.String("text/plain"), MessageBody: aws.String("Not found"),
		},
	}}
}

func updateListener(ctx context.Context, a *Account, want, have resource.Resource) error {
	listener := attributesOf[resource.Listener](want)
	_, err := a.elb().ModifyListener(ctx, &elasticloadbalancingv2.ModifyListenerInput{
		ListenerArn: &have.ID,
		Port:        aws.Int32(int32(listener.Port)),
		Protocol:    types.ProtocolEnum(listener.Protocol),
	})
	return err
}

func removeListener(ctx context.Context, a *Account, have resource.Resource) error {
	_, err := a.elb().DeleteListener(ctx, &elasticloadbalancingv2.DeleteListenerInput{ListenerArn: &have.ID})
	if is(err, gone...) {
		return nil
	}
	return err
}
