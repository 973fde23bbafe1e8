package ui

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"photon/internal/deploy"
	"photon/internal/rollout"
)

// play tells each event at its time.
func play(scenes []scene, tell func(deploy.Event)) {
	began := time.Now()
	for _, s := range scenes {
		time.Sleep(s.at - time.Since(began))
		tell(s.event)
	}
}

func TestTextShowsALineForEachChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		play(update(), NewText(&out, false, "").Tell)
		compare(t, out.String(), `    0s  ! target group orders-web-a1: slow down (trying again)
    4s  + target group orders-web-a1
    5s  ~ service orders_web
    6s    web: 0 of 2 new tasks running, 2 old
   11s    web: 0 of 2 new tasks running, 2 old, 1 failed (3 are too many)
   11s  ! web: container web crashed (exit code 3)
   11s    | starting
   11s    | panic: no database
   14s    web: 1 of 2 new tasks running, 2 old
   14s    web: something to know
 1m10s    web: 2 of 2 new tasks running
 1m10s    web succeeded
 1m11s    security group orders-old: 2 tasks are still stopping
 1m15s  x security group orders-old: still used
`)
	})
}

func TestTextShowsHowARolloutFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		text := NewText(&out, false, "")
		text.Tell(deploy.Looked{Observation: look("ROLLBACK_IN_PROGRESS", 0, 2, 2)})
		text.Tell(deploy.Looked{Observation: rollout.Observation{Workload: "jobs"}})
		text.Tell(deploy.Noted{Text: "about everything"})
		for _, w := range []deploy.Workload{
			{Name: "admin", Verdict: rollout.Failed, Reason: "no capacity"},
			{Name: "jobs", Verdict: rollout.Superseded, Reason: "a newer deployment was started"},
			{Name: "mail", Verdict: rollout.Stopped},
			{Name: "web", Verdict: rollout.RolledBack, Reason: "circuit breaker"},
		} {
			text.Tell(deploy.Finished{Workload: w})
		}
		compare(t, out.String(), `    0s    web: rolling back: 0 of 2 new tasks running, 2 old
    0s    about everything
    0s  x admin failed: no capacity
    0s  x jobs was superseded: a newer deployment was started
    0s  x mail was stopped
    0s  x web was rolled back: circuit breaker
`)
	})
}

func TestTextIsColouredAndNamedOnRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		NewText(&out, true, "orders/beta").Tell(deploy.StepEnded{Step: group})
		compare(t, out.String(), "    0s  orders/beta  \x1b[32m+ target group orders-web-a1\x1b[m\n")
	})
}

func TestElapsedHasTwoUnitsAtMost(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0s": 900 * time.Millisecond, "59s": 59 * time.Second, "1m00s": time.Minute, "2m05s": 125 * time.Second,
		"1h02m": 62 * time.Minute, "47h59m": 48*time.Hour - time.Second, "3d": 80 * time.Hour,
	} {
		if got := elapsed(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}

func TestLegibleLeavesNothingThatPaintsOverTheScreen(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                           "plain",
		"\x1b[31;1mred\x1b[0m text":       "red text",
		"a\tb\r\n":                        "a b",
		"\x1b]0;title\a\x1bcgone\x1b[2Jx": "0;title gonex",
		"grün ✓":                          "grün ✓",
		"\x1b[":                           "",
	} {
		if got := legible(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
