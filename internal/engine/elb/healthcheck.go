package elb

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photon/internal/engine/wire"
)

const trafficPort = "traffic-port"

// healthSettings are the health-check parameters that CreateTargetGroup and
// ModifyTargetGroup share; nil leaves a setting as it is.
type healthSettings struct {
	Enabled                               *bool
	Interval, Timeout, Healthy, Unhealthy *int32
	Path, Port                            *string
	Protocol                              types.ProtocolEnum
	Matcher                               *types.Matcher
}

// over checks the settings on top of a shape and returns the result.
func (s healthSettings) over(shape types.TargetGroup) (types.TargetGroup, error) {
	replace(&shape.HealthCheckEnabled, s.Enabled)
	replace(&shape.HealthCheckIntervalSeconds, s.Interval)
	replace(&shape.HealthCheckTimeoutSeconds, s.Timeout)
	replace(&shape.HealthyThresholdCount, s.Healthy)
	replace(&shape.UnhealthyThresholdCount, s.Unhealthy)
	replace(&shape.HealthCheckPath, s.Path)
	replace(&shape.HealthCheckPort, s.Port)
	if s.Protocol != "" {
		shape.HealthCheckProtocol = s.Protocol
	}
	if s.Matcher != nil {
		shape.Matcher = s.Matcher
	}
	return shape, checkHealth(shape)
}

func replace[T any](have **T, want *T) {
	if want != nil {
		*have = want
	}
}

func checkHealth(shape types.TargetGroup) error {
	for _, r := range []struct {
		name     string
		value    *int32
		min, max int32
	}{
		{"Health check interval", shape.HealthCheckIntervalSeconds, 5, 300},
		{"Health check timeout", shape.HealthCheckTimeoutSeconds, 2, 120},
		{"Healthy threshold count", shape.HealthyThresholdCount, 2, 10},
		{"Unhealthy threshold count", shape.UnhealthyThresholdCount, 2, 10},
	} {
		if *r.value < r.min || *r.value > r.max {
			return wire.Fault("ValidationError", "%s '%d' must be between '%d' and '%d'", r.name, *r.value, r.min, r.max)
		}
	}
	path := aws.ToString(shape.HealthCheckPath)
	switch {
	case !*shape.HealthCheckEnabled:
		return wire.Fault("ValidationError", "Health check enabled must be true for target groups with target type '%s'", shape.TargetType)
	case *shape.HealthCheckTimeoutSeconds >= *shape.HealthCheckIntervalSeconds:
		return wire.Fault("ValidationError", "Health check timeout '%d' must be smaller than the interval '%d'", *shape.HealthCheckTimeoutSeconds, *shape.HealthCheckIntervalSeconds)
	case shape.HealthCheckProtocol == types.ProtocolEnumHttps:
		return wire.Fault("UnsupportedOperation", "The engine does not have HTTPS health checks, only HTTP")
	case shape.HealthCheckProtocol != types.ProtocolEnumHttp:
		return wire.Fault("ValidationError", "Health check protocol '%s' must be HTTP or HTTPS", shape.HealthCheckProtocol)
	case !strings.HasPrefix(path, "/") || len(path) > 1024 || strings.ContainsAny(path, " \r\n\t"):
		return wire.Fault("ValidationError", "Health check path '%s' must begin with a '/' character, and can only contain printable ASCII characters, without spaces", path)
	}
	if err := checkHealthPort(aws.ToString(shape.HealthCheckPort)); err != nil {
		return err
	}
	_, err := parseMatcher(shape.Matcher)
	return err
}

func checkHealthPort(port string) error {
	if port == trafficPort {
		return nil
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return wire.Fault("ValidationError", "Health check port '%s' must be '%s' or between '1' and '65535'", port, trafficPort)
	}
	return nil
}

const matcherPart wire.Pattern = `^([2-4][0-9][0-9])(?:-([2-4][0-9][0-9]))?$`

// matcher is a set of status codes as ranges.
type matcher [][2]int

func parseMatcher(m *types.Matcher) (matcher, error) {
	if m == nil || m.GrpcCode != nil {
		return nil, wire.Fault("ValidationError", "An HTTP code must be specified in the matcher")
	}
	var ranges matcher
	for part := range strings.SplitSeq(aws.ToString(m.HttpCode), ",") {
		found := matcherPart.FindStringSubmatch(part)
		if found == nil {
			return nil, wire.Fault("ValidationError", "Health check matcher HTTP code '%s' must be within '200-499' inclusive", aws.ToString(m.HttpCode))
		}
		from, _ := strconv.Atoi(found[1])
		to := from
		if found[2] != "" {
			to, _ = strconv.Atoi(found[2])
		}
		ranges = append(ranges, [2]int{from, to})
	}
	return ranges, nil
}

func (m matcher) matches(status int) bool {
	return slices.ContainsFunc(m, func(r [2]int) bool { return r[0] <= status && status <= r[1] })
}
