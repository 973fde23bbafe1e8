// Package engine is a small AWS on this machine: the AWS API over HTTP, with
// the control loops behind it. It connects its services to each other and to
// a Runtime; it knows nothing of Photon, which reaches it as it reaches AWS.
package engine

import (
	"cmp"
	"context"
	"crypto/rand"
	"net"
	"net/http"
	goruntime "runtime"
	"strings"
	"sync"
	"time"

	"photon/internal/engine/balancer"
	"photon/internal/engine/cloudwatch"
	"photon/internal/engine/ec2"
	"photon/internal/engine/ecr"
	"photon/internal/engine/ecs"
	"photon/internal/engine/elb"
	"photon/internal/engine/iam"
	"photon/internal/engine/logs"
	"photon/internal/engine/quotas"
	"photon/internal/engine/runtime"
	"photon/internal/engine/secrets"
	"photon/internal/engine/state"
	"photon/internal/engine/tagging"
	"photon/internal/engine/wire"
)

// Runtime runs containers: package docker's for real, package memory's in
// tests.
type Runtime = runtime.Runtime

// Options say where an engine is and how fast it is where AWS is slow. Zero
// means at once for the durations that say so.
type Options struct {
	Dir     string // for image layers; made when the first arrives
	Address string // host:port at which the engine is reached
	// Listen opens the load balancers' listeners; nil means net.Listen.
	Listen func(network, address string) (net.Listener, error)

	// Octet tells the networks of engines on one machine apart: VPCs begin
	// at 10.Octet.0.0/16, load balancers are at 127.Octet.a.b. 0 means 88.
	Octet byte

	Provision time.Duration // of a load balancer; 0: at once
	Linger    time.Duration // of a deleted load balancer's network interfaces; 0: not at all
	RoleDelay time.Duration // until a role or a policy is known everywhere; 0: at once
	// Settle is how long a task without any health check runs before it counts
	// as healthy; 0: AWS's 40 seconds, negative: not at all.
	Settle time.Duration
	Leave  bool // see ecs.Options
}

// Engine is the AWS API as an http.Handler, and what makes it move.
type Engine struct {
	handler  http.Handler
	registry http.Handler
	images   *ecr.ECR
	address  string
	loops    []func(context.Context)
}

// New returns an engine whose state is in db and whose containers run on rt.
// It answers at once; it moves while Run runs.
func New(db *state.DB, rt Runtime, o Options) *Engine {
	if o.Listen == nil {
		o.Listen = net.Listen
	}
	o.Octet = cmp.Or(o.Octet, 88)
	var (
		network = ec2.New(db, o.Octet)
		access  = iam.New(db, o.RoleDelay)
		vault   = secrets.New(db, key(db))
		metrics = cloudwatch.New(db)
		journal = logs.New(db)
		images  = ecr.New(db, o.Dir, func() string { return o.Address })
		plane   = balancer.New(balancer.Options{
			Dial: rt.Dial, Listen: o.Listen, Metric: metrics.PutValues, Octet: o.Octet, SharedAddress: goruntime.GOOS != "linux",
		})
		balance  = elb.New(db, balanceParts(plane, network, rt, metrics), elb.Options{Provision: o.Provision, Linger: o.Linger})
		schedule = ecs.New(db, scheduleParts(rt, network, balance, journal, vault, access, images, metrics),
			ecs.Options{Settle: o.Settle, Leave: o.Leave})
		tags = tagging.New(
			tagging.Of(network, "ec2"), tagging.Of(balance, "elasticloadbalancing"), tagging.Of(schedule, "ecs"),
			tagging.Of(metrics, "cloudwatch"), tagging.Of(journal, "logs"), tagging.Of(vault, "secretsmanager", "ssm"),
			tagging.Of(images, "ecr"))
	)
	services := []*wire.Service{
		network.Service(), balance.Service(), schedule.Service(), metrics.Service(), journal.Service(),
		images.Service(), tags.Service(), quotas.New().Service(),
	}
	services = append(services, access.Services()...)
	services = append(services, vault.Services()...)
	return &Engine{
		handler:  wire.NewMux(services...),
		registry: images.Handler(),
		images:   images,
		address:  o.Address,
		loops:    []func(context.Context){schedule.Run, balance.Run, plane.Run, metrics.Run, journal.Run},
	}
}

// ServeHTTP answers the AWS API, and the registry's under /v2/.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v2" || strings.HasPrefix(r.URL.Path, "/v2/") {
		e.registry.ServeHTTP(w, r)
		return
	}
	e.handler.ServeHTTP(w, r)
}

// Repository makes sure that the engine's registry has a repository in an
// account and region, and returns the login for it.
func (e *Engine) Repository(ctx context.Context, account, region, name string) (runtime.Auth, error) {
	ctx = wire.With(ctx, wire.Call{Service: "ecr", Account: account, Region: region})
	if err := e.images.Ensure(ctx, name); err != nil {
		return runtime.Auth{}, err
	}
	login, _ := e.images.PullAuth(ctx, e.address+"/"+name)
	return login, nil
}

// Run makes the engine move until ctx ends and all that it started has ended:
// containers first, then what serves them.
func (e *Engine) Run(ctx context.Context) {
	rest, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var loops sync.WaitGroup
	for _, loop := range e.loops[1:] {
		loops.Go(func() { loop(rest) })
	}
	e.loops[0](ctx)
	stop()
	loops.Wait()
}

// key is what secrets are encrypted with; it is made with the state.
func key(db *state.DB) []byte {
	keys := state.NewTable[[]byte](db, "engine.keys")
	if known, ok := keys.Get("secrets"); ok {
		return known
	}
	made := make([]byte, 32)
	rand.Read(made)
	keys.Put("secrets", made)
	return made
}
