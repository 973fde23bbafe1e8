// Package state keeps what the engine must remember: typed tables that are
// read from memory and written through to one file. It never hands out memory
// that it keeps: what Get returns is the caller's own copy.
package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

// DB is the file behind the tables, or nothing but memory.
type DB struct {
	file *bbolt.DB // nil for memory
}

// Open opens or makes the file at path. Only one process may have it open; a
// second one gets an error after a second.
func Open(path string) (*DB, error) {
	file, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, NoSync: true})
	switch {
	case errors.Is(err, bbolterrors.ErrTimeout):
		return nil, fmt.Errorf("engine state %s: another engine is using it", path)
	case err != nil:
		return nil, fmt.Errorf("engine state %s: %w", path, err)
	}
	return &DB{file: file}, nil
}

// Memory is a DB that forgets everything when it is dropped.
func Memory() *DB { return &DB{} }

// Close writes everything to the disk and releases the file.
func (db *DB) Close() error {
	if db.file == nil {
		return nil
	}
	if err := db.file.Sync(); err != nil {
		return err
	}
	return db.file.Close()
}

// Table holds rows of one type by key. Rows are kept as JSON, so T must
// survive a round trip through encoding/json. All methods are safe for
// concurrent use; an invariant over several rows is the caller's to lock.
type Table[T any] struct {
	db   *DB
	name []byte
	mu   sync.RWMutex
	rows map[string][]byte
	// changes counts what was put and deleted.
	changes uint64
}

// NewTable opens the table called name and reads its rows. It panics when
// the file cannot be read: an engine without its state must not start.
func NewTable[T any](db *DB, name string) *Table[T] {
	t := &Table[T]{db: db, name: []byte(name), rows: map[string][]byte{}}
	if db.file == nil {
		return t
	}
	err := db.file.Update(func(tx *bbolt.Tx) error {
		bucket, err := tx.CreateBucketIfNotExists(t.name)
		if err != nil {
			return err
		}
		return bucket.ForEach(func(key, row []byte) error {
			t.rows[string(key)] = slices.Clone(row)
			return nil
		})
	})
	if err != nil {
		panic(fmt.Sprintf("state: table %s: %v", name, err))
	}
	return t
}

// Get returns a copy of the row at key.
func (t *Table[T]) Get(key string) (T, bool) {
	t.mu.RLock()
	row, ok := t.rows[key]
	t.mu.RUnlock()
	if !ok {
		var zero T
		return zero, false
	}
	return t.decode(key, row), true
}

// Put writes a copy of value at key.
func (t *Table[T]) Put(key string, value T) {
	row, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("state: table %s: row %s: %v", t.name, key, err))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[key] = row
	t.changes++
	t.write(func(bucket *bbolt.Bucket) error { return bucket.Put([]byte(key), row) })
}

// Delete removes the row at key, if there is one.
func (t *Table[T]) Delete(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.rows[key]; !ok {
		return
	}
	delete(t.rows, key)
	t.changes++
	t.write(func(bucket *bbolt.Bucket) error { return bucket.Delete([]byte(key)) })
}

// Changes counts what was put and deleted since the engine started: while the
// count stays the same, what was made of the rows is still true.
func (t *Table[T]) Changes() uint64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.changes
}

// All yields copies of the rows whose keys begin with prefix, in key order, as
// they were when All was called.
func (t *Table[T]) All(prefix string) iter.Seq2[string, T] {
	rows := map[string][]byte{}
	t.mu.RLock()
	for key, row := range t.rows {
		if strings.HasPrefix(key, prefix) {
			rows[key] = row
		}
	}
	t.mu.RUnlock()
	keys := slices.Sorted(maps.Keys(rows))
	return func(yield func(string, T) bool) {
		for _, key := range keys {
			if !yield(key, t.decode(key, rows[key])) {
				return
			}
		}
	}
}

func (t *Table[T]) decode(key string, row []byte) T {
	var value T
	if err := json.Unmarshal(row, &value); err != nil {
		panic(fmt.Sprintf("state: table %s: row %s: %v", t.name, key, err))
	}
	return value
}

// write runs change on the table's bucket. A file that can no longer be
// written ends the engine: going on would promise what it cannot keep.
func (t *Table[T]) write(change func(*bbolt.Bucket) error) {
	if t.db.file == nil {
		return
	}
	err := t.db.file.Update(func(tx *bbolt.Tx) error { return change(tx.Bucket(t.name)) })
	if err != nil {
		panic(fmt.Sprintf("state: table %s: %v", t.name, err))
	}
}
