package ecs

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// viewOf makes a view of tasks in short: "new old!" is one running and healthy
// task of the goal and one unhealthy task of an older revision. After the
// revision: nothing healthy, "?" waiting, "!" unhealthy, "~" unhealthy after it
// was healthy, "." pending, "/" leaving, "x" gone, "#" healthy and protected.
func viewOf(desired, minimum, maximum int, tasks string) view {
	v := view{now: time.Unix(1000, 0), desired: desired, minimum: minimum, maximum: maximum, goal: "new", steady: true}
	for i, name := range strings.Fields(tasks) {
		revision := strings.TrimRight(name, "?!~./x#")
		t := taskView{id: fmt.Sprint(i), revision: revision, phase: running, health: healthy, reason: "sick", created: time.Unix(int64(i), 0)}
		switch strings.TrimPrefix(name, revision) {
		case "?":
			t.health = waiting
		case "!":
			t.health = unhealthy
		case "~":
			t.health, t.proven = unhealthy, true
		case ".":
			t.phase, t.health = pending, waiting
		case "/":
			t.phase = leaving
		case "x":
			t.phase = gone
		case "#":
			t.protected = true
		}
		v.tasks = append(v.tasks, t)
	}
	return v
}

// deploying is a view with a rolling deployment under way.
func deploying(v view, edit func(*deploymentView)) view {
	v.deployment = &deploymentView{strategy: types.DeploymentStrategyRolling, status: types.ServiceDeploymentStatusInProgress}
	if edit != nil {
		edit(v.deployment)
	}
	return v
}

// text is moves as one line.
func movesText(moves []move) string {
	var lines []string
	for _, m := range moves {
		line := string(m.do)
		if m.do == start {
			line += fmt.Sprintf(" %d %s", m.count, m.revision)
		}
		if m.do == rollBack {
			line += " to " + m.revision
		}
		if len(m.tasks) > 0 {
			line += " " + strings.Join(m.tasks, ",")
		}
		if m.failed {
			line += " (" + m.reason + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "; ")
}

func TestRollingMoves(t *testing.T) {
	for name, c := range map[string]struct {
		view view
		want string
	}{
		"first tasks":                          {viewOf(2, 2, 4, ""), "start 2 new"},
		"as many as there is room for":         {viewOf(4, 4, 6, "old old old old"), "start 2 new"},
		"waits for the new":                    {viewOf(2, 2, 4, "old old new. new?"), ""},
		"one healthy lets one go":              {viewOf(2, 2, 4, "old old new new?"), "stop 0"},
		"all healthy let all go":               {viewOf(2, 2, 4, "old old new new"), "stop 0,1"},
		"waits for the drain":                  {viewOf(2, 2, 4, "old/ oldx new new"), ""},
		"done when the old are gone":           {viewOf(2, 2, 4, "oldx oldx new new"), "complete"},
		"no room makes room":                   {viewOf(2, 1, 2, "old old"), "stop 0"},
		"room that was made is used":           {viewOf(2, 1, 2, "old/ old"), "start 1 new"},
		"one task without headroom":            {viewOf(1, 0, 1, "old"), "stop 0"},
		"old that never ran go at once":        {viewOf(2, 2, 4, "old. old new."), "start 1 new; stop 0"},
		"old without a verdict stay":           {viewOf(2, 2, 4, "old? old? new? new."), ""},
		"they go when the new are healthy":     {viewOf(2, 2, 4, "old? old? new new"), "stop 0,1"},
		"they go first":                        {viewOf(2, 2, 4, "old old? new new?"), "stop 1"},
		"they make room":                       {viewOf(2, 2, 4, "old old mid? mid?"), "stop 2,3"},
		"sick old go at once":                  {viewOf(2, 2, 4, "old! old new new."), "stop 0"},
		"a new one that is sick failed":        {viewOf(2, 2, 4, "old old new! new"), "stop 2 (sick); stop 0"},
		"protected old stay":                   {viewOf(2, 2, 4, "old# old# new new"), ""},
		"scaled to none while deploying":       {viewOf(0, 0, 0, "old new"), "stop 1"},
		"nothing desired is done":              {viewOf(0, 0, 0, ""), "complete"},
		"scaled in while deploying":            {viewOf(1, 1, 2, "new new? old"), "stop 1"},
		"a minimum of half keeps what it need": {viewOf(4, 2, 4, "old old old old"), "stop 0,1"},
	} {
		if got := movesText(next(deploying(c.view, nil))); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestMovesOfAServiceAtRest(t *testing.T) {
	late := viewOf(2, 2, 4, "new")
	late.startAfter = late.now.Add(time.Second)
	stalled := viewOf(2, 2, 4, "old new?")
	stalled.stalled = true
	fresh := viewOf(2, 2, 4, "new new")
	fresh.steady = false
	gone := viewOf(0, 0, 0, "newx new/")
	gone.draining = true
	ended := viewOf(0, 0, 0, "newx")
	ended.draining = true
	alive := viewOf(0, 0, 0, "new. old new/")
	alive.draining = true
	for name, c := range map[string]struct {
		view view
		want string
	}{
		"steady":                              {viewOf(2, 2, 4, "new new"), ""},
		"announces the steady state":          {fresh, "settle"},
		"replaces what has ended":             {viewOf(2, 2, 4, "new"), "start 1 new"},
		"waits after failures":                {late, ""},
		"a stalled rollout starts nothing":    {stalled, ""},
		"scales in the youngest":              {viewOf(1, 1, 2, "new new new"), "stop 2,1"},
		"scales in what is not healthy":       {viewOf(1, 1, 2, "new. new new"), "stop 0,2"},
		"scales in nothing protected":         {viewOf(1, 1, 2, "new new#"), "stop 0"},
		"replaces the sick first":             {viewOf(2, 2, 4, "new~ new"), "start 1 new"},
		"then stops the sick":                 {viewOf(2, 2, 4, "new~ new new"), "stop 0 (sick)"},
		"keeps the sick while none is ready":  {viewOf(2, 2, 4, "new~ new new."), ""},
		"stops the sick when there's no room": {viewOf(2, 1, 2, "new~ new~"), "stop 0 (sick)"},
		"deletion stops all":                  {alive, "stop 0,1"},
		"deletion waits for the drain":        {gone, ""},
		"deletion ends when all are gone":     {ended, "finish"},
	} {
		if got := movesText(next(c.view)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestVerdictsOnADeployment(t *testing.T) {
	tripped := func(d *deploymentView) { d.breaker, d.failures, d.threshold = true, 3, 3 }
	for name, c := range map[string]struct {
		edit func(*deploymentView)
		want string
	}{
		"begins":                       {func(d *deploymentView) { d.status = types.ServiceDeploymentStatusPending }, "begin"},
		"below the threshold":          {func(d *deploymentView) { tripped(d); d.failures = 2 }, "complete"},
		"without a breaker":            {func(d *deploymentView) { tripped(d); d.breaker = false }, "complete"},
		"tripped":                      {tripped, "fail"},
		"tripped and rolls back":       {func(d *deploymentView) { tripped(d); d.rollback, d.candidate = true, "r1" }, "rollBack to r1"},
		"tripped with nowhere to go":   {func(d *deploymentView) { tripped(d); d.rollback = true }, "fail"},
		"tripped, rollback not wanted": {func(d *deploymentView) { tripped(d); d.candidate = "r1" }, "fail"},
		"tripped on the way back": {func(d *deploymentView) {
			tripped(d)
			d.rollback, d.candidate, d.status = true, "r1", types.ServiceDeploymentStatusRollbackInProgress
		}, "fail"},
		"asked to roll back": {func(d *deploymentView) {
			d.candidate, d.status = "r1", types.ServiceDeploymentStatusRollbackRequested
		}, "rollBack to r1"},
		"asked with nowhere to go": {func(d *deploymentView) { d.status = types.ServiceDeploymentStatusRollbackRequested }, "fail"},
	} {
		if got := movesText(next(deploying(viewOf(1, 1, 2, "new"), c.edit))); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestThresholds(t *testing.T) {
	for _, c := range []struct {
		kind          types.ThresholdType
		value         int32
		desired, want int
	}{
		{"", 0, 1, 3}, {"", 0, 7, 4}, {"", 0, 100, 50}, {"", 0, 1000, 200},
		{types.ThresholdTypeCount, 2, 100, 2},
		{types.ThresholdTypeBoundedPercent, 10, 10, 3}, {types.ThresholdTypeBoundedPercent, 100, 10, 10},
		{types.ThresholdTypeUnboundedPercent, 10, 10, 1}, {types.ThresholdTypeUnboundedPercent, 50, 1000, 500},
	} {
		b := &types.DeploymentCircuitBreaker{}
		if c.kind != "" {
			b.ThresholdConfiguration = &types.ThresholdConfiguration{Type: c.kind, Value: c.value}
		}
		if got := threshold(b, c.desired); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

func TestDelaysGrow(t *testing.T) {
	for n, want := range map[int]time.Duration{
		0: 0, 2: 0, 3: 10 * time.Second, 4: 20 * time.Second, 5: 40 * time.Second, 10: 15 * time.Minute, 1000: 15 * time.Minute,
	} {
		if got := delay(n); got != want {
			t.Errorf("after %d failures %s, want %s", n, got, want)
		}
	}
}

func TestFargateSizes(t *testing.T) {
	for _, c := range []struct {
		cpu, memory string
		want        bool
	}{
		{"256", "512", true}, {"256", "2048", true}, {"256", "1536", false}, {".25 vCPU", "1 GB", true}, {"0.5vcpu", "4GB", true},
		{"512", "512", false}, {"1024", "8192", true}, {"1024", "9216", false}, {"8192", "20480", true}, {"8192", "17408", false},
		{"16384", "122880", true}, {"32768", "61440", true}, {"32768", "65536", false}, {"0", "512", false},
	} {
		if _, _, err := checkSize(c.cpu, c.memory); (err == nil) != c.want {
			t.Errorf("%s CPU, %s memory: %v", c.cpu, c.memory, err)
		}
	}
}

func TestCapacityProvidersShareTasks(t *testing.T) {
	spot, onDemand := "FARGATE_SPOT", "FARGATE"
	strategy := []types.CapacityProviderStrategyItem{{CapacityProvider: &onDemand, Base: 1, Weight: 1}, {CapacityProvider: &spot, Weight: 3}}
	var got []string
	for n := range 5 {
		got = append(got, *provider(strategy, n))
	}
	if want := "FARGATE FARGATE FARGATE_SPOT FARGATE_SPOT FARGATE_SPOT"; strings.Join(got, " ") != want {
		t.Errorf("%s, want %s", strings.Join(got, " "), want)
	}
}
