package ecs

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// bury stops the tasks that an earlier engine left behind: their containers
// are not known to this one. Services replace theirs.
func (e *ECS) bury(ctx context.Context) {
	for key, t := range e.left {
		world := as(ctx, key)
		for _, at := range t.Targets {
			_ = e.parts.Targets.Register(world, at.Group, at.Address, true)
		}
		if t.Interface.ID != "" {
			_ = e.parts.Detach(world, t.Interface.ID)
		}
		t.stop(types.TaskStopCodeTerminationNotice, engineStopped)
		t.LastStatus, t.StoppedAt = aws.String("STOPPED"), aws.Time(time.Now())
		for i := range t.Containers {
			t.Containers[i].LastStatus = aws.String("STOPPED")
		}
		e.mu.Lock()
		e.rows.tasks.Put(key, t)
		e.mu.Unlock()
	}
	e.left = nil
}
