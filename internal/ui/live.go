package ui

import (
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"photon/internal/deploy"
)

// Live draws a small picture of a run on a terminal, and draws it again as
// events come. It reads no keys: Ctrl-C stays an interrupt of the process.
type Live struct {
	paint   Paint
	options []tea.ProgramOption
	program *tea.Program // nil until the first event
	ended   chan struct{}
	err     error
}

// NewLive makes a picture that begins with the first event. The caller makes
// sure that to is a terminal, and calls Close at the end.
func NewLive(to io.Writer, paint Paint) *Live {
	return newLive(to, paint)
}

func newLive(to io.Writer, paint Paint, more ...tea.ProgramOption) *Live {
	options := []tea.ProgramOption{tea.WithOutput(to), tea.WithInput(nil), tea.WithoutSignalHandler()}
	return &Live{paint: paint, options: append(options, more...), ended: make(chan struct{})}
}

// Tell draws one event. It takes one at a time, and none after Close.
func (l *Live) Tell(e deploy.Event) {
	if l.program == nil {
		l.begin()
	}
	l.program.Send(e)
}

func (l *Live) begin() {
	now := time.Now()
	l.program = tea.NewProgram(drawing{picture{paint: l.paint, began: now, now: now}}, l.options...)
	go func() {
		defer close(l.ended)
		_, l.err = l.program.Run()
	}()
}

// Close leaves the last picture on the terminal and returns when the terminal
// is as it was. The error is the terminal's.
func (l *Live) Close() error {
	if l.program == nil {
		return nil
	}
	l.program.Send(closing{})
	<-l.ended
	return l.err
}

type (
	closing struct{}
	tick    time.Time
)

// drawing makes a picture into what bubbletea runs.
type drawing struct{ picture }

// Init starts the clock.
func (d drawing) Init() tea.Cmd { return nextTick() }

func nextTick() tea.Cmd {
	const frame = 100 * time.Millisecond
	return tea.Tick(frame, func(now time.Time) tea.Msg { return tick(now) })
}

// Update changes the picture.
func (d drawing) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	switch message := message.(type) {
	case tick:
		d.now = time.Time(message)
		d.frame++
		return d, nextTick()
	case tea.WindowSizeMsg:
		d.width = message.Width
	case closing:
		d.over = true
		return d, tea.Quit
	case deploy.Event:
		d.picture = d.with(message)
	}
	return d, nil
}

// View draws the picture.
func (d drawing) View() tea.View { return tea.NewView(d.String()) }
