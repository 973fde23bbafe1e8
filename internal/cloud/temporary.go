package cloud

import (
	"slices"
	"strings"
)

// temporaryCodes are AWS's answers to a call that came too early: what uses
// the thing is still going, or what the thing needs is not known everywhere.
var temporaryCodes = []string{
	"DependencyViolation",
	"ResourceInUse",
	"ResourceInUseException",
	"DeleteConflict",
	"ClusterContainsServicesException",
	"ClusterContainsTasksException",
	"ClusterNotFoundException",
	"UpdateInProgressException",
	"OperationAbortedException",
	"ConcurrentModification",
	"NoSuchEntity", // a role that was just made
	"InvalidGroup.NotFound",
	"InvalidSecurityGroup", // to a load balancer, of a group that was just made
	"Throttling",
	"ThrottlingException",
	"RequestLimitExceeded",
	"TooManyRequestsException",
	"ServiceUnavailable",
	"InternalFailure",
	"InternalError",
	"ServerException",
}

// temporaryTexts are the same inside errors that have a general code.
var temporaryTexts = []string{
	"verify that the ECS service role being passed has the proper permissions",
	"does not have an associated load balancer",
	"Unable to assume", // a role, or the service linked role
	"Unable to Start a service that is still Draining",
	"Role is not valid",
	"InvalidGroup.NotFound", // in ECS's words about a group that was just made
}

func (f failure) temporary() bool {
	if slices.Contains(temporaryCodes, f.code) {
		return true
	}
	return slices.ContainsFunc(temporaryTexts, func(text string) bool {
		return strings.Contains(strings.ToLower(f.message), strings.ToLower(text))
	})
}
