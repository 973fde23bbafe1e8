package cloud

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// LogQuery says which log lines to read.
type LogQuery struct {
	Owner    string
	Workload string    // empty: all of them
	Since    time.Time // zero: from the beginning
	Follow   bool      // go on until the context ends
}

// LogLine is one line of a container.
type LogLine struct {
	Time     time.Time
	Workload string
	Task     string // id
	Message  string
}

const (
	followEvery = 1500 * time.Millisecond
	// lateness is how much later than its time a line may appear. That much
	// is read again each time, and what was seen is left out.
	lateness = 15 * time.Second
)

// Logs emits lines of all tasks, merged by time. Following ends with the
// context and is not an error then.
func (a *Account) Logs(ctx context.Context, q LogQuery, emit func(LogLine)) error {
	group := newScope(q.Owner).logGroupName()
	r := logReader{account: a, group: group, prefix: streamPrefix(q.Workload), from: q.Since, seen: map[string]time.Time{}}
	for {
		err := r.read(ctx, emit)
		if ctx.Err() != nil && q.Follow {
			return nil
		}
		if is(err, "ResourceNotFoundException") && !q.Follow {
			return &Error{Subject: "log group " + group, Message: "does not exist", Hint: "nothing was deployed yet, or it was terminated"}
		}
		if err != nil && !is(err, "ResourceNotFoundException") {
			return explain(err, "log group "+group)
		}
		if !q.Follow || sleep(ctx, followEvery) != nil {
			return nil
		}
	}
}

func streamPrefix(workload string) string {
	if workload == "" {
		return ""
	}
	return workload + "/"
}

// logReader remembers how far it has read.
type logReader struct {
	account *Account
	group   string
	prefix  string
	from    time.Time
	seen    map[string]time.Time // by event id
}

func (r *logReader) read(ctx context.Context, emit func(LogLine)) error {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &r.group}
	if r.prefix != "" {
		in.LogStreamNamePrefix = &r.prefix
	}
	if !r.from.IsZero() {
		in.StartTime = aws.Int64(r.from.UnixMilli())
	}
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(r.account.logs(), in)
	var newest time.Time
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		slices.SortStableFunc(page.Events, func(x, y types.FilteredLogEvent) int {
			return cmp.Compare(aws.ToInt64(x.Timestamp), aws.ToInt64(y.Timestamp))
		})
		for _, event := range page.Events {
			line := lineOf(event)
			if line.Time.After(newest) {
				newest = line.Time
			}
			if id := aws.ToString(event.EventId); r.seen[id].IsZero() {
				r.seen[id] = line.Time
				emit(line)
			}
		}
	}
	r.advance(newest)
	return nil
}

// advance moves the beginning of the next read and forgets the lines that it
// cannot bring again.
func (r *logReader) advance(newest time.Time) {
	if from := newest.Add(-lateness); from.After(r.from) {
		r.from = from
	}
	for id, when := range r.seen {
		if when.Before(r.from.Truncate(time.Millisecond)) {
			delete(r.seen, id)
		}
	}
}

func lineOf(event types.FilteredLogEvent) LogLine {
	line := LogLine{
		Time:    time.UnixMilli(aws.ToInt64(event.Timestamp)),
		Message: strings.TrimRight(aws.ToString(event.Message), "\r\n"),
	}
	// A stream is called prefix/container/task, and the prefix is the workload.
	if parts := strings.Split(aws.ToString(event.LogStreamName), "/"); len(parts) == 3 {
		line.Workload, line.Task = parts[0], parts[2]
	}
	return line
}
