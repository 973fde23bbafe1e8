// Package cli is the command line: a file per verb, each the flow of that verb
// read from top to bottom. It is the only place where an error becomes a text
// and an exit code; what it composes is decided and done elsewhere.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"photon/internal/cloud"
	"photon/internal/spec"
	"photon/internal/ui"
)

// version is set by the build.
var version = "unknown"

// Streams are what a run reads and writes: data on Out, talk on Err.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Terminal bool // a person watches Err and can answer on In
	Piped    bool // Out goes to a program or a file, which wants no colours
}

// How much garbage may gather, in percent of what lives: a run of photon is
// over before collecting pays, the engine is not.
const (
	shortRun = 400
	longRun  = 100
)

// Run runs photon with the process's arguments and streams and returns the
// exit code. An interrupt ends the run in an orderly way; a second one kills.
func Run() int {
	debug.SetGCPercent(shortRun)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	terminal := term.IsTerminal(int(os.Stderr.Fd())) && term.IsTerminal(int(os.Stdin.Fd()))
	return Main(ctx, os.Args[1:], Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Terminal: terminal, Piped: !term.IsTerminal(int(os.Stdout.Fd())),
	})
}

// Main runs photon with the given arguments and returns the exit code.
func Main(ctx context.Context, args []string, std Streams) int {
	a := &app{std: std, checkout: sync.OnceValue(readCheckout)}
	a.open = (&accounts{flags: &a.flags}).of
	return a.run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(a.std.In)
	root.SetOut(a.std.Out)
	root.SetErr(a.std.Err)
	return a.report(cutShort(ctx, root.ExecuteContext(ctx)))
}

// app is one run of photon.
type app struct {
	std   Streams
	flags flags
	// open connects to the account in which a file is deployed.
	open func(context.Context, *spec.Spec) (*cloud.Account, error)
	// checkout tells about the code that is deployed; asking takes a while.
	checkout func() checkout
}

func (a *app) rootCommand() *cobra.Command {
	var c changing
	root := &cobra.Command{
		Use:               "photon --file deployment.json",
		Version:           version,
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              noVerb,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(a.flags.files) == 0 && cmd.Flags().NFlag() == 0 {
				return cmd.Help()
			}
			return a.change(cmd.Context(), c)
		},
	}
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { fmt.Fprint(a.std.Out, cmd.Long) })
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(&cobra.Command{Use: "help", Long: helpHelp, RunE: func(_ *cobra.Command, words []string) error {
		return helpAbout(root, words)
	}})
	root.Long = helpRoot
	a.flags.add(root.Flags())
	c.add(root.Flags())
	root.AddCommand(
		a.planCommand(), a.statusCommand(), a.waitCommand(), a.logsCommand(), a.explainCommand(),
		a.schemaCommand(), a.doctorCommand(), a.engineCommand(),
	)
	return root
}

// helpAbout shows the help of a verb, or of photon itself.
func helpAbout(root *cobra.Command, words []string) error {
	verb, rest, err := root.Find(words)
	if err == nil {
		err = noVerb(verb, rest)
	}
	if err != nil {
		return err
	}
	return verb.Help()
}

// noVerb refuses words that are no verb of photon.
func noVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	const letters = 2 // that may be wrong
	cmd.SuggestionsMinimumDistance = letters
	hint := cmd.CommandPath() + " --help"
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		hint = "did you mean " + cmd.CommandPath() + " " + similar[0] + "?"
	}
	if _, err := os.Stat(args[0]); err == nil {
		hint = "photon --file " + args[0]
	}
	return usage(fmt.Errorf("%s: is not a verb of %s", args[0], cmd.CommandPath()), hint)
}

// noArguments is for verbs that take flags alone.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Errorf("%s: takes no argument %q", cmd.CommandPath(), args[0]), cmd.CommandPath()+" --help")
	}
	return nil
}

// report shows an error and returns its exit code.
func (a *app) report(err error) int {
	if err == nil {
		return exitDone
	}
	if a.flags.output == outputJSON {
		ui.NewJSON(a.std.Out, "").Error(err)
	} else {
		a.person().Error(err)
	}
	if errors.As(err, new(spec.Problems)) {
		return exitUsage
	}
	return codeOf(err)
}
