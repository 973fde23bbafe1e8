package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"photon/internal/deploy"
	"photon/internal/plan"
	"photon/internal/ui"
)

// screen shows the run of one service in the form that was asked for: lines, a
// live picture, or JSON.
type screen struct {
	person ui.Screen
	data   ui.Screen // on which a plan is data
	json   *ui.JSON  // nil unless --output json
	live   bool
	talk   io.Writer // as it is: events bring the name themselves
	name   string    // before each line, where several services share the screen
}

// screen makes the screen for one of several services, or for the only one.
func (a *app) screen(t target, only bool) screen {
	s := screen{person: a.person(), data: a.data(), talk: a.std.Err, live: a.std.Terminal && only}
	s.person.Arguments = a.arguments(t)
	if !only {
		s.name = t.spec.Owner()
		s.person.Data, s.person.Talk = ui.Named(a.std.Out, s.name), ui.Named(a.std.Err, s.name)
		s.data.Talk = s.person.Data
	}
	if a.flags.output == outputJSON {
		s.json = ui.NewJSON(a.std.Out, t.spec.Owner())
	}
	return s
}

// begin starts to show events; what it returns takes them and, in the end,
// puts a live picture to rest.
func (s screen) begin() (tell func(deploy.Event), end func() error) {
	switch {
	case s.json != nil:
		return s.json.Tell, func() error { return nil }
	case s.live:
		live := ui.NewLive(s.person.Talk, s.person.Paint)
		return live.Tell, live.Close
	}
	return ui.NewText(s.talk, s.person.Paint, s.name).Tell, func() error { return nil }
}

// person is a screen without a service.
func (a *app) person() ui.Screen {
	return ui.Screen{Data: a.std.Out, Talk: a.std.Err, Paint: a.paint()}
}

// data is a screen on which everything is data.
func (a *app) data() ui.Screen {
	return ui.Screen{Data: a.std.Out, Talk: a.std.Out, Paint: a.paint() && !ui.Paint(a.std.Piped)}
}

func (a *app) paint() ui.Paint {
	return ui.Paint(a.std.Terminal && !a.flags.noColor && os.Getenv("NO_COLOR") == "")
}

// arguments name the deployment on the command line, for hints.
func (a *app) arguments(t target) []string {
	arguments := []string{"--file", t.path}
	if a.flags.environment != "" {
		arguments = append(arguments, "--env", a.flags.environment)
	}
	if a.flags.instance != "" {
		arguments = append(arguments, "--instance", a.flags.instance)
	}
	if a.flags.local {
		arguments = append(arguments, "--local")
	}
	return arguments
}

// plan shows what is about to be done; an event will tell the readers of JSON.
func (s screen) plan(p *plan.Plan) {
	if s.json == nil {
		s.person.Plan(p)
	}
}

// planOnly shows a plan that is all that was asked for: it is data.
func (s screen) planOnly(p *plan.Plan) {
	if s.json != nil {
		s.json.Plan(p)
		return
	}
	s.data.Plan(p)
}

func (s screen) outcome(o deploy.Outcome) {
	if s.json != nil {
		s.json.Outcome(o)
		return
	}
	s.person.Outcome(o)
}

// error shows an error and leaves its exit code; nil stays nil.
func (s screen) error(err error) error {
	if err == nil {
		return nil
	}
	if s.json != nil {
		s.json.Error(err)
	} else {
		s.person.Error(err)
	}
	return said(codeOf(err))
}

// remains shows, after a termination, that nothing does.
func (s screen) remains(owner string, kept []string) {
	if s.json != nil {
		s.json.Remains(kept)
		return
	}
	if len(kept) == 0 {
		fmt.Fprintf(s.person.Talk, "Nothing remains of %s.\n", owner)
		return
	}
	fmt.Fprintf(s.person.Talk, "Nothing remains of %s but what the file keeps: %s.\n", owner, strings.Join(kept, ", "))
}
