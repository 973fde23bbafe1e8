package ecs

// announce adds an event of the service that the task belongs to, if any.
func (e *ECS) announce(t task, format string, args ...any) {
	if t.Service == "" {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	key := t.serviceKey()
	if row, ok := e.rows.services.Get(key); ok {
		e.tell(key, row, format, args...)
	}
}
