package ui

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"photon/internal/plan"
	"photon/internal/rollout"
)

// title names what a step changes: "+ target group orders-web".
func title(step plan.Step) string {
	key := step.Key()
	return string(step.Action) + " " + key.Kind.Title() + " " + key.Name
}

// progress says how far a rollout is: "1 of 2 new tasks running, 2 old".
func progress(o rollout.Observation) string {
	d := o.Deployment
	var text strings.Builder
	if strings.HasPrefix(d.Status, "ROLLBACK") {
		text.WriteString("rolling back: ")
	}
	fmt.Fprintf(&text, "%d of %d new tasks running", d.New.Running, d.New.Requested)
	if d.New.Pending > 0 {
		fmt.Fprintf(&text, ", %d starting", d.New.Pending)
	}
	if d.Old.Running > 0 {
		fmt.Fprintf(&text, ", %d old", d.Old.Running)
	}
	if d.Breaker.Failures > 0 {
		fmt.Fprintf(&text, ", %d failed", d.Breaker.Failures)
		if d.Breaker.Threshold > 0 {
			fmt.Fprintf(&text, " (%d are too many)", d.Breaker.Threshold)
		}
	}
	return text.String()
}

// elapsed is a duration to the second: "7s", "2m05s", "1h02m".
func elapsed(d time.Duration) string {
	seconds := int(d / time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", seconds)
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", seconds/60, seconds%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%02dm", seconds/3600, seconds/60%60)
	}
	return fmt.Sprintf("%dd", seconds/86400)
}

// took is a duration that has passed; short ones to a tenth of a second.
func took(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return elapsed(d)
}

// verdict says how a rollout ended, as the rest of a sentence.
func verdict(v rollout.Verdict) string {
	switch v {
	case rollout.RolledBack, rollout.Stopped, rollout.Superseded:
		return "was " + string(v)
	case "":
		return "goes on"
	}
	return string(v)
}

func colon(text, more string) string {
	if more == "" {
		return text
	}
	return text + ": " + more
}

// legible makes one harmless line of what a container or AWS wrote: escape
// sequences and control characters could paint over the screen.
func legible(text string) string {
	var line strings.Builder
	for escaped, csi := false, false; text != ""; {
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		switch {
		case r == '\x1b':
			escaped, csi = true, false
		case escaped && r == '[' && !csi:
			csi = true
		case escaped:
			escaped = csi && (r < '@' || r > '~')
		case unicode.IsControl(r):
			line.WriteByte(' ')
		default:
			line.WriteRune(r)
		}
	}
	return strings.TrimRight(line.String(), " ")
}
