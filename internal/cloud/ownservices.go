package cloud

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/resource"
)

// ownServices are the services that bear the owner's tag, by name.
func (a *Account) ownServices(ctx context.Context, owner string) ([]types.Service, error) {
	s := newScope(owner)
	cluster := resource.ClusterName(s.environment)
	arns, err := a.listServices(ctx, cluster)
	if err != nil {
		return nil, err
	}
	arns = slices.DeleteFunc(arns, func(arn string) bool {
		_, own := workload(arn[strings.LastIndex(arn, "/")+1:], s.servicePrefix())
		return !own
	})
	var services []types.Service
	for batch := range slices.Chunk(arns, servicesBatch) {
		described, err := a.describeServices(ctx, cluster, batch...)
		if err != nil {
			return nil, err
		}
		for _, service := range described {
			if ecsTags(service.Tags)[resource.TagOwner] == owner {
				services = append(services, service)
			}
		}
	}
	slices.SortFunc(services, func(x, y types.Service) int {
		return cmp.Compare(aws.ToString(x.ServiceName), aws.ToString(y.ServiceName))
	})
	return services, nil
}
