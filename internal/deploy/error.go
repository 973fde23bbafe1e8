package deploy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"photon/internal/cloud"
	"photon/internal/resource"
)

// StepsError says that a plan could not be carried out: which steps failed,
// each mostly a *cloud.StepError, and how many were not begun because of it.
type StepsError struct {
	Errors []error
	Left   int
}

func (e *StepsError) Error() string {
	if len(e.Errors) == 0 {
		return fmt.Sprintf("%s wait for each other", steps(e.Left))
	}
	lines := make([]string, len(e.Errors))
	for i, err := range e.Errors {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Hints are lines that help with the failed steps, without repetition.
func (e *StepsError) Hints() []string {
	var hints []string
	for _, err := range e.Errors {
		var step *cloud.StepError
		if errors.As(err, &step) && step.Hint != "" && !slices.Contains(hints, step.Hint) {
			hints = append(hints, step.Hint)
		}
	}
	return hints
}

// Unwrap returns the errors of the steps.
func (e *StepsError) Unwrap() []error { return e.Errors }

// UnsettledError says that a change was made, but what it set off did not come
// to its end in time.
type UnsettledError struct {
	Step    resource.Key
	Waiting string // what was waited for
}

func (e *UnsettledError) Error() string {
	return e.Step.Kind.Title() + " " + e.Step.Name + ": " + e.Waiting + " for too long"
}

// WatchError says that a rollout could not be seen any more. It goes on in
// ECS all the same.
type WatchError struct {
	Workload string
	Err      error
}

func (e *WatchError) Error() string { return e.Workload + ": " + e.Err.Error() }

// Unwrap returns what the last look ended with.
func (e *WatchError) Unwrap() error { return e.Err }

func temporary(err error) bool {
	var step *cloud.StepError
	return errors.As(err, &step) && step.Temporary
}

// waiting tells what a step that was not tried yet waits for.
func waiting(err error) (reason string, waits bool) {
	var step *cloud.StepError
	if errors.As(err, &step) && step.Waiting {
		return step.Message, true
	}
	return "", false
}

func steps(n int) string {
	if n == 1 {
		return "1 step"
	}
	return fmt.Sprintf("%d steps", n)
}
