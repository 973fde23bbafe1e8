package wire

// statuses are the HTTP statuses of error codes, by service, that are neither
// 400 for the caller's faults nor 500 for the service's. Codes under "" are
// those of every service.
var statuses = map[string]map[string]int{
	"": {
		"AccessDenied":               403,
		"ExpiredToken":               403,
		"InvalidClientTokenId":       403,
		"MissingAuthenticationToken": 403,
		"OptInRequired":              403,
		"RequestEntityTooLarge":      413,
		"SignatureDoesNotMatch":      403,
		"InternalFailure":            500,
		"InternalError":              500,
		"ServiceUnavailable":         503,
		"Unavailable":                503,
	},
	"iam": {
		"ConcurrentModification":        409,
		"DeleteConflict":                409,
		"DuplicateCertificate":          409,
		"EntityAlreadyExists":           409,
		"EntityTemporarilyUnmodifiable": 409,
		"FeatureDisabled":               404,
		"FeatureEnabled":                409,
		"InvalidAuthenticationCode":     403,
		"LimitExceeded":                 409,
		"NoSuchEntity":                  404,
		"NotSupportedService":           404,
		"PolicyEvaluation":              500,
		"ReportExpired":                 410,
		"ReportGenerationLimitExceeded": 409,
		"ReportInProgress":              404,
		"ReportNotPresent":              410,
		"ServiceFailure":                500,
	},
	"sts": {
		"IDPRejectedClaim": 403,
		"OutboundWebIdentityFederationDisabledException": 403,
		"RegionDisabledException":                        403,
		"SessionDurationEscalationException":             403,
	},
	"elasticloadbalancing": {
		"HealthUnavailable":       500,
		"InsufficientCapacity":    500,
		"PriorRequestNotComplete": 429,
	},
	"monitoring": {
		"ConcurrentModificationException": 429,
		"ConflictException":               409,
		"DashboardNotFoundError":          404,
		"InternalServiceFault":            500,
		"ResourceNotFound":                404,
		"ResourceNotFoundException":       404,
	},
}
