package wire

import "context"

// Service is one AWS service as the wire sees it: a protocol and operations.
type Service struct {
	id  string
	ops map[string]operation
}

// NewService returns the service with the given signing name ("ecs", "ec2",
// "iam", "sts", "elasticloadbalancing", "logs", "monitoring", "ecr",
// "secretsmanager", "ssm", "tagging", "servicequotas"). It panics on a name
// whose protocol is not known, which is a bug of the caller.
func NewService(id string) *Service {
	if catalog[id] == nil {
		panic("wire: no protocol is known for service " + id)
	}
	return &Service{id: id, ops: map[string]operation{}}
}

type operation struct {
	name   string
	input  func() any
	invoke func(ctx context.Context, input any) (any, error)
}

// Op registers a handler for one operation of s, typed by the SDK's input and
// output. An error is either one of the SDK's typed errors or made by Fault.
func Op[I, O any](s *Service, name string, handle func(context.Context, *I) (*O, error)) {
	s.ops[name] = operation{
		name:   name,
		input:  func() any { return new(I) },
		invoke: func(ctx context.Context, input any) (any, error) { return handle(ctx, input.(*I)) },
	}
}
