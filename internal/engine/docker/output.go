package docker

import (
	"bytes"
	"context"
	"io"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"
)

// longestLine is where a line without an end is cut: the most that CloudWatch
// Logs takes as one event.
const longestLine = 256 << 10

// copyOutput passes on what the container writes until it writes no more.
func (c *running) copyOutput() {
	defer close(c.logged)
	defer c.endLogs()
	if c.output == nil {
		return
	}
	// A stream that breaks loses what comes after it, not the container.
	_ = c.sandbox.runtime.copyLogs(c.logs, c.id, "all", c.output)
	_ = c.output.Close()
}

// copyLogs copies the last lines of both streams and, while the container
// runs, those that follow.
func (r *Runtime) copyLogs(ctx context.Context, id, last string, to io.Writer) error {
	logs, err := r.docker.ContainerLogs(ctx, id, client.ContainerLogsOptions{
		ShowStdout: true, ShowStderr: true, Follow: true, Tail: last,
	})
	if err != nil {
		return err
	}
	defer logs.Close()
	stdout, stderr := &lines{to: to}, &lines{to: to}
	_, err = stdcopy.StdCopy(stdout, stderr, logs)
	for _, stream := range []*lines{stdout, stderr} {
		if flushed := stream.flush(); err == nil {
			err = flushed
		}
	}
	return err
}

// lines passes on whole lines only, so that two streams that share a writer do
// not mix within a line.
type lines struct {
	to   io.Writer
	rest []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	cut := bytes.LastIndexByte(l.rest, '\n') + 1
	if cut == 0 && len(l.rest) >= longestLine {
		cut = longestLine
	}
	if cut == 0 {
		return len(p), nil
	}
	_, err := l.to.Write(l.rest[:cut])
	l.rest = append(l.rest[:0], l.rest[cut:]...)
	return len(p), err
}

func (l *lines) flush() error {
	if len(l.rest) == 0 {
		return nil
	}
	_, err := l.to.Write(l.rest)
	l.rest = nil
	return err
}
