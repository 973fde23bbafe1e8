package ecs

import "photon/internal/engine/wire"

func (e *ECS) clusterOps(s *wire.Service) {
	wire.Op(s, "CreateCluster", e.CreateCluster)
	wire.Op(s, "DescribeClusters", e.DescribeClusters)
	wire.Op(s, "ListClusters", e.ListClusters)
	wire.Op(s, "UpdateCluster", e.UpdateCluster)
	wire.Op(s, "UpdateClusterSettings", e.UpdateClusterSettings)
	wire.Op(s, "PutClusterCapacityProviders", e.PutClusterCapacityProviders)
	wire.Op(s, "DeleteCluster", e.DeleteCluster)
	wire.Op(s, "DescribeCapacityProviders", e.DescribeCapacityProviders)
}

func (e *ECS) definitionOps(s *wire.Service) {
	wire.Op(s, "RegisterTaskDefinition", e.RegisterTaskDefinition)
	wire.Op(s, "DescribeTaskDefinition", e.DescribeTaskDefinition)
	wire.Op(s, "ListTaskDefinitions", e.ListTaskDefinitions)
	wire.Op(s, "ListTaskDefinitionFamilies", e.ListTaskDefinitionFamilies)
	wire.Op(s, "DeregisterTaskDefinition", e.DeregisterTaskDefinition)
	wire.Op(s, "DeleteTaskDefinitions", e.DeleteTaskDefinitions)
}

func (e *ECS) serviceOps(s *wire.Service) {
	wire.Op(s, "CreateService", e.CreateService)
	wire.Op(s, "UpdateService", e.UpdateService)
	wire.Op(s, "DescribeServices", e.DescribeServices)
	wire.Op(s, "ListServices", e.ListServices)
	wire.Op(s, "ListServicesByNamespace", e.ListServicesByNamespace)
	wire.Op(s, "DeleteService", e.DeleteService)
}

func (e *ECS) deploymentOps(s *wire.Service) {
	wire.Op(s, "ListServiceDeployments", e.ListServiceDeployments)
	wire.Op(s, "DescribeServiceDeployments", e.DescribeServiceDeployments)
	wire.Op(s, "DescribeServiceRevisions", e.DescribeServiceRevisions)
	wire.Op(s, "StopServiceDeployment", e.StopServiceDeployment)
	wire.Op(s, "ContinueServiceDeployment", e.ContinueServiceDeployment)
}

func (e *ECS) taskOps(s *wire.Service) {
	wire.Op(s, "RunTask", e.RunTask)
	wire.Op(s, "StopTask", e.StopTask)
	wire.Op(s, "DescribeTasks", e.DescribeTasks)
	wire.Op(s, "ListTasks", e.ListTasks)
	wire.Op(s, "UpdateTaskProtection", e.UpdateTaskProtection)
	wire.Op(s, "GetTaskProtection", e.GetTaskProtection)
	wire.Op(s, "ExecuteCommand", e.ExecuteCommand)
}

func (e *ECS) otherOps(s *wire.Service) {
	wire.Op(s, "TagResource", e.TagResource)
	wire.Op(s, "UntagResource", e.UntagResource)
	wire.Op(s, "ListTagsForResource", e.ListTagsForResource)
	wire.Op(s, "ListAccountSettings", e.ListAccountSettings)
	wire.Op(s, "PutAccountSetting", e.PutAccountSetting)
	wire.Op(s, "PutAccountSettingDefault", e.PutAccountSettingDefault)
	wire.Op(s, "DescribeContainerInstances", e.DescribeContainerInstances)
	wire.Op(s, "ListContainerInstances", e.ListContainerInstances)
}
