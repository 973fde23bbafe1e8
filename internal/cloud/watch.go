package cloud

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/resource"
)

// Watch says which rollout to observe.
type Watch struct {
	Cluster    string
	Service    string // name in ECS
	Workload   string // as in the file
	Deployment string // ARN; empty: the one that was started after Since
	Before     string // ARN of the deployment that was there before; may be empty
	Since      time.Time
}

// clockSkew is how far this machine's clock may be ahead of AWS's, and AWS's
// clocks apart.
const clockSkew = 5 * time.Second

func (a *Account) begin() time.Time { return time.Now().Add(-clockSkew) }

// start remembers the deployment that a change of a service started. AWS may
// not name it yet: then Observe looks for it, by AWS's clock if it is known.
func (a *Account) start(key resource.Key, service *types.Service, since time.Time, before string) {
	w := watchOf(service)
	w.Since, w.Before = since, before
	for _, d := range service.Deployments {
		if aws.ToString(d.Status) == "PRIMARY" && d.CreatedAt != nil {
			w.Since = d.CreatedAt.Add(-clockSkew)
		}
	}
	if w.Deployment == before {
		w.Deployment = ""
	}
	a.started.set(key, w)
}

func watchOf(service *types.Service) Watch {
	name := aws.ToString(service.ServiceName)
	return Watch{
		Cluster:    clusterOf(aws.ToString(service.ServiceArn)),
		Service:    name,
		Workload:   name[strings.LastIndex(name, "_")+1:],
		Deployment: aws.ToString(service.CurrentServiceDeployment),
	}
}

// Started returns the rollout that the last step of a service started; false
// when the step changed nothing that tasks must be replaced for.
func (a *Account) Started(key resource.Key) (Watch, bool) { return a.started.get(key) }

// Watches lists the rollouts that an owner's services are in, or were in last.
func (a *Account) Watches(ctx context.Context, owner string) ([]Watch, error) {
	services, err := a.ownServices(ctx, owner)
	if err != nil {
		return nil, err
	}
	var watches []Watch
	for _, service := range services {
		watches = append(watches, watchOf(&service))
	}
	return watches, nil
}
