//go:build bench

package bench

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// roundTime is what a call takes where rounds are counted: long enough that the
// calls of one round, which begin a few milliseconds apart, overlap.
const roundTime = 200 * time.Millisecond

// measureCalls counts what a life of one service costs in calls and rounds.
func measureCalls(t *testing.T) []row {
	w := newWorld(t, roundTime)
	path := w.file("orders", "1")
	create := w.log.during(func() { w.run("--file", path) })
	same := w.log.during(func() { w.run("--file", path) })
	w.file("orders", "2")
	update := w.log.during(func() { w.run("--file", path) })
	end := w.log.during(func() { w.run("--file", path, "--terminate") })
	for name, calls := range map[string][]call{"create": create, "no-op": same, "update": update, "terminate": end} {
		t.Logf("%s:\n%s", name, timeline(calls))
	}
	reads, change := split(create)
	toService := rounds(until(change, "CreateService"))
	updateReads, updateChange := split(update)
	toUpdate := rounds(until(updateChange, "UpdateService"))
	idle := rounds(same)
	quiet := !slices.ContainsFunc(same, call.changes)
	endReads, ending := split(end)
	return []row{
		{fmt.Sprintf("create: CreateService, %d calls in all, %d rounds of reads first", len(create), rounds(reads)),
			fmt.Sprintf("round %d", toService), "at most 7", toService <= 7},
		{fmt.Sprintf("update: UpdateService, %d calls in all, %d rounds of reads first", len(update), rounds(updateReads)),
			fmt.Sprintf("round %d", toUpdate), "at most 3", toUpdate <= 3},
		{fmt.Sprintf("no-op: %d calls, none of them a change: %t", len(same), quiet),
			fmt.Sprintf("%d rounds", idle), "at most 3", idle <= 3 && quiet},
		{what: fmt.Sprintf("terminate: %d calls, %d rounds of reads first", len(end), rounds(endReads)),
			measured: fmt.Sprintf("%d rounds", rounds(ending))},
	}
}

// rounds is the longest chain of calls of which each began after the one before
// had ended.
func rounds(calls []call) int {
	sorted := slices.SortedFunc(slices.Values(calls), func(a, b call) int { return a.end.Compare(b.end) })
	chain, free := 0, time.Time{}
	for _, c := range sorted {
		if !c.began.Before(free) {
			chain, free = chain+1, c.end
		}
	}
	return chain
}

// split cuts calls before the first that changes something.
func split(calls []call) (reads, change []call) {
	sorted := slices.SortedFunc(slices.Values(calls), func(a, b call) int { return a.began.Compare(b.began) })
	first := slices.IndexFunc(sorted, call.changes)
	if first < 0 {
		return sorted, nil
	}
	return sorted[:first], sorted[first:]
}

// until keeps the calls up to one operation.
func until(calls []call, operation string) []call {
	last := slices.IndexFunc(calls, func(c call) bool { return c.operation == operation })
	return calls[:last+1]
}

// timeline lists calls with the times at which they began and ended.
func timeline(calls []call) string {
	sorted := slices.SortedFunc(slices.Values(calls), func(a, b call) int { return a.began.Compare(b.began) })
	text := ""
	for _, c := range sorted {
		text += fmt.Sprintf("%6d %6d  %s\n",
			c.began.Sub(sorted[0].began).Milliseconds(), c.end.Sub(sorted[0].began).Milliseconds(), c.operation)
	}
	return text
}
