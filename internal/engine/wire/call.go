package wire

import "context"

// Call says who asks for what. Every handler finds it in its context; control
// loops, which nobody called, make one with the account and region they serve.
type Call struct {
	Service   string // signing name: "ecs", "elasticloadbalancing", "logs", …
	Operation string // "CreateService"
	Account   string // twelve digits
	Region    string // "us-east-1"
	AccessKey string
	RequestID string
}

// World is the part of the engine's state that a call can see: accounts and
// regions never meet. It prefixes every key of regional state.
func (c Call) World() string { return c.Account + "/" + c.Region + "/" }

// ARN builds an ARN in the call's account and region.
func (c Call) ARN(service, resource string) string {
	return "arn:aws:" + service + ":" + c.Region + ":" + c.Account + ":" + resource
}

type callKey struct{}

// With returns a context that carries c.
func With(ctx context.Context, c Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// From returns the call that ctx carries; the zero Call when there is none.
func From(ctx context.Context) Call {
	c, _ := ctx.Value(callKey{}).(Call)
	return c
}
