package state

import "testing"

func TestChangesCountsWhatWasPutAndDeleted(t *testing.T) {
	table := NewTable[int](Memory(), "numbers")
	table.Put("a", 1)
	table.Put("a", 2)
	table.Delete("a")
	table.Delete("a")
	if got := table.Changes(); got != 3 {
		t.Errorf("got %d, want 3: the last deletion found nothing", got)
	}
}
