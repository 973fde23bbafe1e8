package ecs

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Reasons of a deployment that does not reach its target.
const (
	byBreaker   = "Service deployment rolled back because the circuit breaker threshold was exceeded."
	byUser      = "Service deployment rolled back because a rollback was requested."
	stopped     = "Service deployment stopped because the circuit breaker threshold was exceeded."
	noCandidate = "No rollback candidate was found to run the rollback."
)

// judge decides whether a deployment turns back or ends, because its user
// wants it or because its circuit breaker has tripped.
func judge(d deploymentView) (move, bool) {
	asked := d.status == types.ServiceDeploymentStatusRollbackRequested
	tripped := d.breaker && d.failures >= d.threshold
	switch {
	case d.status == types.ServiceDeploymentStatusRollbackInProgress:
		return move{do: fail, reason: byBreaker}, tripped
	case asked && d.candidate == "":
		return move{do: fail, reason: noCandidate}, true
	case asked:
		return move{do: rollBack, revision: d.candidate, reason: byUser}, true
	case tripped && d.rollback && d.candidate != "":
		return move{do: rollBack, revision: d.candidate, reason: byBreaker}, true
	case tripped && d.rollback:
		return move{do: fail, reason: stopped + " " + noCandidate}, true
	}
	return move{do: fail, reason: stopped}, tripped
}

// threshold is the number of failed tasks that trips the breaker: half of the
// desired count between 3 and 200, unless the service sets its own.
func threshold(b *types.DeploymentCircuitBreaker, desired int) int {
	t := types.ThresholdConfiguration{Type: types.ThresholdTypeBoundedPercent, Value: 50}
	if b.ThresholdConfiguration != nil {
		t = *b.ThresholdConfiguration
	}
	share := (int(t.Value)*desired + 99) / 100
	switch t.Type {
	case types.ThresholdTypeCount:
		return int(t.Value)
	case types.ThresholdTypeUnboundedPercent:
		return max(1, share)
	}
	return min(max(share, 3), 200)
}

// resets tells whether a healthy task clears the failures.
func resets(b *types.DeploymentCircuitBreaker) bool {
	return b == nil || b.ResetOnHealthyTask == nil || aws.ToBool(b.ResetOnHealthyTask)
}

// Tasks that fail again and again are started less and less often.
const (
	patience   = 3 // failures in a row that are taken for chance
	firstDelay = 10 * time.Second
	lastDelay  = 15 * time.Minute
)

// delay is how long to wait before the next task after n failures in a row.
func delay(n int) time.Duration {
	if n < patience {
		return 0
	}
	return min(firstDelay<<min(n-patience, 20), lastDelay)
}
