// Package wire speaks AWS's protocols: it turns HTTP requests into the SDK's
// input structs and the SDK's output structs and errors into HTTP responses.
// It knows no AWS service's behaviour and never calls a client.
package wire
