package cloud

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/smithy-go"

	"photon/internal/resource"
)

// Error is a read that AWS refused or did not answer.
type Error struct {
	Subject   string // what was asked about
	Operation string // "DescribeSubnets"; empty when it is not known
	Code      string // AWS's; empty when AWS did not answer
	Message   string
	Hint      string // may be empty
	cause     error
}

func (e *Error) Error() string { return sentence(e.Subject, e.Message) }

// Unwrap returns the SDK's error, which is not for people.
func (e *Error) Unwrap() error { return e.cause }

// Hints are lines that help.
func (e *Error) Hints() []string { return lines(e.Hint) }

// StepError is a change that did not succeed.
type StepError struct {
	Step      resource.Key
	Operation string // "CreateService"; empty when AWS was not asked
	Code      string // AWS's, such as "DependencyViolation"; empty when AWS did not answer
	Message   string
	Hint      string // may be empty
	// Temporary reports that the same step can succeed a little later: what
	// it depends on is still going, or not known everywhere yet.
	Temporary bool
	// Waiting reports that the change was not tried yet, because what it
	// needs is still being made. It is Temporary then.
	Waiting bool
	cause   error
}

func (e *StepError) Error() string {
	return sentence(e.Step.Kind.Title()+" "+e.Step.Name, e.Message)
}

// Unwrap returns the SDK's error, which is not for people.
func (e *StepError) Unwrap() error { return e.cause }

// Hints are lines that help.
func (e *StepError) Hints() []string { return lines(e.Hint) }

// CredentialsError says that there are no credentials, or no usable ones.
type CredentialsError struct{ Reason string }

func (e *CredentialsError) Error() string { return sentence("AWS credentials", e.Reason) }

// Hints are lines that help.
func (e *CredentialsError) Hints() []string {
	return []string{
		"log in (aws sso login), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or --profile",
		"without an AWS account: --local deploys on this machine",
	}
}

// RegionError says that no region is set.
type RegionError struct{}

func (e *RegionError) Error() string { return "AWS region: none is set" }

// Hints are lines that help.
func (e *RegionError) Hints() []string {
	return []string{
		`set "aws": { "region": … } in the file, or AWS_REGION, or --region`,
		"without an AWS account: --local deploys on this machine",
	}
}

// lines is a hint as a list, which is empty when there is none.
func lines(hint string) []string {
	if hint == "" {
		return nil
	}
	return []string{hint}
}

func sentence(subject, message string) string { return subject + ": " + message }

// failure is what an SDK error says, without the SDK's chain around it.
type failure struct{ operation, code, message string }

func failureOf(err error) failure {
	f := failure{message: reasonOf(err)}
	var call *smithy.OperationError
	if errors.As(err, &call) {
		f.operation = call.OperationName
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		f.code, f.message = api.ErrorCode(), api.ErrorMessage()
	}
	if f.message == "" {
		f.message = f.code
	}
	return f
}

// reasonOf is the innermost text of a chain of errors: what is wrong, without
// who noticed it.
func reasonOf(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

// codeOf is AWS's code of an error; empty when there is none.
func codeOf(err error) string { return failureOf(err).code }

// is reports whether AWS answered with one of the codes.
func is(err error, codes ...string) bool {
	return err != nil && slices.Contains(codes, codeOf(err))
}

// explain turns an SDK error about a read into an *Error.
func explain(err error, subject string) error {
	if err == nil || errors.As(err, new(*Error)) {
		return err
	}
	f := failureOf(err)
	return &Error{
		Subject: subject, Operation: f.operation, Code: f.code,
		Message: f.sentence(), Hint: f.hint(), cause: err,
	}
}

// explainStep turns any error of a step into a *StepError.
func explainStep(err error, key resource.Key) error {
	var known *StepError
	if err == nil || errors.As(err, &known) {
		return err
	}
	f := failureOf(err)
	return &StepError{
		Step: key, Operation: f.operation, Code: f.code,
		Message: f.sentence(), Hint: f.hint(), Temporary: f.temporary(), cause: err,
	}
}

func (f failure) denied() bool {
	return strings.HasPrefix(f.code, "AccessDenied") || f.code == "UnauthorizedOperation"
}

func (f failure) sentence() string {
	if f.denied() {
		return fmt.Sprintf("permission denied for %s: %s", f.operation, f.message)
	}
	return strings.TrimSuffix(f.message, ".")
}

func (f failure) hint() string {
	switch {
	case f.denied():
		return "README.md lists the permissions that Photon needs, under \"AWS permissions\""
	case slices.Contains(unknown, f.code):
		return "log in again (aws sso login), renew the credentials, or enable the region if it is one to opt in to"
	case slices.Contains(expired, f.code):
		return "log in again (aws sso login), or renew the credentials"
	}
	return ""
}

var (
	expired = []string{"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
	// unknown are also the answers of a region that the account has not enabled.
	unknown = []string{"InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"}
)
