package deploy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"photon/internal/cloud"
	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/rollout"
)

// script is an account that answers as it was told, and writes down when it
// was called.
type script struct {
	takes   time.Duration                          // each change
	refuse  map[string][]error                     // by name of the resource, in order, before it succeeds
	settles map[string]time.Duration               // after the change
	looks   map[string][]rollout.Observation       // by workload; the last one stays
	blind   map[string]error                       // by workload, or by name of a resource to settle
	starts  map[string]cloud.Watch                 // by name of the service
	before  func(name string, ctx context.Context) // each change

	mu      sync.Mutex
	began   time.Time
	log     []string
	done    map[string]time.Time
	looked  map[string]int
	running int
	most    int
}

func newScript() *script {
	return &script{
		refuse: map[string][]error{}, settles: map[string]time.Duration{}, looks: map[string][]rollout.Observation{},
		blind: map[string]error{}, starts: map[string]cloud.Watch{}, began: time.Now(),
		done: map[string]time.Time{}, looked: map[string]int{},
	}
}

func (s *script) write(format string, args ...any) {
	s.log = append(s.log, fmt.Sprintf("%v ", time.Since(s.began).Truncate(time.Millisecond))+fmt.Sprintf(format, args...))
}

func (s *script) Do(ctx context.Context, step plan.Step) error {
	name := step.Key().Name
	s.mu.Lock()
	s.write("%s %s", step.Action, name)
	s.running++
	s.most = max(s.most, s.running)
	s.mu.Unlock()
	if s.before != nil {
		s.before(name, ctx)
	}
	err := sleep(ctx, s.takes)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	if refusals := s.refuse[name]; err == nil && len(refusals) > 0 {
		s.refuse[name] = refusals[1:]
		return refusals[0]
	}
	s.done[name] = time.Now()
	return err
}

func (s *script) Settled(_ context.Context, step plan.Step) (bool, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := step.Key().Name
	if err := s.blind[name]; err != nil {
		return false, "", err
	}
	return time.Since(s.done[name]) >= s.settles[name], "2 tasks are still stopping", nil
}

func (s *script) Started(key resource.Key) (cloud.Watch, bool) {
	watch, ok := s.starts[key.Name]
	return watch, ok
}

func (s *script) Observe(_ context.Context, watch cloud.Watch) (rollout.Observation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write("look at %s", watch.Workload)
	if err := s.blind[watch.Workload]; err != nil {
		return rollout.Observation{}, err
	}
	looks := s.looks[watch.Workload]
	n := min(s.looked[watch.Workload], len(looks)-1)
	s.looked[watch.Workload]++
	o := looks[n]
	o.Time = time.Now()
	return o, nil
}

func (s *script) calls() string { return strings.Join(s.log, "\n") }

// serve makes the service of a workload start a rollout with these looks.
func (s *script) serve(workload string, looks ...rollout.Observation) {
	watch := cloud.Watch{Workload: workload, Service: "orders_" + workload, Deployment: "arn:" + workload, Since: time.Now()}
	s.starts[watch.Service] = watch
	for _, o := range looks {
		o.Workload, o.Service, o.Deployment.ARN = workload, watch.Service, watch.Deployment
		s.looks[workload] = append(s.looks[workload], o)
	}
}

func status(status string) rollout.Observation {
	return rollout.Observation{Deployment: rollout.Deployment{Status: status}}
}

func crashing(o rollout.Observation) rollout.Observation {
	code := 3
	o.Failures = []rollout.Failure{{Count: 1, StopCode: "EssentialContainerExited", Reason: "Essential container in task exited",
		Container: "web", ExitCode: &code, Task: "0af3", Log: []string{"panic: no database"}}}
	return o
}

func step(stage plan.Stage, action plan.Action, kind resource.Kind, name string, after ...int) plan.Step {
	return plan.Step{Stage: stage, Action: action, Want: resource.Resource{Key: resource.Key{Kind: kind, Name: name}}, After: after}
}

func planOf(steps ...plan.Step) *plan.Plan { return &plan.Plan{Owner: "orders/beta", Steps: steps} }

// small is a plan with one step in each stage.
func small() *plan.Plan {
	return planOf(
		step(plan.Prepare, plan.Create, resource.KindTaskDefinition, "beta_orders_web"),
		step(plan.Shift, plan.Update, resource.KindService, "orders_web", 0),
		step(plan.Clean, plan.Delete, resource.KindTargetGroup, "orders-old"),
	)
}

func refusal(name, message string) *cloud.StepError {
	return &cloud.StepError{Step: resource.Key{Kind: resource.KindSecurityGroup, Name: name}, Code: "DependencyViolation", Message: message, Temporary: true}
}

// record keeps events as lines.
type record struct {
	began time.Time
	lines []string
	inUse bool
}

func (r *record) tell(e Event) {
	if r.inUse {
		panic("Tell is called twice at once")
	}
	r.inUse = true
	time.Sleep(time.Microsecond) // gives another call the chance to come in between
	r.inUse = false
	if line := lineOf(e); line != "" {
		r.lines = append(r.lines, fmt.Sprintf("%v %s", time.Since(r.began).Truncate(time.Millisecond), line))
	}
}

func lineOf(e Event) string {
	switch e := e.(type) {
	case StepRetried:
		return fmt.Sprintf("%s again in %v: %s", e.Step.Key(), e.In, e.Why)
	case StepWaits:
		return fmt.Sprintf("%s waits: %s", e.Step.Key(), e.For)
	case StepFailed:
		return fmt.Sprintf("%s failed: %v", e.Step.Key(), e.Err)
	case Troubled:
		return fmt.Sprintf("%s is in trouble: %s", e.Workload, e.Explanation.Reason)
	case Noted:
		return fmt.Sprintf("%s: %s", e.Workload, e.Text)
	case Finished:
		return fmt.Sprintf("%s %s", e.Workload.Name, e.Workload.Verdict)
	}
	return ""
}

func compare(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, want)
	}
}

func verdicts(o Outcome) string {
	found := map[string]rollout.Verdict{}
	for _, w := range o.Workloads {
		found[w.Name] = w.Verdict
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(found)) {
		lines = append(lines, fmt.Sprintf("%s %s", name, found[name]))
	}
	return string(o.End) + ": " + strings.Join(lines, ", ")
}

var errBroken = errors.New("connection refused")
