package cli

import (
	"github.com/spf13/cobra"

	"photon/internal/spec"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:  "schema",
		Long: helpSchema,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := a.std.Out.Write(spec.Schema())
			return err
		},
	}
}
