package ecs

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"photon/internal/engine/wire"
)

const (
	flushAfter = 250 * time.Millisecond // how long a line waits for others
	batch      = 1000                   // lines appended at a time
	lineLimit  = 256 << 10              // bytes of an event; longer lines are cut into several
	lastTries  = 3                      // appends tried after the container's end
	bufferSize = 10 << 20               // bytes that wait for a group that cannot be written to
)

// logStream is a container's output on its way to its awslogs stream. Write
// never waits; the oldest lines are lost when the group cannot be written to
// for so long that they fill the buffer, as with AWS's mode non-blocking.
type logStream struct {
	send func([]LogEvent) error

	mu      sync.Mutex
	partial []byte
	pending []LogEvent
	waiting int // bytes of pending and of what flush is sending
	wake    chan struct{}
	once    sync.Once
	closed  chan struct{}
	done    chan struct{} // all is sent
}

func newLogStream(send func([]LogEvent) error) *logStream {
	l := &logStream{send: send, wake: make(chan struct{}, 1), closed: make(chan struct{}), done: make(chan struct{})}
	go l.run()
	return l
}

// Write takes in output; lines end with a line feed.
func (l *logStream) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.partial = append(l.partial, p...)
	for {
		end := bytes.IndexByte(l.partial, '\n')
		if end < 0 && len(l.partial) <= lineLimit {
			break
		}
		if end < 0 || end > lineLimit {
			l.add(l.partial[:lineLimit])
			l.partial = l.partial[lineLimit:]
			continue
		}
		l.add(l.partial[:end])
		l.partial = l.partial[end+1:]
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return len(p), nil
}

// add keeps a line; CloudWatch Logs takes no empty ones.
func (l *logStream) add(line []byte) {
	if text := strings.TrimSuffix(string(line), "\r"); text != "" {
		l.pending = append(l.pending, LogEvent{Time: time.Now(), Message: text})
		l.waiting += len(text)
	}
	for l.waiting > bufferSize && len(l.pending) > 0 {
		l.waiting -= len(l.pending[0].Message)
		l.pending = l.pending[1:]
	}
}

// Close ends the stream: what is left is sent. A nil stream has nothing.
func (l *logStream) Close() error {
	if l != nil {
		l.once.Do(func() { close(l.closed) })
	}
	return nil
}

func (l *logStream) run() {
	defer close(l.done)
	var flush <-chan time.Time
	for {
		select {
		case <-l.wake:
			if flush == nil {
				flush = time.After(flushAfter)
			}
		case <-flush:
			flush = nil
			if !l.flush() {
				flush = time.After(time.Second)
			}
		case <-l.closed:
			l.finish()
			return
		}
	}
}

// finish sends what is left, an unfinished line too.
func (l *logStream) finish() {
	l.mu.Lock()
	l.add(l.partial)
	l.partial = nil
	l.mu.Unlock()
	for try := range lastTries {
		if l.flush() {
			return
		}
		time.Sleep(time.Duration(try+1) * flushAfter)
	}
}

// flush sends the pending lines in batches; false leaves some for later.
func (l *logStream) flush() bool {
	l.mu.Lock()
	pending := l.pending
	l.pending = nil
	l.mu.Unlock()
	for len(pending) > 0 {
		n := min(batch, len(pending))
		if l.send(pending[:n]) != nil {
			l.mu.Lock()
			l.pending = append(pending, l.pending...)
			l.mu.Unlock()
			return false
		}
		l.sent(pending[:n])
		pending = pending[n:]
	}
	return true
}

// sent makes room for what comes next.
func (l *logStream) sent(events []LogEvent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, event := range events {
		l.waiting -= len(event.Message)
	}
}

// openLogs makes the streams of all containers that log to CloudWatch.
func (a *agent) openLogs(work context.Context) error {
	for _, c := range a.definition.ContainerDefinitions {
		if c.LogConfiguration == nil {
			continue
		}
		if err := a.openLog(logWorld(work, c), c); err != nil {
			return notStarted("ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: %s : exit status 1", cause(err))
		}
		a.boxes[*c.Name].log = a.newLog(c)
	}
	return nil
}

func (a *agent) openLog(work context.Context, c types.ContainerDefinition) error {
	options, role := c.LogConfiguration.Options, aws.ToString(a.definition.ExecutionRoleArn)
	group := options["awslogs-group"]
	arn := wire.From(work).ARN("logs", "log-group:"+group)
	if options["awslogs-create-group"] == "true" {
		if err := a.e.parts.Allowed(work, role, tasksPrincipal, "logs:CreateLogGroup", arn); err != nil {
			return err
		}
		if err := a.e.parts.CreateGroup(work, group); err != nil {
			return err
		}
	}
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		if err := a.e.parts.Allowed(work, role, tasksPrincipal, action, arn+":log-stream:"+a.stream(c)); err != nil {
			return err
		}
	}
	return a.e.parts.Append(work, group, a.stream(c), nil)
}

// newLog is the stream of one start of a container; nil without awslogs.
func (a *agent) newLog(c types.ContainerDefinition) *logStream {
	if c.LogConfiguration == nil {
		return nil
	}
	ctx, group, stream := logWorld(as(context.Background(), a.key), c), c.LogConfiguration.Options["awslogs-group"], a.stream(c)
	l := newLogStream(func(events []LogEvent) error { return a.e.parts.Append(ctx, group, stream, events) })
	a.logs = append(a.logs, l)
	return l
}

// stream is the name that Fargate gives a container's log stream.
func (a *agent) stream(c types.ContainerDefinition) string {
	return c.LogConfiguration.Options["awslogs-stream-prefix"] + "/" + *c.Name + "/" + last(a.key)
}

// logWorld is the region that a container logs to.
func logWorld(ctx context.Context, c types.ContainerDefinition) context.Context {
	call := wire.From(ctx)
	call.Region = c.LogConfiguration.Options["awslogs-region"]
	return wire.With(ctx, call)
}
