package cli

import (
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"photon/internal/spec"
)

func (a *app) explainCommand() *cobra.Command {
	command := &cobra.Command{
		Use:  "explain",
		Long: helpExplain,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return a.explain() },
	}
	a.flags.add(command.Flags())
	return command
}

// explain shows the merged file with the origin of each value.
func (a *app) explain() error {
	if err := a.flags.check(); err != nil {
		return err
	}
	path, err := a.flags.only()
	if err != nil {
		return err
	}
	explanation, err := spec.Explain(path, a.specOptions())
	if err != nil {
		return err
	}
	if a.flags.output == outputJSON {
		encoder := json.NewEncoder(a.std.Out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(explanation)
	}
	_, err = io.WriteString(a.std.Out, explanation.String())
	return err
}

func (a *app) specOptions() spec.Options {
	v := variables{environment: a.flags.environment, instance: a.flags.instance, checkout: a.checkout}
	return spec.Options{
		Environment: a.flags.environment,
		Instance:    a.flags.instance,
		Lookup:      v.lookup,
		Set:         a.flags.set,
	}
}
