package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flags are the ones that every verb about a file understands.
type flags struct {
	files       []string
	environment string
	instance    string
	set         []string
	local       bool
	region      string
	profile     string
	output      string
	noColor     bool
}

// changing are the flags of what changes something.
type changing struct {
	plan, terminate, yes, detach bool
	changes                      bool // of the verb plan: exit with a code when there are changes
	timeout                      time.Duration
}

const defaultTimeout = 30 * time.Minute

const (
	outputText = "text"
	outputJSON = "json"
)

func (f *flags) add(set *pflag.FlagSet) {
	set.StringArrayVarP(&f.files, "file", "f", nil, "the deployment file; may be given several times, or be a pattern")
	set.StringVarP(&f.environment, "env", "e", "", "the environment, where the file has several")
	set.StringVar(&f.instance, "instance", "", "one more copy of the service, such as a branch's")
	set.StringArrayVar(&f.set, "set", nil, "override one value of the file: path=value")
	set.BoolVar(&f.local, "local", false, "on this machine's engine instead of AWS")
	set.StringVar(&f.region, "region", "", "the AWS region (default: as the AWS SDK finds it)")
	set.StringVar(&f.profile, "profile", "", "the AWS profile (default: as the AWS SDK finds it)")
	f.addOutput(set)
}

func (f *flags) addOutput(set *pflag.FlagSet) {
	set.StringVar(&f.output, "output", outputText, "text or json")
	set.BoolVar(&f.noColor, "no-color", false, "no colours (also: NO_COLOR in the environment)")
}

func (c *changing) add(set *pflag.FlagSet) {
	set.BoolVar(&c.plan, "plan", false, "show what would be done and change nothing")
	set.BoolVar(&c.terminate, "terminate", false, "delete everything that the file's service owns")
	set.BoolVar(&c.yes, "yes", false, "do not ask before changing what is protected")
	set.BoolVar(&c.detach, "detach", false, "do not wait until the new version has taken over")
	set.DurationVar(&c.timeout, "timeout", defaultTimeout, "how long to wait for the new version")
}

func (f *flags) check() error {
	if f.local && f.profile != "" {
		return usage(errors.New("--local and --profile exclude each other: the engine takes any credentials"))
	}
	if f.output != outputText && f.output != outputJSON {
		return usage(fmt.Errorf("--output %s: want text or json", f.output))
	}
	for _, pair := range f.set {
		if path, _, ok := strings.Cut(pair, "="); !ok || path == "" {
			return usage(fmt.Errorf("--set %s: want path=value, such as --set scale=3", pair))
		}
	}
	return nil
}

func (c *changing) check() error {
	switch {
	case c.plan && c.detach:
		return usage(errors.New("--plan and --detach exclude each other: a plan starts nothing"))
	case c.terminate && c.detach:
		return usage(errors.New("--terminate and --detach exclude each other: a termination is watched to its end"))
	case c.timeout <= 0:
		return usage(fmt.Errorf("--timeout %s: want a positive duration, such as 30m", c.timeout))
	}
	return nil
}

// paths lists the deployment files: patterns expanded, sorted, each once.
func (f *flags) paths() ([]string, error) {
	if len(f.files) == 0 {
		return nil, usage(errors.New("no deployment file"), "photon --file deployment.json", "photon --help")
	}
	var paths []string
	for _, pattern := range f.files {
		if pattern == "" {
			return nil, usage(errors.New("--file: is empty"))
		}
		if !strings.ContainsAny(pattern, "*?[") {
			paths = append(paths, pattern)
			continue
		}
		matches, err := filepath.Glob(pattern)
		if err != nil {
			return nil, usage(fmt.Errorf("--file %s: is not a pattern", pattern), "a bracket that is opened is closed, such as [ab].json")
		}
		if len(matches) == 0 {
			return nil, usage(fmt.Errorf("--file %s: no file matches", pattern))
		}
		paths = append(paths, matches...)
	}
	slices.Sort(paths)
	return slices.Compact(paths), nil
}

// only is the one deployment file of a verb that looks at a single service.
func (f *flags) only() (string, error) {
	paths, err := f.paths()
	if err != nil {
		return "", err
	}
	if len(paths) > 1 {
		return "", usage(fmt.Errorf("--file: want one deployment file here, not %d", len(paths)))
	}
	return paths[0], nil
}

// flagError says what is wrong with a flag that the command line's own parser
// does not take.
func flagError(cmd *cobra.Command, err error) error {
	help := cmd.CommandPath() + " --help"
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		return usage(fmt.Errorf("%s: is not a flag of %s", spelt(unknown), cmd.CommandPath()), help)
	case errors.As(err, &missing):
		return usage(fmt.Errorf("--%s: wants a value", missing.GetFlag().Name), help)
	case errors.As(err, &wrong):
		return usage(fmt.Errorf("--%s %s: want %s", wrong.GetFlag().Name, wrong.GetValue(), wants(wrong.GetFlag())), help)
	}
	return usage(err, help)
}

// spelt is a flag as it was written.
func spelt(unknown *pflag.NotExistError) string {
	if shorthands := unknown.GetSpecifiedShortnames(); shorthands != "" {
		return "-" + shorthands
	}
	return "--" + unknown.GetSpecifiedName()
}

// wants says what a flag takes.
func wants(flag *pflag.Flag) string {
	switch flag.Value.Type() {
	case "duration":
		return "a duration, such as 90s or 30m"
	case "bool":
		return "no value, true or false"
	}
	return "a " + flag.Value.Type()
}
