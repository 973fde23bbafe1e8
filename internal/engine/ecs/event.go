package ecs

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// eventsKept is how many events of a service are shown.
const eventsKept = 100

// tell adds an event of the service, newest first. The caller holds mu.
func (e *ECS) tell(key string, row service, format string, args ...any) {
	message := fmt.Sprintf("(service %s) ", *row.ServiceName) + fmt.Sprintf(format, args...)
	events, _ := e.rows.events.Get(key)
	event := types.ServiceEvent{Id: aws.String(newUUID()), CreatedAt: aws.Time(time.Now()), Message: &message}
	events = append([]types.ServiceEvent{event}, events...)
	e.rows.events.Put(key, events[:min(len(events), eventsKept)])
}

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
