package engine_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"photon/internal/engine"
	"photon/internal/engine/memory"
	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

const (
	account = "123456789012"
	region  = "us-east-1"
)

// clients are the SDK's own clients of one account and region.
type clients struct {
	ecs     *ecs.Client
	elb     *elasticloadbalancingv2.Client
	ec2     *ec2.Client
	iam     *iam.Client
	sts     *sts.Client
	logs    *cloudwatchlogs.Client
	metrics *cloudwatch.Client
	secrets *secretsmanager.Client
	ssm     *ssm.Client
	ecr     *ecr.Client
	tags    *resourcegroupstaggingapi.Client
	quotas  *servicequotas.Client
}

// world is a whole engine in virtual time over containers and sockets that
// are in memory.
type world struct {
	*testing.T
	clients
	db      *state.DB
	runtime *memory.Runtime
	network *network
	options engine.Options
	mux     http.Handler
	stop    func() // ends Run and waits for it
	restart func() // starts over from the state, in a lasting world
}

// inWorld runs a test against an engine that moves and keeps nothing.
func inWorld(t *testing.T, options engine.Options, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, db: state.Memory(), runtime: memory.New(), network: newNetwork(), options: options}
		w.start()
		defer func() { w.stop() }()
		test(w)
	})
}

func (w *world) start() {
	w.options.Listen, w.options.Address = w.network.Listen, "engine.test"
	e := engine.New(w.db, w.runtime, w.options)
	ctx, cancel := context.WithCancel(w.Context())
	var loops sync.WaitGroup
	loops.Go(func() { e.Run(ctx) })
	w.stop = sync.OnceFunc(func() {
		cancel()
		loops.Wait()
	})
	w.mux = e
	w.clients = w.as(account, region)
}

// as are the clients of another account and region.
func (w *world) as(account, region string) clients {
	config := aws.Config{
		Region: region, BaseEndpoint: aws.String("http://engine.test"), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
		HTTPClient:  &http.Client{Transport: wire.Transport(w.mux)},
	}
	return clients{
		ecs: ecs.NewFromConfig(config), elb: elasticloadbalancingv2.NewFromConfig(config), ec2: ec2.NewFromConfig(config),
		iam: iam.NewFromConfig(config), sts: sts.NewFromConfig(config), logs: cloudwatchlogs.NewFromConfig(config),
		metrics: cloudwatch.NewFromConfig(config), secrets: secretsmanager.NewFromConfig(config), ssm: ssm.NewFromConfig(config),
		ecr: ecr.NewFromConfig(config), tags: resourcegroupstaggingapi.NewFromConfig(config), quotas: servicequotas.NewFromConfig(config),
	}
}

// must fails the test on an error.
func must[T any](w *world) func(out *T, err error) *T {
	w.Helper()
	return func(out *T, err error) *T {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
		return out
	}
}

// refusal is an error as "Code: text".
func refusal(err error) string {
	var api smithy.APIError
	switch {
	case errors.As(err, &api):
		return api.ErrorCode() + ": " + api.ErrorMessage()
	case err != nil:
		return err.Error()
	}
	return "accepted"
}

// code is an error's code alone.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return refusal(err)
}
