package cli

import (
	"context"
	"errors"
)

// The exit codes. They are part of the interface and never change.
const (
	exitDone       = 0   // done, or nothing to do
	exitError      = 1   // an error that is Photon's or the world's
	exitUsage      = 2   // wrong use, or the file has problems
	exitRolledBack = 3   // the new version did not take over
	exitTimeout    = 5   // timed out; the deployment goes on
	exitRefused    = 6   // preflight refused: nothing was changed
	exitChanges    = 8   // plan --exit-code: there are changes
	exitInterrupt  = 130 // interrupted; the deployment goes on
)

// codeError is an error that knows its exit code. A nil cause means that
// everything there is to say has been said.
type codeError struct {
	code  int
	cause error
	hints []string
}

func (e *codeError) Error() string {
	if e.cause == nil {
		return ""
	}
	return e.cause.Error()
}

func (e *codeError) Unwrap() error { return e.cause }

// Hints are lines that help, besides those of the cause.
func (e *codeError) Hints() []string { return e.hints }

// said ends the run with a code when the reason is on the screen already.
func said(code int) error { return &codeError{code: code} }

// usage is an error of the command line itself.
func usage(cause error, hints ...string) error {
	return &codeError{code: exitUsage, cause: cause, hints: hints}
}

// cutShort tells an interruption from what it broke off. Before a run has begun,
// nothing has been changed.
func cutShort(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return &codeError{code: exitInterrupt, cause: errors.New("interrupted before anything was changed")}
	}
	return err
}

// codeOf finds the exit code of an error; what does not know one is 1.
func codeOf(err error) int {
	var coded *codeError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &coded):
		return coded.code
	}
	return exitError
}
