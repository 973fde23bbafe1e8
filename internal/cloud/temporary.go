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
	"Unable to assume the service linked role",
	"unable to assume the role",
	"Unable to Start a service that is still Draining",
	"Role is not valid",
}

func (f failure) temporary() bool {
	if slices.Contains(temporaryCodes, f.code) {
		return true
	}
	return slices.ContainsFunc(temporaryTexts, func(text string) bool {
		return strings.Contains(strings.ToLower(f.message), strings.ToLower(text))
	})
}
