package cloud

import (
	"context"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

// family is a set of operations that AWS limits together.
type family struct {
	service    string // the SDK's service id
	operations []string
	burst      int
	perSecond  rate.Limit
}

// families are AWS's token buckets for calls that change something. Reads have
// much larger ones; where those run dry, the retries wait.
var families = []family{
	{"ECS", []string{"CreateCluster", "DeleteCluster", "PutClusterCapacityProviders"}, 20, 1},
	{"ECS", []string{"RegisterTaskDefinition", "DeregisterTaskDefinition"}, 20, 1},
	{"ECS", []string{"DeleteTaskDefinitions"}, 5, 1},
	{"ECS", []string{"CreateService", "UpdateService", "DeleteService"}, 50, 5},
	{"Elastic Load Balancing v2", []string{"CreateLoadBalancer", "SetSubnets"}, 10, 0.2},
	{"Elastic Load Balancing v2", []string{
		"CreateListener", "CreateRule", "CreateTargetGroup",
		"DeleteListener", "DeleteLoadBalancer", "DeleteRule", "DeleteTargetGroup",
		"ModifyListener", "ModifyRule", "ModifyTargetGroup", "ModifyTargetGroupAttributes",
		"SetRulePriorities", "SetSecurityGroups",
	}, 20, 3},
}

type operation struct{ service, name string }

// limits holds back calls that AWS would throttle. It sits in every client, so
// that no caller can forget it.
type limits map[operation]*rate.Limiter

func newLimits() limits {
	l := limits{}
	for _, f := range families {
		bucket := rate.NewLimiter(f.perSecond, f.burst)
		for _, name := range f.operations {
			l[operation{f.service, name}] = bucket
		}
	}
	return l
}

// take waits for a token of the operation's bucket.
func (l limits) take(ctx context.Context, o operation) error {
	bucket, ok := l[o]
	if !ok {
		return nil
	}
	turn := bucket.Reserve()
	wait := turn.Delay()
	if wait == 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		turn.Cancel()
		return ctx.Err()
	}
}

// options puts the limits behind the retries, so that each attempt counts.
func (l limits) options() []func(*middleware.Stack) error {
	hold := middleware.FinalizeMiddlewareFunc("PhotonLimits", func(
		ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
	) (out middleware.FinalizeOutput, metadata middleware.Metadata, err error) {
		called := operation{awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)}
		if err := l.take(ctx, called); err != nil {
			return out, metadata, err
		}
		return next.HandleFinalize(ctx, in)
	})
	return []func(*middleware.Stack) error{func(s *middleware.Stack) error {
		return s.Finalize.Insert(hold, "Retry", middleware.After)
	}}
}
