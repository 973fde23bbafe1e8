package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"photon/internal/cloud"
	"photon/internal/spec"
	"photon/internal/ui"
)

func (a *app) doctorCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "doctor", Long: helpDoctor, Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context()) },
	}
	a.flags.add(command.Flags())
	return command
}

// finding is the answer to one question of the doctor.
type finding struct {
	subject, answer string
	err             error
	optional        bool // a deployment does without
}

// word is how the finding is listed.
func (f finding) word() string {
	switch {
	case f.err == nil:
		return "ok"
	case f.optional:
		return "unknown"
	}
	return "missing"
}

// doctor asks for everything that a deployment needs, and goes on after what
// is missing, as far as it can.
func (a *app) doctor(ctx context.Context) error {
	t, err := a.patient()
	if err != nil {
		return err
	}
	findings := a.examine(ctx, t)
	show := a.showFinding
	if a.flags.output == outputJSON {
		show = writeFinding(ui.NewJSON(a.std.Out, owner(t.spec)))
	}
	failed := 0
	for _, f := range findings {
		if f.err != nil && !f.optional {
			failed++
		}
		show(f)
	}
	if failed > 0 {
		return &codeError{code: exitError, cause: fmt.Errorf("missing: %d of %d", failed, len(findings))}
	}
	return nil
}

// showFinding shows a finding to a person.
func (a *app) showFinding(f finding) {
	if f.err == nil {
		fmt.Fprintf(a.std.Out, "%-8s %-14s %s\n", f.word(), f.subject, f.answer)
		return
	}
	for line := range strings.Lines(f.err.Error()) {
		fmt.Fprintf(a.std.Out, "%-8s %-14s %s\n", f.word(), f.subject, strings.TrimSpace(line))
	}
	for _, hint := range ui.HintsOf(f.err) {
		fmt.Fprintf(a.std.Out, "         %-14s hint: %s\n", "", hint)
	}
}

// writeFinding writes findings as lines of JSON.
func writeFinding(to *ui.JSON) func(finding) {
	return func(f finding) {
		text := f.answer
		if f.err != nil {
			text = f.err.Error()
		}
		to.Finding(f.subject, f.word(), text, ui.HintsOf(f.err))
	}
}

// owner is the service that the doctor looks at; empty without a file.
func owner(s *spec.Spec) string {
	if s.Name == "" {
		return ""
	}
	return s.Owner()
}

// patient is the file to look at, or an empty one.
func (a *app) patient() (target, error) {
	if err := a.flags.check(); err != nil {
		return target{}, err
	}
	if len(a.flags.files) == 0 {
		return target{spec: &spec.Spec{}}, nil
	}
	path, err := a.flags.only()
	if err != nil {
		return target{}, err
	}
	s, err := spec.Load(path, a.specOptions())
	return target{path: path, spec: s}, err
}

func (a *app) examine(ctx context.Context, t target) []finding {
	account, err := a.open(ctx, t.spec)
	if err != nil {
		return []finding{{subject: "AWS", err: err}}
	}
	t.account = account
	findings := []finding{{subject: "region", answer: account.Region()}}
	identity, err := account.Identity(ctx)
	findings = append(findings, finding{subject: "credentials", answer: identity.ARN, err: err})
	if err != nil {
		return findings
	}
	findings = append(findings, finding{subject: "account", answer: identity.Account, err: checkPlace(ctx, t)})
	if a.flags.local {
		findings = append(findings, finding{subject: "engine", answer: "runs, and reaches the Docker Engine"})
	}
	if t.path != "" {
		_, err := account.Survey(ctx, t.spec)
		findings = append(findings, finding{subject: "file", answer: "network, images and secrets are there", err: err})
	}
	return append(findings, quotaFindings(ctx, t)...)
}

func quotaFindings(ctx context.Context, t target) []finding {
	quotas, err := t.account.Quotas(ctx)
	if err != nil {
		return []finding{{subject: "quotas", err: err, optional: true}}
	}
	var findings []finding
	for _, quota := range quotas {
		findings = append(findings, quotaFinding(quota))
	}
	return findings
}

func quotaFinding(q cloud.Quota) finding {
	limit := strconv.FormatFloat(q.Limit, 'f', -1, 64)
	if q.Used < 0 {
		return finding{subject: "quota", answer: q.Name + ": " + limit}
	}
	if float64(q.Used) < q.Limit {
		return finding{subject: "quota", answer: fmt.Sprintf("%s: %d of %s used", q.Name, q.Used, limit)}
	}
	return finding{subject: "quota", err: &codeError{
		cause: fmt.Errorf("%s: all %s are used", q.Name, limit), hints: []string{"ask for more in the Service Quotas console"},
	}}
}
