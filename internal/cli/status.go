package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"photon/internal/cloud"
	"photon/internal/deploy"
	"photon/internal/ui"
)

func (a *app) statusCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "status", Long: helpStatus, Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context()) },
	}
	a.flags.add(command.Flags())
	return command
}

// status shows how a service is now.
func (a *app) status(ctx context.Context) error {
	t, err := a.only(ctx, looking)
	if err != nil {
		return err
	}
	services, err := t.account.Services(ctx, t.spec.Owner())
	if err != nil {
		return err
	}
	if len(services) == 0 {
		return missing(t)
	}
	rows := make([]ui.StatusRow, len(services))
	for i, service := range services {
		rows[i] = statusRow(service)
	}
	if a.flags.output == outputJSON {
		ui.NewJSON(a.std.Out, t.spec.Owner()).Status(rows)
		return nil
	}
	a.person().Status(rows)
	return nil
}

func statusRow(s cloud.Status) ui.StatusRow {
	row := ui.StatusRow{
		Workload: s.Workload, Image: s.Image, Running: s.Running, Desired: s.Desired, Deployment: s.Deployment.Status,
	}
	if !s.Deployment.Started.IsZero() {
		row.Age = time.Since(s.Deployment.Started)
	}
	if s.Address.Host != "" {
		row.Address = deploy.Address(s.Address).URL()
	}
	if s.Release != nil {
		row.Commit, row.Author = s.Release.Commit, s.Release.Author
	}
	for _, task := range s.Tasks {
		row.Tasks = append(row.Tasks, ui.TaskRow{
			ID: task.ID, Status: task.Status, Health: task.Health, Zone: task.Zone, New: task.New,
		})
	}
	return row
}

// addressesOf finds where the HTTP workloads of a service are reached, when a
// run has ended; nil where it ends in nothing.
func addressesOf(t target, c changing) func(context.Context) ([]deploy.Address, error) {
	if c.terminate {
		return nil
	}
	return func(ctx context.Context) ([]deploy.Address, error) {
		found, err := t.account.Addresses(ctx, t.spec.Owner())
		addresses := make([]deploy.Address, len(found))
		for i, address := range found {
			addresses[i] = deploy.Address(address)
		}
		return addresses, err
	}
}
