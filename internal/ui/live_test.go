package ui

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"photon/internal/deploy"
	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/rollout"
)

// after is the picture at a time of the update.
func after(at time.Duration, width int) picture {
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := picture{began: began, now: began, width: width}
	for _, s := range update() {
		if s.at > at {
			break
		}
		p.now = began.Add(s.at)
		p = p.with(s.event)
	}
	p.now = began.Add(at)
	return p
}

func TestPictureFollowsARun(t *testing.T) {
	tests := []struct {
		at   time.Duration
		want string
	}{
		{2 * time.Second, `orders/beta  0 of 3 steps  2s
  ⠋ + target group orders-web-a1  2s  target group orders-web-a1: slow down
`},
		{6 * time.Second, `orders/beta  2 of 3 steps  6s
  ⠋ web  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒  0 of 2 new tasks running, 2 old
`},
		{12 * time.Second, `orders/beta  2 of 3 steps  12s
  ⠋ web  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒  0 of 2 new tasks running, 2 old, 1 failed (3 are too many)
      ! container web crashed (exit code 3)
        starting
        panic: no database
`},
		{14 * time.Second, `orders/beta  2 of 3 steps  14s
  ⠋ web  ██████████▒▒▒▒▒▒▒▒▒▒  1 of 2 new tasks running, 2 old
      ! container web crashed (exit code 3)
        starting
        panic: no database
  web: something to know
`},
		{72 * time.Second, `orders/beta  2 of 3 steps  1m12s
  ⠋ - security group orders-old  2s  2 tasks are still stopping
  ✓ web  2 of 2 tasks running
  web: something to know
`},
		{80 * time.Second, `orders/beta  2 of 3 steps  1m20s
  ✓ web  2 of 2 tasks running
  web: something to know
  ✗ security group orders-old: still used
`},
	}
	for _, test := range tests {
		t.Run(test.at.String(), func(t *testing.T) { compare(t, after(test.at, 100).String(), test.want) })
	}
}

func TestPictureFitsTheTerminal(t *testing.T) {
	compare(t, after(12*time.Second, 30).String(), `orders/beta  2 of 3 steps  12s
  ⠋ web  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒ 
      ! container web crashed 
        starting
        panic: no database
`)
}

func TestPictureEndsWithoutASpinner(t *testing.T) {
	p := after(14*time.Second, 100)
	p = p.with(deploy.Finished{Workload: deploy.Workload{Name: "web", Verdict: rollout.RolledBack}})
	p = p.with(deploy.StepBegan{Step: old})
	p = p.with(deploy.Looked{Observation: rollout.Observation{Workload: "admin"}})
	p.notes, p.over = nil, true
	compare(t, p.String(), `orders/beta  2 of 3 steps  14s
  · - security group orders-old  0s
  · admin  waiting for ECS
  ✗ web  was rolled back
      ! container web crashed (exit code 3)
        starting
        panic: no database
`)
}

func TestPictureShowsAFewStepsOfMany(t *testing.T) {
	p := picture{}
	for i := range 9 {
		p = p.with(deploy.StepBegan{Step: step(plan.Create, resource.KindRole, fmt.Sprint("r", i))})
	}
	if text := p.String(); !strings.HasSuffix(text, "+ role r5  0s\n    and 3 more\n") {
		t.Errorf("got:\n%s", text)
	}
}

func TestPictureIsColouredOnRequest(t *testing.T) {
	p := picture{paint: true, owner: "orders/beta", over: true}.with(deploy.StepBegan{Step: group})
	compare(t, p.String(), "\x1b[1morders/beta\x1b[m  \x1b[90m0s\x1b[m\n  · \x1b[32m+ target group orders-web-a1\x1b[m  \x1b[90m0s\x1b[m\n")
}

func TestLiveLeavesItsLastPicture(t *testing.T) {
	var out bytes.Buffer
	live := newLive(&out, false, tea.WithWindowSize(80, 24), tea.WithEnvironment([]string{"TERM=xterm"}))
	live.Tell(deploy.Began{Plan: &plan.Plan{Owner: "orders/beta", Steps: []plan.Step{group}}})
	live.Tell(deploy.StepBegan{Step: group})
	live.Tell(deploy.StepEnded{Step: group})
	if err := live.Close(); err != nil {
		t.Fatal(err)
	}
	live.Tell(deploy.Noted{Text: "after the end"})
	if text := out.String(); !strings.Contains(text, "orders/beta  1 of 1 steps") || strings.Contains(text, "after the end") {
		t.Errorf("got %q", text)
	}
}

func TestLiveDrawsNothingBeforeTheFirstEvent(t *testing.T) {
	var out bytes.Buffer
	if err := newLive(&out, false).Close(); err != nil || out.Len() > 0 {
		t.Errorf("got %q, %v", out.String(), err)
	}
}
