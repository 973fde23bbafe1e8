package memory

import (
	"context"
	"slices"
	"sync"

	"photon/internal/engine/runtime"
)

type sandbox struct {
	runtime *Runtime
	config  runtime.SandboxConfig

	mu         sync.Mutex
	containers []*container
	removed    bool
}

// Start starts the container, or refuses as its environment asks.
func (s *sandbox) Start(ctx context.Context, config runtime.ContainerConfig) (runtime.Container, error) {
	if err := pause(ctx, s.runtime.StartTime); err != nil {
		return nil, err
	}
	how, err := behave(config.Env)
	if err != nil {
		return nil, &runtime.StartError{Container: config.Name, Detail: err.Error()}
	}
	if how.startError != "" {
		return nil, &runtime.StartError{Container: config.Name, Detail: how.startError}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.removed {
		return nil, &runtime.StartError{Container: config.Name, Detail: "the sandbox is gone"}
	}
	c := newContainer(s.runtime.id(config.Name), s.config, config, how)
	s.containers = append(s.containers, c)
	go c.live()
	return c, nil
}

// Remove kills what runs and waits until all of it has ended.
func (s *sandbox) Remove(context.Context) error {
	s.mu.Lock()
	s.removed = true
	containers := s.containers
	s.mu.Unlock()
	for _, c := range containers {
		c.kill()
	}
	for _, c := range containers {
		<-c.ended
	}
	s.runtime.remove(s.config.Address)
	return nil
}

func (s *sandbox) all() []*container {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.containers)
}
