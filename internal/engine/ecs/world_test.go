package ecs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"

	"photon/internal/engine/memory"
	"photon/internal/engine/runtime"
	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

// world is an ECS with neighbours that are small and in memory.
type world struct {
	*ECS
	t       *testing.T
	ctx     context.Context
	db      *state.DB
	runtime *memory.Runtime
	options Options
	end     func() // ends Run and waits for it

	mu       sync.Mutex
	address  netip.Addr
	attached map[string]bool
	balancer *balancer
	logs     map[string][]string // by group + " " + stream
	groups   map[string]bool
	secrets  map[string]string
	denied   map[string]string // role + " " + action → error text
}

const (
	role  = "arn:aws:iam::123456789012:role/exec"
	group = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/1"
	other = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/b/2"
)

func newWorld(t *testing.T) *world {
	w := &world{
		t: t, db: state.Memory(), runtime: memory.New(), address: netip.MustParseAddr("10.0.0.9"),
		attached: map[string]bool{}, logs: map[string][]string{}, groups: map[string]bool{"/app": true},
		secrets: map[string]string{}, denied: map[string]string{},
	}
	w.balancer = &balancer{runtime: w.runtime, targets: map[string]*registration{}}
	w.ctx = wire.With(t.Context(), wire.Call{Service: "ecs", Account: "123456789012", Region: "us-east-1"})
	w.ECS = New(w.db, w.parts(), w.options)
	return w
}

func (w *world) parts() Parts {
	return Parts{
		Runtime: w.runtime, Attach: w.attach, Detach: w.detach, Targets: w.balancer,
		CheckNetwork: func(_ context.Context, subnets, _ []string) error {
			if slices.Contains(subnets, "subnet-none") {
				return invalid("The subnet ID 'subnet-none' does not exist")
			}
			return nil
		},
		Append: w.append,
		CreateGroup: func(_ context.Context, group string) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.groups[group] = true
			return nil
		},
		Secret: func(_ context.Context, from string) (string, error) {
			if value, ok := w.secrets[from]; ok {
				return value, nil
			}
			return "", wire.Fault("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
		},
		Allowed: func(_ context.Context, role, _, action, _ string) error {
			if text, ok := w.denied[role+" "+action]; ok {
				return wire.Fault("AccessDeniedException", "%s", text)
			}
			return nil
		},
		PullAuth: func(_ context.Context, image string) (runtime.Auth, bool) {
			return runtime.Auth{Username: "AWS"}, strings.HasPrefix(image, "123456789012.dkr.ecr.")
		},
		Metric: func(context.Context, string, string, string, float64, map[string]string) {},
	}
}

func (w *world) attach(_ context.Context, subnet string, _ []string, _ string) (Interface, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if subnet == "subnet-full" {
		return Interface{}, errors.New("InsufficientFreeAddressesInSubnet")
	}
	w.address = w.address.Next()
	id := "eni-" + w.address.String()
	w.attached[id] = true
	return Interface{ID: id, Subnet: subnet, VPC: "vpc-1", Zone: "us-east-1a", MAC: "02:00:00:00:00:01", Address: w.address}, nil
}

func (w *world) detach(_ context.Context, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.attached, id)
	return nil
}

func (w *world) append(_ context.Context, group, stream string, events []LogEvent) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.groups[group] {
		return wire.Fault("ResourceNotFoundException", "The specified log group does not exist.")
	}
	for _, event := range events {
		w.logs[group+" "+stream] = append(w.logs[group+" "+stream], event.Message)
	}
	return nil
}

// run starts the control loops; they end with the test or with w.end.
func (w *world) run() {
	ctx, cancel := context.WithCancel(w.ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.ECS.Run(ctx)
	}()
	w.end = sync.OnceFunc(func() {
		cancel()
		<-ended
	})
}

// persist starts over with rows in a file, which a restart reads again.
func (w *world) persist() {
	w.end()
	db, err := state.Open(filepath.Join(w.t.TempDir(), "state"))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = db.Close() })
	w.db = db
	w.ECS = New(w.db, w.parts(), w.options)
	w.run()
}

// restart is a new engine over what the old one has written.
func (w *world) restart() {
	w.end()
	w.ECS = New(w.db, w.parts(), w.options)
	w.run()
}

// inWorld runs a test in virtual time with the control loops going.
func inWorld(t *testing.T, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.run()
		test(w)
		w.end()
		if n := w.runtime.Sandboxes(); n != 0 || len(w.attached) != 0 {
			t.Errorf("%d sandboxes and %d network interfaces are left", n, len(w.attached))
		}
	})
}

// want ends the test when a call failed.
func want[T any](t *testing.T) func(T, error) T {
	return func(out T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// faultText is an error as "Code: message".
func faultText(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	return fmt.Sprint(err)
}

// create makes the default cluster, the task definition and the service.
func (w *world) create(definition *ecs.RegisterTaskDefinitionInput, service *ecs.CreateServiceInput) {
	w.t.Helper()
	want[*ecs.CreateClusterOutput](w.t)(w.CreateCluster(w.ctx, &ecs.CreateClusterInput{}))
	w.register(definition)
	want[*ecs.CreateServiceOutput](w.t)(w.CreateService(w.ctx, service))
}

func (w *world) register(in *ecs.RegisterTaskDefinitionInput) {
	w.t.Helper()
	want[*ecs.RegisterTaskDefinitionOutput](w.t)(w.RegisterTaskDefinition(w.ctx, in))
}

// update registers the definition and deploys it.
func (w *world) update(definition *ecs.RegisterTaskDefinitionInput) {
	w.t.Helper()
	w.register(definition)
	want[*ecs.UpdateServiceOutput](w.t)(w.UpdateService(w.ctx, &ecs.UpdateServiceInput{Service: aws.String("web"), TaskDefinition: definition.Family}))
}

func (w *world) service() types.Service {
	w.t.Helper()
	out := want[*ecs.DescribeServicesOutput](w.t)(w.DescribeServices(w.ctx, &ecs.DescribeServicesInput{Services: []string{"web"}}))
	return out.Services[0]
}

// deployment is the service's latest service deployment.
func (w *world) deployment() types.ServiceDeployment {
	w.t.Helper()
	arn := *w.service().CurrentServiceDeployment
	out := want[*ecs.DescribeServiceDeploymentsOutput](w.t)(w.DescribeServiceDeployments(w.ctx, &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{arn}}))
	return out.ServiceDeployments[0]
}

// ended waits until the latest deployment has ended and returns it.
func (w *world) ended() types.ServiceDeployment {
	w.t.Helper()
	for range 3600 {
		if d := w.deployment(); (deployment{ServiceDeployment: d}).ended() {
			return d
		}
		time.Sleep(time.Second)
	}
	w.t.Fatalf("the deployment has not ended: %s\n%s", w.deployment().Status, w.events())
	panic("unreachable")
}

// tasks are the tasks with the desired status, oldest first.
func (w *world) tasks(status types.DesiredStatus) []types.Task {
	w.t.Helper()
	list := want[*ecs.ListTasksOutput](w.t)(w.ListTasks(w.ctx, &ecs.ListTasksInput{DesiredStatus: status}))
	if len(list.TaskArns) == 0 {
		return nil
	}
	return want[*ecs.DescribeTasksOutput](w.t)(w.DescribeTasks(w.ctx, &ecs.DescribeTasksInput{Tasks: list.TaskArns})).Tasks
}

// events are the service's events, oldest first, with ids replaced.
func (w *world) events() string {
	var lines []string
	for _, event := range w.service().Events {
		lines = append(lines, w.plain(*event.Message))
	}
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}

// plain replaces what is different in every run: revisions by their order,
// tasks by T.
func (w *world) plain(text string) string {
	var revisions []revision
	for _, r := range w.rows.revisions.All("") {
		revisions = append(revisions, r)
	}
	slices.SortFunc(revisions, func(a, b revision) int { return a.CreatedAt.Compare(*b.CreatedAt) })
	for i, r := range revisions {
		text = strings.ReplaceAll(text, r.ID, fmt.Sprint(i+1))
	}
	for _, t := range w.rows.tasks.All("") {
		text = strings.ReplaceAll(text, t.id(), "T")
	}
	return strings.ReplaceAll(text, group, "G")
}

// get asks a running task for a path on port 8080.
func (w *world) get(shown types.Task, path string) string {
	w.t.Helper()
	row, _ := w.rows.tasks.Get("123456789012/us-east-1/default/" + last(*shown.TaskArn))
	at := netip.AddrPortFrom(row.Interface.Address, 8080)
	response, err := w.web(at).Get("http://" + at.String() + path)
	if err != nil {
		w.t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	return string(body)
}

func (w *world) dialer(at netip.AddrPort) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) { return w.runtime.Dial(ctx, at) }
}

// spot gives the default cluster both capacity providers.
func (w *world) spot() {
	w.t.Helper()
	want[*ecs.PutClusterCapacityProvidersOutput](w.t)(w.PutClusterCapacityProviders(w.ctx, &ecs.PutClusterCapacityProvidersInput{
		Cluster: aws.String("default"), CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"},
	}))
}

// clear removes what an engine has left running.
func (w *world) clear() {
	w.t.Helper()
	if err := w.runtime.Clear(w.ctx); err != nil {
		w.t.Fatal(err)
	}
	clear(w.attached)
}

// collect is the rows of a table.
func collect[T any](rows iter.Seq2[string, T]) []T {
	var all []T
	for _, row := range rows {
		all = append(all, row)
	}
	return all
}
