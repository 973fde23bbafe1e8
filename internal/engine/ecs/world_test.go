package ecs

import (
	"context"
	"errors"
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
		Key: func(_ context.Context, from string) string {
			if from == encrypted {
				return "arn:aws:kms:us-east-1:123456789012:key/1"
			}
			return ""
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
