package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"photon/internal/engine/server"
)

func (a *app) pushCommand() *cobra.Command {
	account, region := localAccount, localRegion
	command := &cobra.Command{
		Use: "push", Long: helpEnginePush,
		Args: func(_ *cobra.Command, words []string) error {
			if len(words) != 1 {
				return usage(errors.New("photon engine push: want one image"), "photon engine push orders:1.4.2")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, words []string) error {
			return a.enginePush(cmd.Context(), account, region, words[0])
		},
	}
	command.Flags().StringVar(&account, "account", account, "the account whose registry it is")
	command.Flags().StringVar(&region, "region", region, "the region of the registry")
	return command
}

func isAccount(text string) bool {
	return len(text) == len(localAccount) && strings.Trim(text, "0123456789") == ""
}

// enginePush pushes an image of the Docker Engine to the engine's registry.
func (a *app) enginePush(ctx context.Context, account, region, image string) error {
	if !isAccount(account) {
		return usage(fmt.Errorf("--account %s: want the 12 digits of an account, such as %s", account, localAccount))
	}
	status, err := startEngine(ctx)
	if err != nil {
		return err
	}
	reference, err := server.Push(ctx, status.Registry, account, region, image)
	if err != nil {
		return fmt.Errorf("%s: %w", image, err)
	}
	fmt.Fprintln(a.std.Out, reference)
	return nil
}
