package plan

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"photon/internal/resource"
)

// String shows the plan to a person: a line a resource with the reasons under
// it, and a line that counts. Parts that come or go with their parent are not
// shown apart from it.
func (p *Plan) String() string {
	if p.Empty() && p.Ending {
		return "Nothing to do: nothing of " + p.Owner + " exists.\n"
	}
	if p.Empty() {
		return "Nothing to do: " + p.Owner + " is as the file says.\n"
	}
	var text strings.Builder
	for _, step := range p.Steps {
		if !p.folded(step) {
			writeStep(&text, step)
		}
	}
	text.WriteString("\n" + p.Summary() + "\n")
	return text.String()
}

// Summary counts the steps: "3 to create, 1 to change, 0 to delete".
func (p *Plan) Summary() string {
	count := map[Action]int{}
	for _, step := range p.Steps {
		if !p.folded(step) {
			count[step.Action]++
		}
	}
	return fmt.Sprintf("%d to create, %d to change, %d to delete", count[Create], count[Update], count[Delete])
}

// folded reports whether step concerns a part whose parent has the same fate.
func (p *Plan) folded(step Step) bool {
	part := step.Want
	if step.Action == Delete {
		part = step.Have
	}
	if part.Parent == (resource.Key{}) {
		return false
	}
	for _, other := range p.Steps {
		if other.Key() == part.Parent {
			return other.Action == step.Action
		}
	}
	return false
}

func writeStep(text *strings.Builder, step Step) {
	key := step.Key()
	fmt.Fprintf(text, "  %s %-17s %s", step.Action, key.Kind.Title(), key.Name)
	if note := step.note(); note != "" {
		text.WriteString("  (" + note + ")")
	}
	text.WriteString("\n")
	for _, cause := range step.Causes {
		if line := cause.String(); line != "" {
			text.WriteString("      " + line + "\n")
		}
	}
}

// note is what there is to say about the whole of a step.
func (s Step) note() string {
	switch {
	case s.Action == Create && s.Causes[0].Why == Drift:
		return "deleted outside Photon"
	case s.Action == Delete && s.Causes[0].Why == Leftover:
		return "no longer in the file"
	}
	return ""
}

// String says one reason in a line; empty for reasons that a step's sign says.
func (c Cause) String() string {
	switch {
	case c.Why == Follows:
		return c.To + " changes"
	case c.Why == Retry:
		return "tried again: " + c.From
	case c.Path == "":
		return ""
	case c.Why == Drift:
		return change(c) + "  (changed outside Photon)"
	}
	return change(c)
}

func change(c Cause) string {
	from, to := short(c.From), short(c.To)
	switch {
	case c.From == "":
		return c.Path + ": set to " + to
	case c.To == "":
		return c.Path + ": no longer " + from
	}
	return c.Path + ": " + from + " → " + to
}

var digest = regexp.MustCompile(`sha256:[0-9a-f]{64}`)

// short cuts digests to what tells them apart, and keeps a value on its line.
func short(text string) string {
	const enough = len("sha256:") + 12
	if strings.ContainsFunc(text, unicode.IsControl) {
		text = strconv.Quote(text)
	}
	return digest.ReplaceAllStringFunc(text, func(whole string) string { return whole[:enough] })
}

// show writes a value as a person reads it: references by name, objects as
// JSON, at a length that fits a line.
func show(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		if key, ok := resource.ParseRef(value); ok {
			return key.Name
		}
		return value
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	const longest = 120
	if len(text) > longest {
		return string(text[:longest]) + "…"
	}
	return string(text)
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }
