package wire

// Member names that do not follow their service's rule, by Go type and field.
var (
	logsNames = map[string]string{
		"DescribeDestinationsInput.DestinationNamePrefix": "DestinationNamePrefix",
	}
	ecrNames = map[string]string{
		"Tag.Key":   "Key",
		"Tag.Value": "Value",
	}
	ssmNames = map[string]string{
		"AssociationFilter.Key":              "key",
		"AssociationFilter.Value":            "value",
		"CommandFilter.Key":                  "key",
		"CommandFilter.Value":                "value",
		"DocumentFilter.Key":                 "key",
		"DocumentFilter.Value":               "value",
		"InstanceInformationFilter.Key":      "key",
		"InstanceInformationFilter.ValueSet": "valueSet",
		"InstancePropertyFilter.Key":         "key",
		"InstancePropertyFilter.ValueSet":    "valueSet",
		"SessionFilter.Key":                  "key",
		"SessionFilter.Value":                "value",
	}
	monitoringNames = map[string]string{
		"DashboardInvalidInputError.DashboardValidationMessages": "dashboardValidationMessages",
	}
	iamNames = map[string]string{
		"ListDelegationRequestsOutput.IsTruncated": "isTruncated",
	}
	stsNames = map[string]string{
		"PolicyDescriptorType.Arn": "arn",
	}
)

// monitoringCodes are the error codes of CloudWatch's query protocol, which
// differ from the names of its error shapes.
var monitoringCodes = map[string]string{
	"DashboardInvalidInputError":           "InvalidParameterInput",
	"DashboardNotFoundError":               "ResourceNotFound",
	"InternalServiceFault":                 "InternalServiceError",
	"InvalidFormatFault":                   "InvalidFormat",
	"InvalidParameterCombinationException": "InvalidParameterCombination",
	"InvalidParameterValueException":       "InvalidParameterValue",
	"LimitExceededFault":                   "LimitExceeded",
	"MissingRequiredParameterException":    "MissingParameter",
}
