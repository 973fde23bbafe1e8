package ecs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// ListContainerInstances lists none: Fargate has no container instances.
func (e *ECS) ListContainerInstances(ctx context.Context, in *ecs.ListContainerInstancesInput) (*ecs.ListContainerInstancesOutput, error) {
	_, _, err := e.cluster(ctx, in.Cluster)
	return &ecs.ListContainerInstancesOutput{ContainerInstanceArns: []string{}}, err
}

// DescribeContainerInstances finds none of the instances.
func (e *ECS) DescribeContainerInstances(ctx context.Context, in *ecs.DescribeContainerInstancesInput) (*ecs.DescribeContainerInstancesOutput, error) {
	_, _, err := e.cluster(ctx, in.Cluster)
	out := &ecs.DescribeContainerInstancesOutput{ContainerInstances: []types.ContainerInstance{}, Failures: []types.Failure{}}
	for _, arn := range in.ContainerInstances {
		out.Failures = append(out.Failures, types.Failure{Arn: &arn, Reason: aws.String("MISSING")})
	}
	return out, err
}
