package elb_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsec2 "github.com/aws/aws-sdk-go-v2/service/ec2"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"

	"photon/internal/engine/balancer"
	"photon/internal/engine/ec2"
	"photon/internal/engine/elb"
	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

const account = "111111111111"

// world is the load balancing API with its data plane and a VPC, reached
// through the SDK's clients; sockets are in memory.
type world struct {
	*testing.T
	db       *state.DB
	options  elb.Options
	elb      *elb.ELB
	balancer *balancer.Balancer
	api      *elbv2.Client
	ec2      *awsec2.Client
	vpc      string
	subnets  []string
	stop     func()

	mu      sync.Mutex
	sockets map[string]*socket
	metrics map[string]float64
}

func inBubble(t *testing.T, options elb.Options, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		db, err := state.Open(filepath.Join(t.TempDir(), "state"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		w := &world{T: t, db: db, options: options, sockets: map[string]*socket{}, metrics: map[string]float64{}}
		w.start()
		defer func() { w.stop() }()
		test(w)
	})
}

// start makes the engine's parts over the state; after stop it is a restart.
func (w *world) start() {
	network := ec2.New(w.db, 88)
	w.balancer = balancer.New(balancer.Options{
		Dial: w.dial, Listen: w.listen,
		Metric: func(context.Context, string, string, string, []float64, []float64, map[string]string) {},
	})
	w.elb = elb.New(w.db, elb.Parts{
		Plane: elb.Plane{
			Place: w.balancer.Place, Open: w.balancer.Open, Close: w.balancer.Close, Route: w.balancer.Route,
			Serve: w.balancer.Serve, Forget: w.balancer.Forget, Busy: w.balancer.Busy,
		},
		Network: elb.Network{
			Attach: func(ctx context.Context, subnet string, groups []string, description string) (string, error) {
				made, err := network.Attach(ctx, subnet, groups, description)
				return made.ID, err
			},
			Subnet: func(ctx context.Context, id string) (string, string, bool) {
				s, ok := network.Subnet(ctx, id)
				return s.VPC, s.Zone, ok
			},
			Detach: network.Detach, GroupVPC: network.GroupVPC, DefaultGroup: network.DefaultGroup, HasVPC: network.HasVPC,
		},
		Dial: w.dial,
		Metric: func(_ context.Context, _, name, _ string, value float64, _ map[string]string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.metrics[name] = value
		},
	}, w.options)
	ctx, cancel := context.WithCancel(w.Context())
	var loops sync.WaitGroup
	loops.Go(func() { w.balancer.Run(ctx) })
	loops.Go(func() { w.elb.Run(ctx) })
	w.stop = func() { cancel(); loops.Wait() }
	w.connect(wire.NewMux(w.elb.Service(), network.Service()))
}

func (w *world) connect(mux http.Handler) {
	config := aws.Config{
		Region: "us-east-1", HTTPClient: &http.Client{Transport: wire.Transport(mux)}, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: account, SecretAccessKey: "x"}, nil
		}),
	}
	w.api, w.ec2 = elbv2.NewFromConfig(config), awsec2.NewFromConfig(config)
	subnets, err := w.ec2.DescribeSubnets(w.Context(), &awsec2.DescribeSubnetsInput{})
	if err != nil {
		w.Fatal(err)
	}
	w.subnets = nil
	for _, s := range subnets.Subnets {
		w.vpc, w.subnets = *s.VpcId, append(w.subnets, *s.SubnetId)
	}
}

// backend serves at an address until stop; health is the answer to /health.
func (w *world) backend(where string, handler http.HandlerFunc) (stop func()) {
	l, err := w.listen("tcp", where)
	if err != nil {
		w.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	done := make(chan struct{})
	go func() { defer close(done); server.Serve(l) }()
	var once sync.Once
	stop = func() { once.Do(func() { server.Close(); <-done }) }
	w.Cleanup(stop)
	return stop
}

func says(word string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, word) }
}

// get asks a load balancer and returns status and body.
func (w *world) get(dns string, port int) string {
	w.Helper()
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, where string) (net.Conn, error) {
		return w.dial(ctx, netip.MustParseAddrPort(where))
	}}
	response, err := (&http.Client{Transport: transport}).Get(fmt.Sprintf("http://%s:%d/", dns, port))
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != 200 {
		return fmt.Sprint(response.StatusCode)
	}
	return string(body)
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

// code is the AWS code of an error, "" for none.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func (w *world) loadBalancer(name string) types.LoadBalancer {
	w.Helper()
	out := must[elbv2.CreateLoadBalancerOutput](w)(w.api.CreateLoadBalancer(w.Context(), &elbv2.CreateLoadBalancerInput{
		Name: &name, Subnets: w.subnets[:2],
	}))
	return out.LoadBalancers[0]
}

func (w *world) group(name string) string {
	w.Helper()
	out := must[elbv2.CreateTargetGroupOutput](w)(w.api.CreateTargetGroup(w.Context(), w.groupInput(name)))
	return *out.TargetGroups[0].TargetGroupArn
}

func (w *world) groupInput(name string) *elbv2.CreateTargetGroupInput {
	return &elbv2.CreateTargetGroupInput{
		Name: &name, Port: aws.Int32(8080), Protocol: types.ProtocolEnumHttp, VpcId: &w.vpc, TargetType: types.TargetTypeEnumIp,
		HealthCheckIntervalSeconds: aws.Int32(5), HealthCheckTimeoutSeconds: aws.Int32(2), HealthCheckPath: aws.String("/health"),
		HealthyThresholdCount: aws.Int32(3), UnhealthyThresholdCount: aws.Int32(2),
	}
}

func forward(arns ...string) []types.Action {
	config := &types.ForwardActionConfig{}
	for _, arn := range arns {
		config.TargetGroups = append(config.TargetGroups, types.TargetGroupTuple{TargetGroupArn: aws.String(arn), Weight: aws.Int32(1)})
	}
	return []types.Action{{Type: types.ActionTypeEnumForward, ForwardConfig: config}}
}

func (w *world) listener(lb types.LoadBalancer, port int32, actions []types.Action) string {
	w.Helper()
	out := must[elbv2.CreateListenerOutput](w)(w.api.CreateListener(w.Context(), &elbv2.CreateListenerInput{
		LoadBalancerArn: lb.LoadBalancerArn, Port: &port, Protocol: types.ProtocolEnumHttp, DefaultActions: actions,
	}))
	return *out.Listeners[0].ListenerArn
}

func targets(addresses ...string) []types.TargetDescription {
	var out []types.TargetDescription
	for _, a := range addresses {
		out = append(out, types.TargetDescription{Id: aws.String(a)})
	}
	return out
}

func (w *world) register(group string, addresses ...string) {
	w.Helper()
	must[elbv2.RegisterTargetsOutput](w)(w.api.RegisterTargets(w.Context(), &elbv2.RegisterTargetsInput{TargetGroupArn: &group, Targets: targets(addresses...)}))
}

func (w *world) deregister(group string, addresses ...string) {
	w.Helper()
	must[elbv2.DeregisterTargetsOutput](w)(w.api.DeregisterTargets(w.Context(), &elbv2.DeregisterTargetsInput{TargetGroupArn: &group, Targets: targets(addresses...)}))
}

// health is one line per target: state, reason and description.
func (w *world) health(group string) string {
	w.Helper()
	synctest.Wait()
	out := must[elbv2.DescribeTargetHealthOutput](w)(w.api.DescribeTargetHealth(w.Context(), &elbv2.DescribeTargetHealthInput{TargetGroupArn: &group}))
	var lines []string
	for _, d := range out.TargetHealthDescriptions {
		line := fmt.Sprint(*d.Target.Id, ":", *d.Target.Port, " ", d.TargetHealth.State, " ", d.TargetHealth.Reason, " ", aws.ToString(d.TargetHealth.Description))
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "\n")
}

func (w *world) expectHealth(group, want string) {
	w.Helper()
	if got := w.health(group); got != want {
		w.Errorf("after %s: target health\n%s\nwant\n%s", time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)), got, want)
	}
}
