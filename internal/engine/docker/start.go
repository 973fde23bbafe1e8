package docker

import (
	"context"
	"fmt"

	"github.com/moby/moby/client"

	"photon/internal/engine/runtime"
)

// Start implements runtime.Sandbox.
func (s *sandbox) Start(ctx context.Context, config runtime.ContainerConfig) (runtime.Container, error) {
	c, err := s.start(ctx, config)
	if err != nil {
		if config.Output != nil {
			_ = config.Output.Close() // nothing was written, so nothing can be lost
		}
		return nil, &runtime.StartError{Container: config.Name, Detail: daemonText(err)}
	}
	return c, nil
}

func (s *sandbox) start(ctx context.Context, config runtime.ContainerConfig) (*running, error) {
	docker := s.runtime.docker
	image, err := s.runtime.find(ctx, config.Image)
	if err != nil {
		return nil, err
	}
	if image == nil {
		return nil, fmt.Errorf("image %s is not in the Docker Engine's store", config.Image)
	}
	created, err := docker.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name:       s.containerName(config.Name),
		Config:     s.containerConfig(config, image.name),
		HostConfig: s.hostConfig(config),
	})
	if err != nil {
		return nil, err
	}
	c := newRunning(s, created.ID, config.Output)
	if _, err := docker.ContainerStart(ctx, c.id, client.ContainerStartOptions{}); err != nil {
		s.runtime.watched.drop(c.id)
		_ = s.runtime.removeContainer(context.WithoutCancel(ctx), c.id) // Sweep gets what is left
		return nil, err
	}
	s.mu.Lock()
	s.containers = append(s.containers, c)
	s.mu.Unlock()
	s.spawn(c.copyOutput)
	s.spawn(c.watch)
	return c, nil
}

// containerName is what docker ps shows; a container that is started again in
// the same task gets a number, because the one before is still there.
func (s *sandbox) containerName(name string) string {
	name = s.name() + "-" + name
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names[name]++
	if n := s.names[name]; n > 1 {
		return fmt.Sprintf("%s-%d", name, n)
	}
	return name
}
