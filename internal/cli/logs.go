package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"photon/internal/cloud"
	"photon/internal/spec"
	"photon/internal/ui"
)

// looking is for verbs that change nothing.
var looking = changing{timeout: defaultTimeout}

func (a *app) logsCommand() *cobra.Command {
	query := logQuery{since: 10 * time.Minute}
	command := &cobra.Command{
		Use: "logs", Long: helpLogs, Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.logs(cmd.Context(), query) },
	}
	a.flags.add(command.Flags())
	command.Flags().BoolVarP(&query.follow, "follow", "F", false, "go on until interrupted")
	command.Flags().DurationVar(&query.since, "since", query.since, "how far to look back")
	command.Flags().StringVar(&query.workload, "workload", "", "of one workload only")
	return command
}

type logQuery struct {
	follow   bool
	since    time.Duration
	workload string
}

// logs shows what the containers of a service write.
func (a *app) logs(ctx context.Context, query logQuery) error {
	if query.since <= 0 {
		return usage(fmt.Errorf("--since %s: want a positive duration, such as 10m", query.since))
	}
	t, err := a.only(ctx, looking)
	if err != nil {
		return err
	}
	if err := checkWorkload(t.spec, query.workload); err != nil {
		return err
	}
	show := a.data().Log
	if a.flags.output == outputJSON {
		show = ui.NewJSON(a.std.Out, t.spec.Owner()).Log
	}
	return t.account.Logs(ctx, cloud.LogQuery{
		Owner: t.spec.Owner(), Workload: query.workload, Since: time.Now().Add(-query.since), Follow: query.follow,
	}, func(line cloud.LogLine) {
		show(ui.LogLine{Time: line.Time, Workload: line.Workload, Task: line.Task, Text: line.Message})
	})
}

func checkWorkload(s *spec.Spec, name string) error {
	if name == "" {
		return nil
	}
	var names []string
	for _, w := range s.Workloads {
		names = append(names, w.Name)
	}
	if slices.Contains(names, name) {
		return nil
	}
	return usage(fmt.Errorf("--workload %s: the file has %s", name, strings.Join(names, ", ")))
}
