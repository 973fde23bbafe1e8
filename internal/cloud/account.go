// Package cloud is the only speaker of AWS and of image registries: per kind
// of resource it reads, creates, updates and deletes; it observes rollouts. It
// never decides what should exist, and never knows whether the other side is
// AWS or an engine that speaks as AWS does.
package cloud

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"photon/internal/resource"
)

// Account is a connection to one AWS account in one region. It is safe for
// concurrent use.
type Account struct {
	region string
	opened time.Time
	clients
	transport http.RoundTripper // for image registries
	images    ImageSource
	knowledge

	looking atomic.Int32 // calls of Live that are under way

	mu       sync.Mutex
	identity Identity
}

// knowledge is what an Account has learned on its way, so that it need not ask
// again. None of it is relied on after a wait.
type knowledge struct {
	ids      *book
	networks memory[string, []types.Subnet]
	wanted   memory[string, resource.Set]        // what Live was asked about last, by owner
	hosts    memory[string, string]              // DNS names of load balancers, by ARN
	places   memory[string, map[string]logPlace] // by task definition
	current  memory[string, running]             // by service ARN
	started  memory[resource.Key, Watch]
	named    memory[Watch, string] // the deployment that a Watch did not name
	looks    memory[string, *look]
	// provisioning are the ARNs of load balancers that are not active yet,
	// by owner.
	provisioning memory[string, []string]
}

// running is what a service ran when it was last read.
type running struct{ deployment, definition string }

// Identity says who the credentials belong to.
type Identity struct {
	Account   string // twelve digits
	Partition string // "aws", "aws-cn", …
	ARN       string // of the caller
}

// Region is where the account is used: "eu-central-1".
func (a *Account) Region() string { return a.region }

// Identity asks AWS once who the credentials belong to.
func (a *Account) Identity(ctx context.Context) (Identity, error) {
	a.mu.Lock()
	known := a.identity
	a.mu.Unlock()
	if known != (Identity{}) {
		return known, nil
	}
	out, err := a.sts().GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, explain(err, "the credentials")
	}
	caller, err := arn.Parse(aws.ToString(out.Arn))
	if err != nil {
		return Identity{}, &Error{Subject: "the credentials", Operation: "GetCallerIdentity", Message: err.Error()}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.identity = Identity{Account: aws.ToString(out.Account), Partition: caller.Partition, ARN: aws.ToString(out.Arn)}
	return a.identity, nil
}
