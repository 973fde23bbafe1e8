package docker

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"

	"photon/internal/engine/runtime"
)

// sandbox is the namespace of one task, held by its pause container.
type sandbox struct {
	runtime  *Runtime
	task     string
	pause    string // container id
	metadata *metadata

	ctx     context.Context // ends the goroutines of the containers
	cancel  context.CancelFunc
	done    sync.WaitGroup
	removed chan struct{}
	once    sync.Once

	mu         sync.Mutex
	containers []*running
	names      map[string]int // how often each was given
}

// Sandbox implements runtime.Runtime. When it returns, 169.254.170.2 answers.
func (r *Runtime) Sandbox(ctx context.Context, config runtime.SandboxConfig) (runtime.Sandbox, error) {
	network, err := r.network(ctx, config.Network, config.Range)
	if err != nil {
		return nil, err
	}
	image, err := r.pauseTag(ctx)
	if err != nil {
		return nil, err
	}
	served, err := serveMetadata(r.options.Dir, config.Metadata)
	if err != nil {
		return nil, err
	}
	s := &sandbox{runtime: r, task: config.Task, metadata: served, removed: make(chan struct{}), names: map[string]int{}}
	s.ctx, s.cancel = context.WithCancel(r.ctx)
	r.keep(s)
	if err := s.startPause(ctx, image, network, config); err != nil {
		// The caller's context may be what ended the start.
		if undo := s.Remove(context.WithoutCancel(ctx)); undo != nil {
			err = fmt.Errorf("%w (and %w)", err, undo)
		}
		return nil, fmt.Errorf("sandbox %s: %w", config.Task, err)
	}
	return s, nil
}

func (s *sandbox) startPause(ctx context.Context, image, vpc string, config runtime.SandboxConfig) error {
	docker := s.runtime.docker
	created, err := docker.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name:       s.name(),
		Config:     s.pauseConfig(image),
		HostConfig: s.pauseHostConfig(vpc),
		NetworkingConfig: &network.NetworkingConfig{EndpointsConfig: map[string]*network.EndpointSettings{
			vpc: {IPAMConfig: &network.EndpointIPAMConfig{IPv4Address: config.Address}},
		}},
	})
	if err != nil {
		return fmt.Errorf("pause container: %s", daemonText(err))
	}
	s.pause = created.ID
	look := s.runtime.watched.add(s.pause)
	defer s.runtime.watched.drop(s.pause)
	if _, err := docker.ContainerStart(ctx, s.pause, client.ContainerStartOptions{}); err != nil {
		return fmt.Errorf("pause container: %s", daemonText(err))
	}
	return s.awaitPause(ctx, look)
}

func (s *sandbox) pauseConfig(image string) *container.Config {
	return &container.Config{
		Image:      image,
		Entrypoint: []string{pausePath, PauseCommand, pauseSocket},
		Env:        []string{"GOMAXPROCS=1", "GOGC=off", "GOMEMLIMIT=32MiB"},
		Labels:     s.labels(),
	}
}

func (s *sandbox) pauseHostConfig(vpc string) *container.HostConfig {
	pids := int64(64)
	return &container.HostConfig{
		NetworkMode:    container.NetworkMode(vpc),
		CapDrop:        []string{"ALL"},
		CapAdd:         []string{"NET_ADMIN", "NET_BIND_SERVICE"},
		SecurityOpt:    []string{"no-new-privileges"},
		ReadonlyRootfs: true,
		LogConfig:      logConfig(),
		Mounts:         []mount.Mount{{Type: mount.TypeBind, Source: s.metadata.path, Target: pauseSocket}},
		Resources:      container.Resources{PidsLimit: &pids},
	}
}

// awaitPause returns when the pause program serves the metadata address, or
// with its last words when it ended instead.
func (s *sandbox) awaitPause(ctx context.Context, look <-chan struct{}) error {
	for {
		select {
		case <-s.metadata.ready:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("pause container: %w", ctx.Err())
		case <-look:
		}
		result, err := s.runtime.docker.ContainerInspect(ctx, s.pause, client.ContainerInspectOptions{})
		if err != nil {
			return fmt.Errorf("pause container: %s", daemonText(err))
		}
		if !result.Container.State.Running {
			return fmt.Errorf("pause container: exited with %d: %s", result.Container.State.ExitCode, s.lastWords(ctx))
		}
	}
}

func (s *sandbox) lastWords(ctx context.Context) string {
	var text strings.Builder
	log := newTranscript(&text)
	if err := s.runtime.copyLog(ctx, s.pause, log, false); err != nil {
		return daemonText(err)
	}
	log.flush()
	return strings.TrimSpace(text.String())
}

// Remove implements runtime.Sandbox. It may be called again after an error.
func (s *sandbox) Remove(ctx context.Context) error {
	s.mu.Lock()
	var ids []string
	for _, c := range s.containers {
		ids = append(ids, c.id)
	}
	s.mu.Unlock()
	if err := s.runtime.removeContainers(ctx, ids); err != nil {
		return err
	}
	if s.pause != "" {
		if err := s.runtime.removeContainer(ctx, s.pause); err != nil {
			return err
		}
	}
	for _, id := range ids {
		s.runtime.watched.wake(id)
	}
	s.once.Do(func() { close(s.removed) })
	s.wait(ctx)
	s.runtime.forget(s)
	return s.metadata.close()
}

// spawn runs f on a goroutine that both Remove and Close wait for.
func (s *sandbox) spawn(f func()) {
	s.runtime.done.Add(1)
	s.done.Go(func() {
		defer s.runtime.done.Done()
		f()
	})
}

// wait lets the containers report their end and cuts them short when ctx ends.
func (s *sandbox) wait(ctx context.Context) {
	ended := make(chan struct{})
	go func() {
		s.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	s.cancel()
	<-ended
}

func (s *sandbox) name() string { return "photon-" + s.runtime.options.Name + "-" + s.task }

func (s *sandbox) labels() map[string]string {
	return map[string]string{engineLabel: s.runtime.options.Name, taskLabel: s.task}
}
