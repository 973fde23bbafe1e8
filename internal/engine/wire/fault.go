package wire

import (
	"fmt"

	"github.com/aws/smithy-go"
)

// Fault is an error of the caller with AWS's error code, such as
// "InvalidParameterException". It answers with HTTP 400 unless the code's
// protocol asks for another status.
func Fault(code, format string, args ...any) error {
	return &smithy.GenericAPIError{Code: code, Message: fmt.Sprintf(format, args...), Fault: smithy.FaultClient}
}
