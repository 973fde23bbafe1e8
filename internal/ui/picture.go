package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"photon/internal/deploy"
	"photon/internal/plan"
	"photon/internal/resource"
	"photon/internal/rollout"
)

// picture is what the live picture shows: a value that events change.
type picture struct {
	paint     Paint
	began     time.Time
	now       time.Time
	width     int // of the terminal; 0 is unknown
	owner     string
	total     int
	done      int
	steps     []active
	workloads []track
	notes     []string
	frame     int
	over      bool // no more events will come
}

// active is a step that is under way.
type active struct {
	step  plan.Step
	began time.Time
	note  string
}

// track is a rollout that is watched.
type track struct {
	name    string
	look    rollout.Observation
	trouble rollout.Explanation
	verdict rollout.Verdict
}

// The most that is shown, so that the picture fits small terminals.
const (
	maxSteps = 6
	maxNotes = 4
	maxLog   = 5
	barWidth = 20
)

var spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

// with returns the picture after an event.
func (p picture) with(e deploy.Event) picture {
	p.steps, p.workloads, p.notes = slices.Clone(p.steps), slices.Clone(p.workloads), slices.Clone(p.notes)
	switch e := e.(type) {
	case deploy.Began:
		p.owner, p.total = e.Plan.Owner, len(e.Plan.Steps)
	case deploy.StepBegan:
		p.steps = append(p.steps, active{step: e.Step, began: p.now})
	case deploy.StepRetried:
		p.annotate(e.Step.Key(), e.Why)
	case deploy.StepWaits:
		p.annotate(e.Step.Key(), e.For)
	case deploy.StepEnded:
		p.done++
		p.remove(e.Step.Key())
	case deploy.StepFailed:
		p.remove(e.Step.Key())
		p.note(p.paint.bad("✗ " + legible(e.Err.Error())))
	case deploy.Looked:
		p.track(e.Observation.Workload).look = e.Observation
	case deploy.Troubled:
		p.track(e.Workload).trouble = e.Explanation
	case deploy.Noted:
		p.note(legible(colonBefore(e.Workload, e.Text)))
	case deploy.Finished:
		p.track(e.Workload.Name).verdict = e.Workload.Verdict
	}
	return p
}

func (p *picture) annotate(key resource.Key, note string) {
	for i := range p.steps {
		if p.steps[i].step.Key() == key {
			p.steps[i].note = note
		}
	}
}

func (p *picture) remove(key resource.Key) {
	p.steps = slices.DeleteFunc(p.steps, func(a active) bool { return a.step.Key() == key })
}

func (p *picture) note(text string) {
	p.notes = append(p.notes, text)
	p.notes = p.notes[max(0, len(p.notes)-maxNotes):]
}

// track finds or adds a workload; they are in the order of their names.
func (p *picture) track(name string) *track {
	at, found := slices.BinarySearchFunc(p.workloads, name, func(t track, name string) int { return cmp.Compare(t.name, name) })
	if !found {
		p.workloads = slices.Insert(p.workloads, at, track{name: name})
	}
	return &p.workloads[at]
}

// String draws the picture, no line wider than the terminal.
func (p picture) String() string {
	lines := []string{p.heading()}
	lines = append(lines, p.stepLines()...)
	for _, t := range p.workloads {
		lines = append(lines, p.workloadLines(t)...)
	}
	for _, note := range p.notes {
		lines = append(lines, "  "+note)
	}
	if p.width > 0 {
		for i, line := range lines {
			lines[i] = lipgloss.NewStyle().Inline(true).MaxWidth(p.width).Render(line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func (p picture) heading() string {
	text := p.paint.bold(p.owner)
	if p.total > 0 {
		text += fmt.Sprintf("  %d of %d steps", p.done, p.total)
	}
	return strings.TrimLeft(text+"  "+p.paint.dim(elapsed(p.now.Sub(p.began))), " ")
}

func (p picture) stepLines() []string {
	var lines []string
	for _, a := range p.steps[:min(maxSteps, len(p.steps))] {
		line := "  " + p.mark() + " " + p.paint.sign(string(a.step.Action), title(a.step))
		line += "  " + p.paint.dim(elapsed(p.now.Sub(a.began)))
		if a.note != "" {
			line += "  " + p.paint.warn(legible(a.note))
		}
		lines = append(lines, line)
	}
	if more := len(p.steps) - maxSteps; more > 0 {
		lines = append(lines, fmt.Sprintf("    and %d more", more))
	}
	return lines
}

// mark is the spinner, or what stands in its place when the run is over.
func (p picture) mark() string {
	if p.over {
		return "·"
	}
	return p.paint.hint(spinner[p.frame%len(spinner)])
}

func (p picture) workloadLines(t track) []string {
	lines := []string{"  " + p.verdictMark(t.verdict) + " " + p.paint.bold(t.name) + "  " + p.state(t)}
	if t.verdict == rollout.Succeeded || t.trouble.Empty() {
		return lines
	}
	lines = append(lines, "      "+p.paint.bad("! "+legible(t.trouble.Reason)))
	for _, line := range t.trouble.Log[max(0, len(t.trouble.Log)-maxLog):] {
		lines = append(lines, "        "+p.paint.dim(legible(line)))
	}
	return lines
}

func (p picture) verdictMark(v rollout.Verdict) string {
	switch v {
	case "":
		return p.mark()
	case rollout.Succeeded:
		return p.paint.good("✓")
	}
	return p.paint.bad("✗")
}

func (p picture) state(t track) string {
	switch {
	case t.verdict == rollout.Succeeded:
		return p.paint.good(fmt.Sprintf("%d of %d tasks running", t.look.Deployment.New.Running, t.look.Deployment.New.Requested))
	case t.verdict != "":
		return p.paint.bad(verdict(t.verdict))
	case t.look.Deployment.ARN == "":
		return p.paint.dim("waiting for ECS")
	}
	return p.bar(t.look.Deployment) + "  " + progress(t.look)
}

// bar shows the running tasks of the new version against those of the old.
func (p picture) bar(d rollout.Deployment) string {
	whole := max(d.New.Requested, d.New.Running, 1)
	now := barWidth * d.New.Running / whole
	old := min(barWidth-now, barWidth*d.Old.Running/max(whole, d.Old.Running))
	return p.paint.good(strings.Repeat("█", now)) + p.paint.warn(strings.Repeat("▒", old)) +
		p.paint.dim(strings.Repeat("░", barWidth-now-old))
}
