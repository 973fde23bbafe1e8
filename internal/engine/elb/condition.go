package elb

import (
	"net/netip"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/wire"
)

const maxPattern = 128 // characters of a condition value

// checkConditions checks a rule's conditions and writes them as AWS shows them.
func checkConditions(conditions []types.RuleCondition) ([]types.RuleCondition, error) {
	if len(conditions) == 0 {
		return nil, wire.Fault("ValidationError", "A condition must be specified")
	}
	out := make([]types.RuleCondition, len(conditions))
	once, values, wildcards := map[string]bool{}, 0, 0
	for i, c := range conditions {
		field := aws.ToString(c.Field)
		checked, texts, err := checkCondition(c)
		if err != nil {
			return nil, err
		}
		if once[field] && field != "http-header" && field != "query-string" {
			return nil, wire.Fault("ValidationError", "A rule can only have one '%s' condition", field)
		}
		once[field] = true
		out[i] = checked
		values += len(texts)
		for _, text := range texts {
			wildcards += strings.Count(text, "*") + strings.Count(text, "?")
		}
	}
	if values > maxValues {
		return nil, wire.Fault("ValidationError", "A rule can only have '%d' condition values", maxValues)
	}
	if wildcards > maxWildcards {
		return nil, wire.Fault("ValidationError", "A rule can only have '%d' condition wildcards", maxWildcards)
	}
	return out, nil
}

// checkCondition returns the condition in AWS's form with all its values.
func checkCondition(c types.RuleCondition) (types.RuleCondition, []string, error) {
	if err := checkShape(c); err != nil {
		return c, nil, err
	}
	var values []string
	switch aws.ToString(c.Field) {
	case "host-header":
		if values = c.Values; c.HostHeaderConfig != nil {
			values = c.HostHeaderConfig.Values
		}
		c.Values, c.HostHeaderConfig = values, &types.HostHeaderConditionConfig{Values: values}
	case "path-pattern":
		if values = c.Values; c.PathPatternConfig != nil {
			values = c.PathPatternConfig.Values
		}
		c.Values, c.PathPatternConfig = values, &types.PathPatternConditionConfig{Values: values}
	case "http-header":
		values = c.HttpHeaderConfig.Values
	case "http-request-method":
		values = c.HttpRequestMethodConfig.Values
	case "query-string":
		for _, pair := range c.QueryStringConfig.Values {
			values = append(values, aws.ToString(pair.Key)+aws.ToString(pair.Value))
		}
	case "source-ip":
		values = c.SourceIpConfig.Values
	}
	return c, values, checkValues(aws.ToString(c.Field), values)
}

// checkShape tells whether the condition carries what its field needs.
func checkShape(c types.RuleCondition) error {
	if len(c.RegexValues) > 0 || c.HostHeaderConfig != nil && len(c.HostHeaderConfig.RegexValues) > 0 ||
		c.PathPatternConfig != nil && len(c.PathPatternConfig.RegexValues) > 0 ||
		c.HttpHeaderConfig != nil && len(c.HttpHeaderConfig.RegexValues) > 0 {
		return wire.Fault("UnsupportedOperation", "The engine does not have regular expressions in rule conditions")
	}
	missing := false
	switch field := aws.ToString(c.Field); field {
	case "host-header":
		missing = len(c.Values) == 0 && c.HostHeaderConfig == nil
	case "path-pattern":
		missing = len(c.Values) == 0 && c.PathPatternConfig == nil
	case "http-header":
		if missing = c.HttpHeaderConfig == nil; !missing && aws.ToString(c.HttpHeaderConfig.HttpHeaderName) == "" {
			return wire.Fault("ValidationError", "A header name must be specified for condition 'http-header'")
		}
	case "http-request-method":
		missing = c.HttpRequestMethodConfig == nil
	case "query-string":
		missing = c.QueryStringConfig == nil
	case "source-ip":
		missing = c.SourceIpConfig == nil
	default:
		return wire.Fault("ValidationError", "Condition field '%s' must be one of '[path-pattern, host-header, http-header, http-request-method, query-string, source-ip]'", field)
	}
	if missing {
		return wire.Fault("ValidationError", "A condition value must be specified for '%s'", aws.ToString(c.Field))
	}
	return nil
}

func checkValues(field string, values []string) error {
	if len(values) == 0 {
		return wire.Fault("ValidationError", "A condition value must be specified for '%s'", field)
	}
	for _, v := range values {
		if v == "" || len(v) > maxPattern {
			return wire.Fault("ValidationError", "A condition value of '%s' must have between '1' and '%d' characters", field, maxPattern)
		}
		valid := true
		switch field {
		case "source-ip":
			_, err := netip.ParsePrefix(v)
			valid = err == nil
		case "http-request-method":
			valid = strings.Trim(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == ""
		}
		if !valid {
			return wire.Fault("ValidationError", "Condition value '%s' of '%s' is not valid", v, field)
		}
	}
	return nil
}
