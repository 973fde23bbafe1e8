package cloud

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/resource"
)

// A machine whose clock is wrong must not look for the rollout at its own time.
func TestARolloutIsLookedForByTheClockOfAWS(t *testing.T) {
	created := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	service := &types.Service{
		ServiceName: aws.String("orders_web"), ServiceArn: aws.String("arn:aws:ecs:eu-west-1:111111111111:service/photon-prod/orders_web"),
		Deployments: []types.Deployment{
			{Status: aws.String("PRIMARY"), CreatedAt: &created},
			{Status: aws.String("ACTIVE"), CreatedAt: aws.Time(created.Add(-time.Hour))},
		},
	}
	for name, ahead := range map[string]time.Duration{"ahead": time.Minute, "behind": -time.Minute} {
		a, key := &Account{}, resource.Key{Kind: resource.KindService, Name: "orders_web"}
		a.start(key, service, created.Add(ahead), "")
		if w, _ := a.Started(key); !w.Since.Equal(created.Add(-clockSkew)) {
			t.Errorf("a clock that is %s: since %s", name, w.Since)
		}
	}
}
