package rollout

import (
	"slices"
	"strings"
)

// targetReasons are the reason codes behind what the load balancer says in
// words; an event of the service quotes the words alone. The longer ones of
// the same beginning come first.
var targetReasons = []struct{ words, reason string }{
	{"Health checks failed with these codes", "Target.ResponseCodeMismatch"},
	{"Health checks failed", "Target.FailedHealthChecks"},
	{"Request timed out", "Target.Timeout"},
}

// targetHints tell what to look at, by the reason code of a target's health.
var targetHints = map[string]string{
	"Target.ResponseCodeMismatch": `let the application answer the check as expected, or change "http": {"health": {"path": …, "expect": …}} of the file`,
	"Target.Timeout":              `nothing answered in time: the application must listen on 0.0.0.0 and on "port" of the file, and answer within "http": {"health": {"timeout": …}}`,
	"Target.FailedHealthChecks":   `the connection failed: the application must listen on 0.0.0.0 and on "port" of the file`,
	"Target.NotInUse":             `the load balancer does not serve the zone of the task: check the subnets in "network" of the file`,
}

const checkHint = `try the command of "check" in the image; "check": {"start": "60s"} gives a slow application more time`

func (t Target) explain() Explanation {
	e := Explanation{Reason: "the load balancer finds the tasks unhealthy: " + firstOf(t.State, t.Description, t.Reason), Look: lookLogs}
	if hint, known := targetHints[t.Reason]; known {
		e.Hints = []string{hint}
	}
	return e
}

func (t Target) evidence() string {
	line := t.Address + " is " + t.State + ": " + t.Reason
	if t.Description != "" {
		line += ": " + t.Description
	}
	return line
}

// causeOfHealth explains a failed health check whose target is gone: either
// an event quotes the load balancer, or it was the container's own check.
func causeOfHealth(f Failure, events []Event) Explanation {
	if strings.Contains(f.Reason, "container health check") {
		who := "a container"
		if f.Container != "" {
			who = "container " + f.Container
		}
		return Explanation{Reason: who + " never became healthy: its own health check fails", Hints: []string{checkHint}}
	}
	e := Explanation{
		Reason: "the load balancer finds the tasks unhealthy",
		Hints:  []string{`check "http": {"health": {"path": …}} of the file; "grace" there gives a slow application more time`},
	}
	for _, event := range slices.Backward(events) {
		if reason := healthReason(event.Message); reason != "" {
			e.Reason += ": " + reason
			if hints := hintsOfWords(reason); hints != nil {
				e.Hints = hints
			}
			break
		}
	}
	return e
}

func hintsOfWords(words string) []string {
	for _, known := range targetReasons {
		if strings.HasPrefix(words, known.words) {
			return []string{targetHints[known.reason]}
		}
	}
	return nil
}

// healthReason cuts the reason out of an event such as "(service a) (port 80)
// is unhealthy in (target-group b) due to (reason Request timed out)".
func healthReason(message string) string {
	if !strings.Contains(message, "is unhealthy in") {
		return ""
	}
	_, reason, _ := strings.Cut(message, "due to (reason ")
	return strings.TrimRight(reason, ").")
}
