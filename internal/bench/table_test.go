//go:build bench

package bench

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// row is one line of the table. A row without a goal only informs.
type row struct {
	what, measured, goal string
	met                  bool
}

// verdict is the last column.
func (r row) verdict() string {
	switch {
	case r.goal == "":
		return ""
	case r.met:
		return "met"
	}
	return "MISSED"
}

// TestSpeed measures everything and writes the table to the file that
// BENCH_TABLE names. A missed goal is not a failure: the table says it.
func TestSpeed(t *testing.T) {
	table := os.Getenv("BENCH_TABLE")
	if table == "" {
		t.Skip("BENCH_TABLE is not set: make bench sets it")
	}
	var rows []row
	for _, part := range []struct {
		name    string
		measure func(*testing.T) []row
	}{
		{"calls", measureCalls}, {"start", measureStart}, {"many", measureMany},
		{"balancer", measureBalancer}, {"tasks", measureTasks},
	} {
		t.Run(part.name, func(t *testing.T) { rows = append(rows, part.measure(t)...) })
	}
	file, err := os.Create(table)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	write(file, rows)
}

func write(w io.Writer, rows []row) {
	fmt.Fprintf(w, "%s\n\n", machine())
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "what\tmeasured\tgoal\t")
	for _, r := range rows {
		fmt.Fprintf(columns, "%s\t%s\t%s\t%s\n", r.what, r.measured, r.goal, r.verdict())
	}
	columns.Flush()
	var missed []string
	for _, r := range rows {
		if r.verdict() == "MISSED" {
			missed = append(missed, r.what)
		}
	}
	if len(missed) > 0 {
		fmt.Fprintf(w, "\n%d GOALS MISSED: %s\n", len(missed), strings.Join(missed, "; "))
		return
	}
	fmt.Fprintln(w, "\nevery goal is met")
}

// machine says on what, and beside what other load, the numbers were measured.
func machine() string {
	cpu, load := "unknown CPU", "?"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				cpu = strings.TrimSpace(strings.TrimLeft(name, "\t: "))
				break
			}
		}
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		load = strings.Fields(string(text))[0]
	}
	return fmt.Sprintf("%s: %d cores of %s, %s, load of the last minute at the end %s",
		time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), cpu, runtime.Version(), load)
}

// median is the middle of some measurements.
func median[T int64 | float64 | time.Duration](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }
