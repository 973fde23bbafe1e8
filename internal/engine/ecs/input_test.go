package ecs

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// app is a valid task definition with one container that env tells what to do.
func app(env ...string) *ecs.RegisterTaskDefinitionInput {
	return &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("app"), Cpu: aws.String("256"), Memory: aws.String("512"), NetworkMode: types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate}, ExecutionRoleArn: aws.String(role),
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: aws.String("web"), Image: aws.String("app:1"), Environment: environment(env...),
			PortMappings: []types.PortMapping{{ContainerPort: aws.Int32(8080)}},
		}},
	}
}

func environment(env ...string) []types.KeyValuePair {
	var list []types.KeyValuePair
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		list = append(list, types.KeyValuePair{Name: &name, Value: &value})
	}
	return list
}

func network() *types.NetworkConfiguration {
	return &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-1", "subnet-2"}, SecurityGroups: []string{"sg-1"}}}
}

// web is a valid service of two tasks without a load balancer.
func web() *ecs.CreateServiceInput {
	return &ecs.CreateServiceInput{
		ServiceName: aws.String("web"), TaskDefinition: aws.String("app"), DesiredCount: aws.Int32(2),
		LaunchType: types.LaunchTypeFargate, NetworkConfiguration: network(),
		DeploymentConfiguration: &types.DeploymentConfiguration{
			DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true, Rollback: true},
		},
	}
}

// balanced is web behind a load balancer.
func balanced() *ecs.CreateServiceInput {
	in := web()
	in.LoadBalancers = []types.LoadBalancer{{ContainerName: aws.String("web"), ContainerPort: aws.Int32(8080), TargetGroupArn: aws.String(group)}}
	return in
}
