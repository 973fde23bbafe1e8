package ecs

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// only is the one container of app.
func only(d *ecs.RegisterTaskDefinitionInput) *types.ContainerDefinition {
	return &d.ContainerDefinitions[0]
}

// checked sets the health check of app's container.
func checked(edit func(*types.HealthCheck)) func(*ecs.RegisterTaskDefinitionInput) {
	return func(d *ecs.RegisterTaskDefinitionInput) {
		only(d).HealthCheck = &types.HealthCheck{Command: []string{"CMD", "check"}}
		edit(only(d).HealthCheck)
	}
}

// second adds a container to app.
func second(edit func(first, second *types.ContainerDefinition)) func(*ecs.RegisterTaskDefinitionInput) {
	return func(d *ecs.RegisterTaskDefinitionInput) {
		d.ContainerDefinitions = append(d.ContainerDefinitions, types.ContainerDefinition{Name: aws.String("side"), Image: aws.String("side:1")})
		edit(&d.ContainerDefinitions[0], &d.ContainerDefinitions[1])
	}
}

func logs(edit func(*types.LogConfiguration)) func(*ecs.RegisterTaskDefinitionInput) {
	return func(d *ecs.RegisterTaskDefinitionInput) { awslogs(d); edit(only(d).LogConfiguration) }
}

func depends(c *types.ContainerDefinition, on string, condition types.ContainerCondition) {
	c.DependsOn = append(c.DependsOn, types.ContainerDependency{ContainerName: &on, Condition: condition})
}

func TestTaskDefinitionsThatAreRefused(t *testing.T) {
	for want, edit := range map[string]func(*ecs.RegisterTaskDefinitionInput){
		"Family can not be blank.":                                           func(d *ecs.RegisterTaskDefinitionInput) { d.Family = nil },
		"Family contains invalid characters or exceeds 255 characters.":      func(d *ecs.RegisterTaskDefinitionInput) { d.Family = aws.String("a b") },
		"Container list cannot be empty.":                                    func(d *ecs.RegisterTaskDefinitionInput) { d.ContainerDefinitions = nil },
		"the engine does not run tasks that are not compatible with FARGATE": func(d *ecs.RegisterTaskDefinitionInput) { d.RequiresCompatibilities = []types.Compatibility{"EC2"} },
		"Invalid compatibility 'MOON'.":                                      func(d *ecs.RegisterTaskDefinitionInput) { d.RequiresCompatibilities = []types.Compatibility{"MOON"} },
		"Fargate only supports network mode ‘awsvpc’.":                       func(d *ecs.RegisterTaskDefinitionInput) { d.NetworkMode = "bridge" },
		"Tasks using the Fargate launch type do not support ipcMode.":        func(d *ecs.RegisterTaskDefinitionInput) { d.IpcMode = "task" },
		"Tasks using the Fargate launch type do not support pidMode 'host'.": func(d *ecs.RegisterTaskDefinitionInput) { d.PidMode = "host" },
		"Tasks using the Fargate launch type do not support placementConstraints.": func(d *ecs.RegisterTaskDefinitionInput) {
			d.PlacementConstraints = []types.TaskDefinitionPlacementConstraint{{}}
		},
		"the engine does not run operating system family WINDOWS_SERVER_2022_CORE yet": func(d *ecs.RegisterTaskDefinitionInput) {
			d.RuntimePlatform = &types.RuntimePlatform{OperatingSystemFamily: "WINDOWS_SERVER_2022_CORE"}
		},
		"Invalid cpuArchitecture 'RISC'.": func(d *ecs.RegisterTaskDefinitionInput) {
			d.RuntimePlatform = &types.RuntimePlatform{CpuArchitecture: "RISC"}
		},
		"Fargate requires that 'cpu' be defined at the task level.":    func(d *ecs.RegisterTaskDefinitionInput) { d.Cpu = nil },
		"Fargate requires that 'memory' be defined at the task level.": func(d *ecs.RegisterTaskDefinitionInput) { d.Memory = nil },
		"Invalid 'cpu' setting for task.":                              func(d *ecs.RegisterTaskDefinitionInput) { d.Cpu = aws.String("much") },
		"Invalid 'memory' setting for task.":                           func(d *ecs.RegisterTaskDefinitionInput) { d.Memory = aws.String("much") },
		"No Fargate configuration exists for given values: 256 CPU, 4096 memory. See the Amazon ECS documentation for the valid values.": func(d *ecs.RegisterTaskDefinitionInput) { d.Memory = aws.String("4 GB") },
		"No Fargate configuration exists for given values: 300 CPU, 512 memory. See the Amazon ECS documentation for the valid values.":  func(d *ecs.RegisterTaskDefinitionInput) { d.Cpu = aws.String("300") },
		"EphemeralStorage size should be between 21 and 200.":                                                                            func(d *ecs.RegisterTaskDefinitionInput) { d.EphemeralStorage = &types.EphemeralStorage{SizeInGiB: 20} },
		"Unknown volume 'data'.": func(d *ecs.RegisterTaskDefinitionInput) {
			only(d).MountPoints = []types.MountPoint{{SourceVolume: aws.String("data")}}
		},
		"host.sourcePath should not be set for volumes in Fargate.": func(d *ecs.RegisterTaskDefinitionInput) {
			d.Volumes = []types.Volume{{Name: aws.String("v"), Host: &types.HostVolumeProperties{SourcePath: aws.String("/")}}}
		},
		"the engine does not run volumes yet: 'v'":                                                                                        func(d *ecs.RegisterTaskDefinitionInput) { d.Volumes = []types.Volume{{Name: aws.String("v")}} },
		"Container.name should not be null or empty.":                                                                                     func(d *ecs.RegisterTaskDefinitionInput) { only(d).Name = nil },
		"Container.image should not be null or empty.":                                                                                    func(d *ecs.RegisterTaskDefinitionInput) { only(d).Image = nil },
		"At least one container in the task definition must be marked as essential.":                                                      func(d *ecs.RegisterTaskDefinitionInput) { only(d).Essential = aws.Bool(false) },
		"The total 'cpu' of the containers (512) must not be greater than the 'cpu' of the task (256).":                                   func(d *ecs.RegisterTaskDefinitionInput) { only(d).Cpu = 512 },
		"Invalid setting for container 'web'. The 'memory' of the container must not be greater than the 'memory' of the task (512 MiB).": func(d *ecs.RegisterTaskDefinitionInput) { only(d).Memory = aws.Int32(1024) },
		"Invalid setting for container 'web'. 'memoryReservation' must not be greater than 'memory'.": func(d *ecs.RegisterTaskDefinitionInput) {
			only(d).Memory, only(d).MemoryReservation = aws.Int32(100), aws.Int32(200)
		},
		"Invalid setting for container 'web'. Memory must be at least 6 MiB.":       func(d *ecs.RegisterTaskDefinitionInput) { only(d).Memory = aws.Int32(4) },
		"The 'privileged' setting of container 'web' is not supported for Fargate.": func(d *ecs.RegisterTaskDefinitionInput) { only(d).Privileged = aws.Bool(true) },
		"The 'links' setting of container 'web' is not supported for Fargate.":      func(d *ecs.RegisterTaskDefinitionInput) { only(d).Links = []string{"a"} },
		"The 'extraHosts' setting of container 'web' is not supported for Fargate.": func(d *ecs.RegisterTaskDefinitionInput) { only(d).ExtraHosts = []types.HostEntry{{}} },
		"the engine does not run environmentFiles yet: container 'web'":             func(d *ecs.RegisterTaskDefinitionInput) { only(d).EnvironmentFiles = []types.EnvironmentFile{{}} },
		"the engine does not run firelensConfiguration yet: container 'web'": func(d *ecs.RegisterTaskDefinitionInput) {
			only(d).FirelensConfiguration = &types.FirelensConfiguration{}
		},
		"Fargate only supports the 'nofile' ulimit: container 'web'.":                                      func(d *ecs.RegisterTaskDefinitionInput) { only(d).Ulimits = []types.Ulimit{{Name: "core"}} },
		"Invalid container port 70000. Port numbers must be between 1 and 65535.":                          func(d *ecs.RegisterTaskDefinitionInput) { only(d).PortMappings[0].ContainerPort = aws.Int32(70000) },
		"When networkMode=awsvpc, the host ports and container ports in port mappings must match.":         func(d *ecs.RegisterTaskDefinitionInput) { only(d).PortMappings[0].HostPort = aws.Int32(80) },
		"When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.": func(d *ecs.RegisterTaskDefinitionInput) { secret(d, "x").ExecutionRoleArn = nil },
		"When you are specifying container repository credentials, you must also specify a value for 'executionRoleArn'.": func(d *ecs.RegisterTaskDefinitionInput) {
			d.ExecutionRoleArn, only(d).RepositoryCredentials = nil, &types.RepositoryCredentials{CredentialsParameter: aws.String("x")}
		},
		"Fargate requires task definition to have execution role ARN to support log driver awslogs.": func(d *ecs.RegisterTaskDefinitionInput) { awslogs(d).ExecutionRoleArn = nil },
		"Fargate requires task definition to have execution role ARN to support ECR images.": func(d *ecs.RegisterTaskDefinitionInput) {
			image(d, "123456789012.dkr.ecr.us-east-1.amazonaws.com/a").ExecutionRoleArn = nil
		},
		"A secret of container 'web' must have a name and a valueFrom.": func(d *ecs.RegisterTaskDefinitionInput) { secret(d, "") },
		"The secret name must be unique and not shared with any new or existing environment variables set on the container, such as 'TOKEN'.": func(d *ecs.RegisterTaskDefinitionInput) {
			secret(d, "x")
			only(d).Environment = environment("TOKEN=1")
		},
		"Log driver awslogs requires options: awslogs-group":                                                                                              logs(func(l *types.LogConfiguration) { delete(l.Options, "awslogs-group") }),
		"Log driver awslogs requires options: awslogs-stream-prefix":                                                                                      logs(func(l *types.LogConfiguration) { delete(l.Options, "awslogs-stream-prefix") }),
		"Log driver awslogs disallows options: colour":                                                                                                    logs(func(l *types.LogConfiguration) { l.Options["colour"] = "red" }),
		"Log driver awslogs option 'mode' of container 'web' must be blocking or non-blocking.":                                                           logs(func(l *types.LogConfiguration) { l.Options["mode"] = "x" }),
		"Fargate does not support log driver 'json-file'.":                                                                                                logs(func(l *types.LogConfiguration) { l.LogDriver = "json-file" }),
		"the engine does not run log driver splunk yet: container 'web'":                                                                                  logs(func(l *types.LogConfiguration) { l.LogDriver = "splunk" }),
		"When a firelensConfiguration object is not specified in a container definition, the 'awsfirelens' log driver of container 'web' cannot be used.": logs(func(l *types.LogConfiguration) { l.LogDriver = "awsfirelens" }),
		"Health check command of container 'web' must start with CMD or CMD-SHELL.":                                                                       checked(func(h *types.HealthCheck) { h.Command = []string{"curl", "x"} }),
		"Health check interval of container 'web' must be between 5 and 300.":                                                                             checked(func(h *types.HealthCheck) { h.Interval = aws.Int32(4) }),
		"Health check timeout of container 'web' must be between 2 and 60.":                                                                               checked(func(h *types.HealthCheck) { h.Timeout = aws.Int32(61) }),
		"Health check retries of container 'web' must be between 1 and 10.":                                                                               checked(func(h *types.HealthCheck) { h.Retries = aws.Int32(0) }),
		"Health check startPeriod of container 'web' must be between 0 and 300.":                                                                          checked(func(h *types.HealthCheck) { h.StartPeriod = aws.Int32(301) }),
		"Invalid stopTimeout for container 'web'. For Fargate, the value must be between 0 and 120 seconds.":                                              func(d *ecs.RegisterTaskDefinitionInput) { only(d).StopTimeout = aws.Int32(121) },
		"Invalid startTimeout for container 'web'. For Fargate, the value must be between 2 and 120 seconds.":                                             func(d *ecs.RegisterTaskDefinitionInput) { only(d).StartTimeout = aws.Int32(1) },
		"Invalid restartAttemptPeriod for container 'web'. The value must be between 60 and 1800 seconds.": func(d *ecs.RegisterTaskDefinitionInput) {
			only(d).RestartPolicy = &types.ContainerRestartPolicy{Enabled: aws.Bool(true), RestartAttemptPeriod: aws.Int32(5)}
		},
		"Container names must be unique: 'web'.":                                                second(func(_, s *types.ContainerDefinition) { s.Name = aws.String("web") }),
		"Container 'web' depends on container 'none', which is not in the task definition.":     second(func(f, _ *types.ContainerDefinition) { depends(f, "none", "START") }),
		"Container 'web' depends on container 'web', which is not in the task definition.":      second(func(f, _ *types.ContainerDefinition) { depends(f, "web", "START") }),
		"Containers must not depend on each other in a circle.":                                 second(func(f, s *types.ContainerDefinition) { depends(f, "side", "START"); depends(s, "web", "START") }),
		"Container 'web' depends on container 'side' to be HEALTHY, which has no health check.": second(func(f, _ *types.ContainerDefinition) { depends(f, "side", "HEALTHY") }),
		"Container 'web' depends on container 'side' to end, which is essential.":               second(func(f, _ *types.ContainerDefinition) { depends(f, "side", "SUCCESS") }),
		"Invalid dependency condition 'SOON' of container 'web'.":                               second(func(f, _ *types.ContainerDefinition) { depends(f, "side", "SOON") }),
	} {
		w := newWorld(t)
		d := app()
		edit(d)
		if _, err := w.RegisterTaskDefinition(w.ctx, d); faultText(err) != "ClientException: "+want {
			t.Errorf("%s\nwant %s", faultText(err), want)
		}
	}
}
