package ui

import (
	"fmt"
	"io"
	"time"

	"photon/internal/deploy"
	"photon/internal/rollout"
)

// Text shows events as lines, for CI and for files: one line an event, no line
// when nothing has changed, in ASCII but for what others said.
type Text struct {
	to    io.Writer
	paint Paint
	name  string // before every line, when several runs share a screen
	began time.Time
	said  map[string]string // the last line about a subject
}

// NewText begins to count the time. Where several runs share a screen, name
// tells their lines apart; otherwise it is empty. Tell takes one event at a
// time.
func NewText(to io.Writer, paint Paint, name string) *Text {
	if name != "" {
		name += "  "
	}
	return &Text{to: to, paint: paint, name: name, began: time.Now(), said: map[string]string{}}
}

// Tell shows one event.
func (t *Text) Tell(e deploy.Event) {
	switch e := e.(type) {
	case deploy.StepRetried:
		t.change(e.Step.Key().String(), t.paint.warn("! "+e.Why+" (trying again)"))
	case deploy.StepWaits:
		t.change(e.Step.Key().String(), "  "+e.Step.Key().Kind.Title()+" "+e.Step.Key().Name+": "+e.For)
	case deploy.StepEnded:
		t.line(t.paint.sign(string(e.Step.Action), title(e.Step)))
	case deploy.StepFailed:
		t.line(t.paint.bad("x " + e.Err.Error()))
	case deploy.Looked:
		if e.Observation.Deployment.ARN != "" {
			t.change(e.Observation.Workload, "  "+e.Observation.Workload+": "+progress(e.Observation))
		}
	case deploy.Troubled:
		t.trouble(e)
	case deploy.Noted:
		t.line("  " + colonBefore(e.Workload, e.Text))
	case deploy.Finished:
		t.finished(e.Workload)
	}
}

func (t *Text) trouble(e deploy.Troubled) {
	t.line(t.paint.bad("! " + e.Workload + ": " + legible(e.Explanation.Reason)))
	for _, line := range e.Explanation.Log {
		t.line(t.paint.dim("  | " + legible(line)))
	}
}

func (t *Text) finished(w deploy.Workload) {
	text := w.Name + " " + verdict(w.Verdict)
	if w.Verdict == rollout.Succeeded {
		t.line(t.paint.good("  " + text))
		return
	}
	t.line(t.paint.bad("x " + colon(text, legible(w.Reason))))
}

// change shows a line unless it is the last one about its subject.
func (t *Text) change(subject, line string) {
	if t.said[subject] == line {
		return
	}
	t.said[subject] = line
	t.line(line)
}

func (t *Text) line(text string) {
	fmt.Fprintf(t.to, "%6s  %s%s\n", elapsed(time.Since(t.began)), t.name, text)
}

func colonBefore(subject, text string) string {
	if subject == "" {
		return text
	}
	return subject + ": " + text
}
