package ecs

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// checkDefinition refuses what RegisterTaskDefinition refuses for Fargate. The
// engine runs Fargate alone, so a definition that names no compatibility is
// held to the same rules.
func checkDefinition(in *ecs.RegisterTaskDefinitionInput) error {
	if aws.ToString(in.Family) == "" {
		return refused("Family can not be blank.")
	}
	if !validName.MatchString(*in.Family) {
		return refused("Family contains invalid characters or exceeds 255 characters.")
	}
	if len(in.ContainerDefinitions) == 0 {
		return refused("Container list cannot be empty.")
	}
	if len(in.ContainerDefinitions) > 10 {
		return refused("Task definitions can have at most 10 container definitions.")
	}
	for _, check := range []func(*ecs.RegisterTaskDefinitionInput) error{
		checkCompatibility, checkFargate, checkStorage, checkVolumes, checkContainers, checkOrder, checkRoles,
	} {
		if err := check(in); err != nil {
			return err
		}
	}
	return checkTags(in.Tags)
}

func checkCompatibility(in *ecs.RegisterTaskDefinitionInput) error {
	for _, c := range in.RequiresCompatibilities {
		if !slices.Contains(c.Values(), c) {
			return refused("Invalid compatibility '%s'.", c)
		}
	}
	if n := len(in.RequiresCompatibilities); n > 0 && !slices.Contains(in.RequiresCompatibilities, types.CompatibilityFargate) {
		return refused("the engine does not run tasks that are not compatible with FARGATE")
	}
	if p := in.RuntimePlatform; p != nil {
		if p.OperatingSystemFamily != "" && p.OperatingSystemFamily != types.OSFamilyLinux {
			return refused("the engine does not run operating system family %s yet", p.OperatingSystemFamily)
		}
		if p.CpuArchitecture != "" && !slices.Contains(p.CpuArchitecture.Values(), p.CpuArchitecture) {
			return refused("Invalid cpuArchitecture '%s'.", p.CpuArchitecture)
		}
	}
	return nil
}

func checkFargate(in *ecs.RegisterTaskDefinitionInput) error {
	if in.NetworkMode != types.NetworkModeAwsvpc {
		return refused("Fargate only supports network mode ‘awsvpc’.")
	}
	if in.IpcMode != "" {
		return refused("Tasks using the Fargate launch type do not support ipcMode.")
	}
	if in.PidMode != "" && in.PidMode != types.PidModeTask {
		return refused("Tasks using the Fargate launch type do not support pidMode '%s'.", in.PidMode)
	}
	if len(in.PlacementConstraints) > 0 {
		return refused("Tasks using the Fargate launch type do not support placementConstraints.")
	}
	//lint:ignore SA1019 what is deprecated is refused, not ignored
	if len(in.InferenceAccelerators) > 0 {
		return refused("Tasks using the Fargate launch type do not support inferenceAccelerators.")
	}
	if in.ProxyConfiguration != nil {
		return refused("the engine does not run proxyConfiguration yet")
	}
	_, _, err := checkSize(aws.ToString(in.Cpu), aws.ToString(in.Memory))
	return err
}

func checkStorage(in *ecs.RegisterTaskDefinitionInput) error {
	if s := in.EphemeralStorage; s != nil && (s.SizeInGiB < 21 || s.SizeInGiB > 200) {
		return refused("EphemeralStorage size should be between 21 and 200.")
	}
	return nil
}

// checkVolumes refuses volumes, which the engine does not have, and mounts of
// volumes that are not there.
func checkVolumes(in *ecs.RegisterTaskDefinitionInput) error {
	for _, v := range in.Volumes {
		if v.Host != nil && aws.ToString(v.Host.SourcePath) != "" {
			return refused("host.sourcePath should not be set for volumes in Fargate.")
		}
	}
	if len(in.Volumes) > 0 {
		return refused("the engine does not run volumes yet: '%s'", aws.ToString(in.Volumes[0].Name))
	}
	for _, c := range in.ContainerDefinitions {
		if len(c.MountPoints) > 0 {
			return refused("Unknown volume '%s'.", aws.ToString(c.MountPoints[0].SourceVolume))
		}
	}
	return nil
}

// checkRoles refuses what needs the execution role when there is none.
func checkRoles(in *ecs.RegisterTaskDefinitionInput) error {
	if aws.ToString(in.ExecutionRoleArn) != "" {
		return nil
	}
	for _, c := range in.ContainerDefinitions {
		if len(c.Secrets) > 0 {
			return refused("When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.")
		}
		if c.RepositoryCredentials != nil {
			return refused("When you are specifying container repository credentials, you must also specify a value for 'executionRoleArn'.")
		}
		if c.LogConfiguration != nil && c.LogConfiguration.LogDriver == types.LogDriverAwslogs {
			return refused("Fargate requires task definition to have execution role ARN to support log driver awslogs.")
		}
		if registryOfAWS.MatchString(aws.ToString(c.Image)) {
			return refused("Fargate requires task definition to have execution role ARN to support ECR images.")
		}
	}
	return nil
}
