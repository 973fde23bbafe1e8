package elb

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// health is a target's state in ELB's words.
type health struct {
	State       types.TargetHealthStateEnum
	Reason      types.TargetHealthReasonEnum
	Description string
}

func (h health) shape() *types.TargetHealth {
	shape := &types.TargetHealth{State: h.State, Reason: h.Reason}
	if h.Description != "" {
		shape.Description = aws.String(h.Description)
	}
	return shape
}

var (
	healthy     = health{State: types.TargetHealthStateEnumHealthy}
	registering = health{types.TargetHealthStateEnumInitial, types.TargetHealthReasonEnumRegistrationInProgress, "Target registration is in progress"}
	initial     = health{types.TargetHealthStateEnumInitial, types.TargetHealthReasonEnumInitialHealthChecking, "Initial health checks in progress"}
	leavingNow  = health{types.TargetHealthStateEnumDraining, types.TargetHealthReasonEnumDeregistrationInProgress, "Target deregistration is in progress"}
	notInUse    = health{types.TargetHealthStateEnumUnused, types.TargetHealthReasonEnumNotInUse, "Target group is not configured to receive traffic from the load balancer"}
	notRunning  = health{types.TargetHealthStateEnumUnused, types.TargetHealthReasonEnumInvalidState, "Target is in the stopped state"}
)

// health tells the state of a registration; used says whether a rule forwards
// to its group.
func (e *ELB) health(at string, row registration, used bool) health {
	_, routable := row.address()
	switch c := e.checks[at]; {
	case !row.Draining.IsZero():
		return leavingNow
	case !used:
		return notInUse
	case !routable:
		return notRunning
	case c == nil:
		return registering
	default:
		return c.health
	}
}

// outcome is what one health check found.
type outcome struct {
	status int // 0 when there was no response
	slow   bool
}

// verdict is the outcome in ELB's words; ok when the check passed.
func (o outcome) verdict(want matcher) (h health, ok bool) {
	failed := health{State: types.TargetHealthStateEnumUnhealthy}
	switch {
	case o.slow:
		failed.Reason, failed.Description = types.TargetHealthReasonEnumTimeout, "Request timed out"
	case o.status == 0:
		failed.Reason, failed.Description = types.TargetHealthReasonEnumFailedHealthChecks, "Health checks failed"
	case !want.matches(o.status):
		failed.Reason = types.TargetHealthReasonEnumResponseCodeMismatch
		failed.Description = fmt.Sprintf("Health checks failed with these codes: [%d]", o.status)
	default:
		return healthy, true
	}
	return failed, false
}

// check is the health checking of one target.
type check struct {
	group   string
	address netip.AddrPort
	health  health
	row     int // consecutive outcomes that speak against the present state
	due     time.Time
	running bool
}

// judge takes one outcome into account. A new target is healthy after one
// passed check; later it takes the thresholds to change the state.
func (c *check) judge(o outcome, shape types.TargetGroup) {
	want, err := parseMatcher(shape.Matcher)
	if err != nil {
		return
	}
	found, ok := o.verdict(want)
	threshold := int(*shape.UnhealthyThresholdCount)
	switch c.health.State {
	case types.TargetHealthStateEnumInitial:
		if ok {
			c.health, c.row = healthy, 0
			return
		}
	case types.TargetHealthStateEnumHealthy:
		if ok {
			c.row = 0
			return
		}
	default:
		if !ok {
			c.health, c.row = found, 0 // the latest reason is shown
			return
		}
		threshold = int(*shape.HealthyThresholdCount)
	}
	if c.row++; c.row >= threshold {
		c.health, c.row = found, 0
	}
}
