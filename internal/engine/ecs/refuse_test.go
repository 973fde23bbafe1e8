package ecs

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func TestOtherRequestsThatAreRefused(t *testing.T) {
	name := func(s string) *string { return &s }
	for want, call := range map[string]func(*world) error{
		"ClusterContainsServicesException: The Cluster cannot be deleted while Services are active.": func(w *world) error {
			_, err := w.DeleteCluster(w.ctx, &ecs.DeleteClusterInput{})
			return err
		},
		"ServiceNotFoundException: Service not found.": func(w *world) error {
			_, err := w.UpdateService(w.ctx, &ecs.UpdateServiceInput{Service: name("none")})
			return err
		},
		"ServiceNotActiveException: Service was not ACTIVE.": func(w *world) error {
			_, _ = w.DeleteService(w.ctx, &ecs.DeleteServiceInput{Service: name("old"), Force: aws.Bool(true)})
			_, err := w.UpdateService(w.ctx, &ecs.UpdateServiceInput{Service: name("old")})
			return err
		},
		"InvalidParameterException: startedBy must be the only filter, apart from desiredStatus.": func(w *world) error {
			_, err := w.ListTasks(w.ctx, &ecs.ListTasksInput{StartedBy: name("x"), ServiceName: name("old")})
			return err
		},
		"InvalidParameterException: Services cannot have more than 10 elements.": func(w *world) error {
			_, err := w.DescribeServices(w.ctx, &ecs.DescribeServicesInput{Services: make([]string, 11)})
			return err
		},
		"InvalidParameterException: Tasks cannot be empty.": func(w *world) error {
			_, err := w.DescribeTasks(w.ctx, &ecs.DescribeTasksInput{})
			return err
		},
		"InvalidParameterException: The referenced task was not found.": func(w *world) error {
			_, err := w.StopTask(w.ctx, &ecs.StopTaskInput{Task: name("none")})
			return err
		},
		"InvalidParameterException: Count must be between 1 and 10.": func(w *world) error {
			_, err := w.RunTask(w.ctx, &ecs.RunTaskInput{TaskDefinition: name("app"), Count: aws.Int32(11)})
			return err
		},
		"InvalidParameterException: Override for container named none is not a container in the TaskDefinition.": func(w *world) error {
			_, err := w.RunTask(w.ctx, &ecs.RunTaskInput{TaskDefinition: name("app"), LaunchType: "FARGATE", NetworkConfiguration: network(),
				Overrides: &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: name("none")}}}})
			return err
		},
		"InvalidParameterException: Revision is missing. Please specify a revision.": func(w *world) error {
			_, err := w.DeregisterTaskDefinition(w.ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: name("app")})
			return err
		},
		"ClientException: Unable to describe task definition.": func(w *world) error {
			_, err := w.DescribeTaskDefinition(w.ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: name("app:9")})
			return err
		},
		"InvalidParameterException: the engine does not run ExecuteCommand yet": func(w *world) error {
			_, err := w.ExecuteCommand(w.ctx, &ecs.ExecuteCommandInput{})
			return err
		},
		"UnsupportedFeatureException: the engine does not run namespaces yet": func(w *world) error {
			_, err := w.ListServicesByNamespace(w.ctx, &ecs.ListServicesByNamespaceInput{})
			return err
		},
		"ServiceDeploymentNotFoundException: The service deployment was not found.": func(w *world) error {
			_, err := w.StopServiceDeployment(w.ctx, &ecs.StopServiceDeploymentInput{ServiceDeploymentArn: name("arn:aws:ecs:us-east-1:123456789012:service-deployment/default/old/none")})
			return err
		},
		"InvalidParameterException: Invalid value for stopType: ABORT. Valid values are ROLLBACK.": func(w *world) error {
			_, err := w.StopServiceDeployment(w.ctx, &ecs.StopServiceDeploymentInput{StopType: "ABORT"})
			return err
		},
		"ConflictException: The service deployment is in PENDING status and cannot be continued.": func(w *world) error {
			list, _ := w.ListServiceDeployments(w.ctx, &ecs.ListServiceDeploymentsInput{Service: name("old")})
			_, err := w.ContinueServiceDeployment(w.ctx, &ecs.ContinueServiceDeploymentInput{HookId: name("x"), ServiceDeploymentArn: list.ServiceDeployments[0].ServiceDeploymentArn})
			return err
		},
		"InvalidParameterException: Identifier was not valid: a b": func(w *world) error {
			_, err := w.CreateCluster(w.ctx, &ecs.CreateClusterInput{ClusterName: name("a b")})
			return err
		},
		"InvalidParameterException: The specified capacity provider was not found. Specify a valid capacity provider and try again.": func(w *world) error {
			_, err := w.PutClusterCapacityProviders(w.ctx, &ecs.PutClusterCapacityProvidersInput{CapacityProviders: []string{"MOON"}})
			return err
		},
		"InvalidParameterException: Invalid resource ARN: x": func(w *world) error {
			_, err := w.TagResource(w.ctx, &ecs.TagResourceInput{ResourceArn: name("x")})
			return err
		},
	} {
		if err := call(settled(t)); faultText(err) != want {
			t.Errorf("%s\nwant %s", faultText(err), want)
		}
	}
}
