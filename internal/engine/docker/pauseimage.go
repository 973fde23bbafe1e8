package docker

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

const (
	pausePath   = "/photon"        // the program inside the image
	pauseSocket = "/metadata.sock" // the metadata socket inside the container
)

// pauseImage is the image that holds nothing but this very program. A program
// of its own would start some 30 ms sooner and take 10 MB less memory per task,
// but it would have to be built for every platform before Photon can be, and be
// kept in step with it. The start of a container takes ten times as long.
type pauseImage struct {
	mu  sync.Mutex
	tag string // empty until the program was read
}

// pauseTag returns the pause image, which it loads when it is not there. The
// tag is the program's digest, so that a new Photon never runs an old pause.
func (r *Runtime) pauseTag(ctx context.Context) (string, error) {
	r.pause.mu.Lock()
	defer r.pause.mu.Unlock()
	if r.pause.tag == "" {
		sum, err := digestOf(r.options.Executable)
		if err != nil {
			return "", fmt.Errorf("pause image: %w", err)
		}
		r.pause.tag = "photon-pause-" + r.options.Name + ":" + sum[:16]
	}
	tag := r.pause.tag
	_, err := r.docker.ImageInspect(ctx, tag)
	if err == nil {
		return tag, nil
	}
	if !errdefs.IsNotFound(err) {
		return "", fmt.Errorf("pause image: %s", daemonText(err))
	}
	if err := r.importPause(ctx, tag); err != nil {
		return "", fmt.Errorf("pause image: %w", err)
	}
	return tag, r.dropPauseImages(ctx, tag)
}

func (r *Runtime) importPause(ctx context.Context, tag string) error {
	if err := static(r.options.Executable); err != nil {
		return err
	}
	reader, writer := io.Pipe()
	var done sync.WaitGroup
	done.Go(func() { writer.CloseWithError(writeTar(writer, r.options.Executable)) })
	defer done.Wait()
	defer reader.Close()
	result, err := r.docker.ImageImport(ctx, client.ImageImportSource{Source: reader, SourceName: "-"}, tag,
		client.ImageImportOptions{Changes: []string{"LABEL " + engineLabel + "=" + r.options.Name}})
	if err != nil {
		return err
	}
	defer result.Close()
	_, err = io.Copy(io.Discard, result)
	return err
}

// dropPauseImages removes the pause images of older programs. The Docker Engine
// refuses to remove one that is in use, which is what is wanted.
func (r *Runtime) dropPauseImages(ctx context.Context, keep string) error {
	filters := r.own().Add("reference", "photon-pause-"+r.options.Name)
	list, err := r.docker.ImageList(ctx, client.ImageListOptions{Filters: filters})
	if err != nil {
		return fmt.Errorf("pause images: %s", daemonText(err))
	}
	for _, image := range list.Items {
		for _, tag := range image.RepoTags {
			if tag == keep {
				continue
			}
			_, err := r.docker.ImageRemove(ctx, tag, client.ImageRemoveOptions{PruneChildren: true})
			if err != nil && !errdefs.IsConflict(err) && !errdefs.IsNotFound(err) {
				return fmt.Errorf("pause image %s: %s", tag, daemonText(err))
			}
		}
	}
	return nil
}

func writeTar(w io.Writer, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	archive := tar.NewWriter(w)
	header := &tar.Header{Name: pausePath[1:], Mode: 0o755, Size: info.Size(), Typeflag: tar.TypeReg}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	if _, err := io.Copy(archive, file); err != nil {
		return err
	}
	return archive.Close()
}

// static fails for a program that needs a loader, which an image with nothing
// else in it does not have.
func static(path string) error {
	program, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer program.Close()
	for _, segment := range program.Progs {
		if segment.Type == elf.PT_INTERP {
			return fmt.Errorf("%s is linked dynamically: build it with CGO_ENABLED=0", path)
		}
	}
	return nil
}

func digestOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
