package ecs

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

const registryOfAWS wire.Pattern = `^[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/`

// checkContainers refuses containers that Fargate does not run.
func checkContainers(in *ecs.RegisterTaskDefinitionInput) error {
	essential, names := false, map[string]bool{}
	cpu, memory, _ := checkSize(aws.ToString(in.Cpu), aws.ToString(in.Memory))
	units := 0
	for _, c := range in.ContainerDefinitions {
		name := aws.ToString(c.Name)
		if names[name] {
			return refused("Container names must be unique: '%s'.", name)
		}
		names[name] = true
		if err := checkContainer(c, memory); err != nil {
			return err
		}
		essential = essential || aws.ToBool(c.Essential) || c.Essential == nil
		units += int(c.Cpu)
	}
	if !essential {
		return refused("At least one container in the task definition must be marked as essential.")
	}
	if units > cpu {
		return refused("The total 'cpu' of the containers (%d) must not be greater than the 'cpu' of the task (%d).", units, cpu)
	}
	return nil
}

func checkContainer(c types.ContainerDefinition, taskMemory int) error {
	name := aws.ToString(c.Name)
	if name == "" {
		return refused("Container.name should not be null or empty.")
	}
	if !validName.MatchString(name) {
		return refused("Container.name contains invalid characters or exceeds 255 characters.")
	}
	if image := aws.ToString(c.Image); image == "" || strings.ContainsAny(image, " \t\n") {
		return refused("Container.image should not be null or empty.")
	}
	for _, check := range []func(types.ContainerDefinition) error{
		checkFargateContainer, checkPorts, checkHealthCheck, checkTimes, checkLog, checkEnvironment, checkRestart,
	} {
		if err := check(c); err != nil {
			return err
		}
	}
	return checkMemory(c, taskMemory)
}

func checkMemory(c types.ContainerDefinition, task int) error {
	hard, soft := aws.ToInt32(c.Memory), aws.ToInt32(c.MemoryReservation)
	if c.Memory != nil && hard < 6 || c.MemoryReservation != nil && soft < 6 {
		return refused("Invalid setting for container '%s'. Memory must be at least 6 MiB.", *c.Name)
	}
	if int(hard) > task || int(soft) > task {
		return refused("Invalid setting for container '%s'. The 'memory' of the container must not be greater than the 'memory' of the task (%d MiB).", *c.Name, task)
	}
	if c.Memory != nil && soft > hard {
		return refused("Invalid setting for container '%s'. 'memoryReservation' must not be greater than 'memory'.", *c.Name)
	}
	return nil
}

// checkFargateContainer refuses the settings that Fargate has not, and those
// that the engine has not.
func checkFargateContainer(c types.ContainerDefinition) error {
	settings := map[string]bool{
		"privileged":                       aws.ToBool(c.Privileged),
		"disableNetworking":                aws.ToBool(c.DisableNetworking),
		"dnsSearchDomains":                 len(c.DnsSearchDomains) > 0,
		"dnsServers":                       len(c.DnsServers) > 0,
		"dockerSecurityOptions":            len(c.DockerSecurityOptions) > 0,
		"extraHosts":                       len(c.ExtraHosts) > 0,
		"links":                            len(c.Links) > 0,
		"resourceRequirements":             len(c.ResourceRequirements) > 0,
		"hostname":                         aws.ToString(c.Hostname) != "",
		"linuxParameters.tmpfs":            c.LinuxParameters != nil && len(c.LinuxParameters.Tmpfs) > 0,
		"linuxParameters.devices":          c.LinuxParameters != nil && len(c.LinuxParameters.Devices) > 0,
		"linuxParameters.sharedMemorySize": c.LinuxParameters != nil && c.LinuxParameters.SharedMemorySize != nil,
		"linuxParameters.maxSwap":          c.LinuxParameters != nil && c.LinuxParameters.MaxSwap != nil,
		"linuxParameters.swappiness":       c.LinuxParameters != nil && c.LinuxParameters.Swappiness != nil,
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if settings[name] {
			return refused("The '%s' setting of container '%s' is not supported for Fargate.", name, *c.Name)
		}
	}
	return checkOfEngine(c)
}

func checkOfEngine(c types.ContainerDefinition) error {
	settings := map[string]bool{
		"credentialSpecs":       len(c.CredentialSpecs) > 0,
		"environmentFiles":      len(c.EnvironmentFiles) > 0,
		"firelensConfiguration": c.FirelensConfiguration != nil,
		"interactive":           aws.ToBool(c.Interactive),
		"linuxParameters":       c.LinuxParameters != nil && (c.LinuxParameters.Capabilities != nil || aws.ToBool(c.LinuxParameters.InitProcessEnabled)),
		"pseudoTerminal":        aws.ToBool(c.PseudoTerminal),
		"systemControls":        len(c.SystemControls) > 0,
		"volumesFrom":           len(c.VolumesFrom) > 0,
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if settings[name] {
			return refused("the engine does not run %s yet: container '%s'", name, *c.Name)
		}
	}
	for _, u := range c.Ulimits {
		if u.Name != types.UlimitNameNofile {
			return refused("Fargate only supports the 'nofile' ulimit: container '%s'.", *c.Name)
		}
		if u.SoftLimit > u.HardLimit || u.HardLimit > 1048576 {
			return refused("Invalid 'nofile' ulimit for container '%s'.", *c.Name)
		}
	}
	return nil
}

func checkPorts(c types.ContainerDefinition) error {
	names := map[string]bool{}
	for _, p := range c.PortMappings {
		if p.ContainerPortRange != nil {
			return refused("the engine does not run containerPortRange yet: container '%s'", *c.Name)
		}
		port := aws.ToInt32(p.ContainerPort)
		if port < 1 || port > 65535 {
			return refused("Invalid container port %d. Port numbers must be between 1 and 65535.", port)
		}
		if p.HostPort != nil && *p.HostPort != 0 && *p.HostPort != port {
			return refused("When networkMode=awsvpc, the host ports and container ports in port mappings must match.")
		}
		if name := aws.ToString(p.Name); name != "" && names[name] {
			return refused("Port mapping names must be unique: '%s'.", name)
		}
		names[aws.ToString(p.Name)] = true
	}
	return nil
}

func checkEnvironment(c types.ContainerDefinition) error {
	for _, pair := range c.Environment {
		if aws.ToString(pair.Name) == "" {
			return refused("The name of an environment variable of container '%s' must not be empty.", *c.Name)
		}
	}
	seen := map[string]bool{}
	for _, s := range c.Secrets {
		name := aws.ToString(s.Name)
		if name == "" || aws.ToString(s.ValueFrom) == "" {
			return refused("A secret of container '%s' must have a name and a valueFrom.", *c.Name)
		}
		if seen[name] || slices.ContainsFunc(c.Environment, func(pair types.KeyValuePair) bool { return aws.ToString(pair.Name) == name }) {
			return refused("The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '%s'.", name)
		}
		seen[name] = true
	}
	return nil
}
