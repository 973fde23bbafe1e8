package ecs

import (
	"strings"
	"sync"

	"photon/internal/engine/state"
)

// taskTable are the rows of tasks. It knows which have not STOPPED, so that
// the many that have cost nothing while they stay visible.
type taskTable struct {
	*state.Table[task]
	mu    sync.Mutex
	alive map[string]bool
}

func newTaskTable(db *state.DB) *taskTable {
	t := &taskTable{Table: state.NewTable[task](db, "ecs.tasks"), alive: map[string]bool{}}
	for key, row := range t.All("") {
		if !row.stopped() {
			t.alive[key] = true
		}
	}
	return t
}

// Put writes a copy of the row at key.
func (t *taskTable) Put(key string, row task) {
	t.Table.Put(key, row)
	t.mu.Lock()
	defer t.mu.Unlock()
	if row.stopped() {
		delete(t.alive, key)
	} else {
		t.alive[key] = true
	}
}

// living are the tasks that have not STOPPED and whose keys begin with prefix.
func (t *taskTable) living(prefix string) map[string]task {
	t.mu.Lock()
	defer t.mu.Unlock()
	living := map[string]task{}
	for key := range t.alive {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		if row, ok := t.Get(key); ok {
			living[key] = row
		}
	}
	return living
}
