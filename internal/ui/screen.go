package ui

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"photon/internal/deploy"
	"photon/internal/plan"
	"photon/internal/rollout"
)

// Screen shows what is not an event to a person: data such as addresses goes
// to Data (stdout), talk to Talk (stderr).
type Screen struct {
	Data, Talk io.Writer
	Paint      Paint
	// Arguments name the deployment on the command line, for hints that can
	// be pasted: "--file", "deployment.json", "--env", "beta".
	Arguments []string
}

// Plan shows what is going to change, coloured by sign.
func (s Screen) Plan(p *plan.Plan) {
	var painted strings.Builder
	for line := range strings.Lines(p.String()) {
		text := strings.TrimSuffix(line, "\n")
		if sign, _, found := strings.Cut(strings.TrimSpace(text), " "); found {
			text = s.Paint.sign(sign, text)
		}
		painted.WriteString(text + "\n")
	}
	fmt.Fprint(s.Talk, painted.String()) // at once: others may share the screen
}

// Outcome shows how a run ended. Addresses are data, everything else is talk.
func (s Screen) Outcome(o deploy.Outcome) {
	for _, w := range o.Workloads {
		s.workload(w)
	}
	switch o.End {
	case deploy.Done:
		fmt.Fprintln(s.Talk, s.Paint.good("done in "+took(o.Took)))
	case deploy.Detached:
		fmt.Fprintln(s.Talk, "handed over in "+took(o.Took)+": the deployment goes on")
		s.hint(s.command("wait"))
	case deploy.Interrupted:
		s.early("interrupted after "+took(o.Took), o)
	case deploy.TimedOut:
		s.early("timed out after "+took(o.Took), o)
	}
	s.addresses(o.Addresses)
}

// early shows the end of a run before the end of its rollouts.
func (s Screen) early(what string, o deploy.Outcome) {
	goesOn := slices.ContainsFunc(o.Workloads, func(w deploy.Workload) bool { return !w.Ended() })
	if !goesOn {
		s.wrong(what)
		s.hint("run the same command again: it goes on where this one ended")
		return
	}
	s.wrong(what + ": the deployment goes on")
	s.hint(s.command("wait"))
}

// workload explains a rollout that did not succeed.
func (s Screen) workload(w deploy.Workload) {
	e := w.Explanation
	if w.Verdict == rollout.Succeeded || !w.Ended() && e.Empty() {
		return
	}
	reason := e.Reason
	if reason == "" {
		reason = w.Reason
	}
	s.wrong(colon(w.Name+" "+verdict(w.Verdict), legible(reason)))
	for _, line := range e.Evidence {
		if line != reason {
			fmt.Fprintln(s.Talk, "  "+legible(line))
		}
	}
	if len(e.Log) > 0 {
		fmt.Fprintln(s.Talk, "  last lines of "+e.Source+":")
	}
	for _, line := range e.Log {
		fmt.Fprintln(s.Talk, "    "+legible(line))
	}
	for _, hint := range e.Hints {
		s.hint(hint)
	}
	if e.Look != "" {
		s.hint(s.command(e.Look))
	}
}

func (s Screen) addresses(addresses []deploy.Address) {
	if len(addresses) == 1 {
		fmt.Fprintln(s.Data, addresses[0].URL())
		return
	}
	for _, address := range addresses {
		fmt.Fprintf(s.Data, "%-12s %s\n", address.Workload, address.URL())
	}
}

func (s Screen) wrong(text string) { fmt.Fprintln(s.Talk, s.Paint.bad("error:")+" "+text) }
func (s Screen) hint(text string)  { fmt.Fprintln(s.Talk, s.Paint.hint("hint:")+" "+text) }

// command writes a command line of Photon that can be pasted.
func (s Screen) command(verb string) string {
	words := []string{"photon", verb}
	for _, argument := range s.Arguments {
		words = append(words, quote(argument))
	}
	return strings.Join(words, " ")
}

// quote makes one word for a POSIX shell of an argument.
func quote(argument string) string {
	const safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./=:,@+"
	if argument != "" && strings.Trim(argument, safe) == "" {
		return argument
	}
	return "'" + strings.ReplaceAll(argument, "'", `'\''`) + "'"
}
