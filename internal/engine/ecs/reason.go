package ecs

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"photon/internal/engine/runtime"
)

// engineStopped is the reason of tasks that ran when the engine ended.
const engineStopped = "The engine that ran the task was stopped."

// ending says how a task came to stop: its stopCode and stoppedReason and,
// where a container is at fault, that container's reason.
type ending struct {
	code              types.TaskStopCode
	reason            string
	container, detail string
}

func (e *ending) Error() string { return e.reason }

func notStarted(format string, args ...any) *ending {
	return &ending{code: types.TaskStopCodeTaskFailedToStart, reason: fmt.Sprintf(format, args...)}
}

// noPull is the end of a task whose image cannot be had for its platform.
func noPull(container, platform string, err error) *ending {
	var pull *runtime.PullError
	text := err.Error()
	if errors.As(err, &pull) {
		text = pullText(pull, platform)
	}
	end := notStarted("CannotPullContainerError: %s", text)
	end.container, end.detail = container, end.reason
	return end
}

func pullText(e *runtime.PullError, platform string) string {
	switch e.Reason {
	case runtime.PullPlatform:
		return fmt.Sprintf("pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform '%s'", platform)
	case runtime.PullNotFound:
		return fmt.Sprintf("pull image manifest has been retried 1 time(s): failed to resolve ref %s: %s: not found", e.Image, e.Image)
	case runtime.PullDenied:
		return fmt.Sprintf("pull image manifest has been retried 1 time(s): failed to resolve ref %s: pull access denied, repository does not exist or may require authorization: %s", e.Image, e.Detail)
	}
	return fmt.Sprintf("pull image manifest has been retried 5 time(s): failed to resolve ref %s: %s", e.Image, e.Detail)
}

// noStart is the end of a task with a container that cannot be started.
func noStart(container string, err error) *ending {
	var refused *runtime.StartError
	text := err.Error()
	if errors.As(err, &refused) {
		text = refused.Detail
	}
	end := notStarted("CannotStartContainerError: %s", text)
	end.container, end.detail = container, end.reason
	return end
}

// cause is an error of a neighbour as ECS quotes it: code and message.
func cause(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	return err.Error()
}

// exitReason is a container's reason for its exit.
func exitReason(exit runtime.Exit) string {
	if exit.OOMKilled {
		return "OutOfMemoryError: Container killed due to memory usage"
	}
	return exit.Reason
}
