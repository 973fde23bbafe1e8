package docker

import (
	"bytes"
	"context"
	"io"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/client"
)

// longestLine is where a line without an end is cut: the most that CloudWatch
// Logs takes as one event.
const longestLine = 256 << 10

// copyOutput passes on what the container writes until it writes no more. A
// stream that ends says little: it may have broken, and Docker Engine 20.10
// drops the last entries of a container that writes fast and exits. So what
// the stream may have missed is read again from the log at the end.
func (c *running) copyOutput() {
	defer close(c.logged)
	defer c.endLogs()
	if c.output == nil {
		return
	}
	log := newTranscript(c.output)
	for c.logs.Err() == nil {
		_ = c.sandbox.runtime.copyLog(c.logs, c.id, log, true) // what was missed is asked for again
		state, err := c.inspect(c.logs)
		if errdefs.IsNotFound(err) {
			break
		}
		if err == nil && ended(state) {
			_ = c.sandbox.runtime.copyLog(c.logs, c.id, log, false)
			break
		}
		if log.broken != nil {
			break
		}
		sleep(c.logs, reconnect)
	}
	log.flush()
	_ = c.output.Close()
}

// copyLog copies what log does not have yet and, with follow set, what the
// container goes on to write.
func (r *Runtime) copyLog(ctx context.Context, id string, log *transcript, follow bool) error {
	stream, err := r.docker.ContainerLogs(ctx, id, client.ContainerLogsOptions{
		ShowStdout: true, ShowStderr: true, Timestamps: true, Follow: follow, Since: log.since(),
	})
	if err != nil {
		return err
	}
	defer stream.Close()
	log.resume()
	_, err = stdcopy.StdCopy(&log.stdout, &log.stderr, stream)
	return err
}

// transcript writes the entries of a container's log, each once, however often
// and in however many pieces the log is read.
type transcript struct {
	stdout, stderr entries
	broken         error // the writer's first error
}

func newTranscript(to io.Writer) *transcript {
	t := &transcript{}
	t.stdout.lines.to, t.stderr.lines.to = to, to
	t.stdout.broken, t.stderr.broken = &t.broken, &t.broken
	return t
}

// since is the time from which on entries may be missing. The two streams are
// stamped apart, so only within one of them do the times never go back.
func (t *transcript) since() string { return min(t.stdout.last, t.stderr.last) }

func (t *transcript) resume() {
	t.stdout.skip, t.stderr.skip = t.stdout.count, t.stderr.count
}

func (t *transcript) flush() {
	t.stdout.lines.flush()
	t.stderr.lines.flush()
}

// entries takes the entries of one stream, one per Write, each with its time
// in front in a form of fixed width.
type entries struct {
	lines  lines
	last   string // time of the last entry
	count  int    // entries seen with that time
	skip   int    // those of them still to be told again
	broken *error
}

func (e *entries) Write(entry []byte) (int, error) {
	at, text, _ := bytes.Cut(entry, []byte(" "))
	stamp := string(at)
	switch {
	case stamp < e.last:
		return len(entry), nil
	case stamp == e.last && e.skip > 0:
		e.skip--
		return len(entry), nil
	case stamp == e.last:
		e.count++
	default:
		e.last, e.count, e.skip = stamp, 1, 0
	}
	if err := e.lines.write(text); err != nil {
		*e.broken = err
		return 0, err
	}
	return len(entry), nil
}

// lines passes on whole lines only, so that two streams that share a writer do
// not mix within a line.
type lines struct {
	to   io.Writer
	rest []byte
}

func (l *lines) write(p []byte) error {
	l.rest = append(l.rest, p...)
	cut := bytes.LastIndexByte(l.rest, '\n') + 1
	if cut == 0 && len(l.rest) >= longestLine {
		cut = longestLine
	}
	if cut == 0 {
		return nil
	}
	_, err := l.to.Write(l.rest[:cut])
	l.rest = append(l.rest[:0], l.rest[cut:]...)
	return err
}

// flush writes the line that did not end.
func (l *lines) flush() {
	if len(l.rest) > 0 {
		_, _ = l.to.Write(l.rest) // there is nobody left to tell
		l.rest = nil
	}
}
