package ecs

import "photon/internal/engine/wire"

// The faults of ECS that several operations share, in AWS's words.
func invalid(format string, args ...any) error {
	return wire.Fault("InvalidParameterException", format, args...)
}

func refused(format string, args ...any) error {
	return wire.Fault("ClientException", format, args...)
}

func clusterNotFound() error { return wire.Fault("ClusterNotFoundException", "Cluster not found.") }

func serviceNotFound() error { return wire.Fault("ServiceNotFoundException", "Service not found.") }

func serviceNotActive() error {
	return wire.Fault("ServiceNotActiveException", "Service was not ACTIVE.")
}

// unsupported refuses what AWS has and the engine does not run.
func unsupported(what string) error {
	return invalid("the engine does not run %s yet", what)
}
