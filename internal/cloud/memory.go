package cloud

import "sync"

// memory is a map for concurrent use.
type memory[K comparable, V any] struct {
	mu     sync.Mutex
	values map[K]V
}

func (m *memory[K, V]) get(key K) (V, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.values[key]
	return value, ok
}

func (m *memory[K, V]) set(key K, value V) {
	m.change(key, func(V) V { return value })
}

// change sets the value that f makes of the one that is there.
func (m *memory[K, V]) change(key K, f func(V) V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = map[K]V{}
	}
	m.values[key] = f(m.values[key])
}

func (m *memory[K, V]) forget(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.values, key)
}
