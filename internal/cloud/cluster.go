package cloud

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/resource"
)

var clusterKind = kind{find: findCluster, create: createCluster, update: updateCluster, remove: removeCluster}

func findCluster(s *search) {
	s.ask(clustersQuestion, resource.ClusterName(s.environment))
}

var clustersQuestion = &question{what: "cluster", batch: 100, ask: askClusters}

func askClusters(ctx context.Context, s *search, names []string) error {
	out, err := s.ecs().DescribeClusters(ctx, &ecs.DescribeClustersInput{
		Clusters: names, Include: []types.ClusterField{types.ClusterFieldTags},
	})
	if err != nil {
		return err
	}
	for _, c := range out.Clusters {
		// INACTIVE ones stay visible after their deletion. One that is half
		// made is made on, or deleted.
		if status := aws.ToString(c.Status); status == "INACTIVE" || status != "ACTIVE" && len(s.want) > 0 {
			continue
		}
		s.tagged(aws.ToString(c.ClusterArn), ecsTags(c.Tags))
		s.found(&thing{
			kind: resource.KindCluster, name: aws.ToString(c.ClusterName), id: aws.ToString(c.ClusterArn),
			attributes: resource.Cluster{CapacityProviders: c.CapacityProviders},
		})
	}
	return nil
}

// createCluster needs no check for a cluster that exists: AWS returns it, also
// while its capacity providers are being attached.
func createCluster(ctx context.Context, a *Account, want resource.Resource) (string, error) {
	out, err := a.ecs().CreateCluster(ctx, &ecs.CreateClusterInput{
		ClusterName:       &want.Key.Name,
		CapacityProviders: attributesOf[resource.Cluster](want).CapacityProviders,
		Tags:              ecsTagList(resource.Tags(want.Owner)),
	})
	if err != nil {
		return "", err
	}
	switch status := aws.ToString(out.Cluster.Status); status {
	case "ACTIVE":
		return aws.ToString(out.Cluster.ClusterArn), nil
	case "FAILED":
		return "", &StepError{
			Step: want.Key, Operation: "CreateCluster", Message: "its capacity providers could not be attached",
			Hint: "terminate the service and deploy it again",
		}
	default:
		return "", &StepError{
			Step: want.Key, Operation: "CreateCluster", Message: "it is " + strings.ToLower(status), Temporary: true, Waiting: true,
		}
	}
}

func updateCluster(ctx context.Context, a *Account, want, have resource.Resource) error {
	_, err := a.ecs().PutClusterCapacityProviders(ctx, &ecs.PutClusterCapacityProvidersInput{
		Cluster:                         &have.ID,
		CapacityProviders:               attributesOf[resource.Cluster](want).CapacityProviders,
		DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{},
	})
	return err
}

func removeCluster(ctx context.Context, a *Account, have resource.Resource) error {
	_, err := a.ecs().DeleteCluster(ctx, &ecs.DeleteClusterInput{Cluster: &have.ID})
	if is(err, "ClusterNotFoundException") {
		return nil
	}
	return err
}

func ecsTags(list []types.Tag) map[string]string {
	tags := map[string]string{}
	for _, tag := range list {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return tags
}

func ecsTagList(tags map[string]string) []types.Tag {
	var list []types.Tag
	for _, key := range sortedKeys(tags) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}
