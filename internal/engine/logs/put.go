package logs

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"photon/internal/engine/wire"
)

// AWS's limits of a batch.
const (
	maxBatch      = 10000
	maxBatchBytes = 1 << 20
	eventOverhead = 26
	tooNew        = 2 * time.Hour
	tooOld        = 14 * 24 * time.Hour
)

// Event is one line of somebody's output.
type Event struct {
	Time    time.Time
	Message string
}

// Append writes events, creating the stream but not the group. Empty messages
// are left out, as AWS takes none.
func (l *Logs) Append(ctx context.Context, group, stream string, events []Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	g, err := l.findGroup(ctx, &group)
	if err != nil {
		return err
	}
	if err := checkStreamName(&stream); err != nil {
		return err
	}
	s, ok := l.live[streamKey(ctx, g.Name, stream)]
	if !ok {
		s = l.makeStream(ctx, g, stream)
	}
	now := millis(time.Now())
	for _, e := range events {
		if e.Message != "" {
			l.add(s, millis(e.Time), now, e.Message)
		}
	}
	return nil
}

func (l *Logs) putLogEvents(ctx context.Context, in *cloudwatchlogs.PutLogEventsInput) (*cloudwatchlogs.PutLogEventsOutput, error) {
	g, err := l.findGroup(ctx, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	s, err := l.findStream(ctx, g, in.LogStreamName)
	if err != nil {
		return nil, err
	}
	if err := checkBatch(in.LogEvents); err != nil {
		return nil, err
	}
	now := time.Now()
	oldest := max(millis(now.Add(-tooOld)), g.oldest(now))
	rejected := rejections(in.LogEvents, oldest, g.oldest(now), millis(now.Add(tooNew)))
	for _, e := range in.LogEvents {
		if *e.Timestamp >= oldest && *e.Timestamp <= millis(now.Add(tooNew)) {
			l.add(s, *e.Timestamp, millis(now), *e.Message)
		}
	}
	return &cloudwatchlogs.PutLogEventsOutput{
		NextSequenceToken: aws.String(sequenceToken(l.last)), RejectedLogEventsInfo: rejected,
	}, nil
}

func checkBatch(events []types.InputLogEvent) error {
	if len(events) == 0 || len(events) > maxBatch {
		return wire.Fault("InvalidParameterException", "A batch must have between 1 and %d log events.", maxBatch)
	}
	size, before := 0, int64(0)
	for i, e := range events {
		switch {
		case e.Timestamp == nil || *e.Timestamp < 0 || aws.ToString(e.Message) == "":
			return wire.Fault("InvalidParameterException", "Log event %d needs a timestamp and a message.", i)
		case *e.Timestamp < before:
			return wire.Fault("InvalidParameterException", "Log events in a single PutLogEvents request must be in chronological order.")
		case *e.Timestamp-*events[0].Timestamp > (24 * time.Hour).Milliseconds():
			return wire.Fault("InvalidParameterException", "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
		}
		before = *e.Timestamp
		size += len(*e.Message) + eventOverhead
	}
	if size > maxBatchBytes {
		return wire.Fault("InvalidParameterException", "Upload too large: %d bytes exceeds limit of %d", size, maxBatchBytes)
	}
	return nil
}

// rejections tells which ends of a batch were not taken; nil for none.
func rejections(events []types.InputLogEvent, oldest, expired, newest int64) *types.RejectedLogEventsInfo {
	var info types.RejectedLogEventsInfo
	for i, e := range events {
		switch {
		case *e.Timestamp < expired:
			info.ExpiredLogEventEndIndex = aws.Int32(int32(i) + 1)
		case *e.Timestamp < oldest:
			info.TooOldLogEventEndIndex = aws.Int32(int32(i) + 1)
		case *e.Timestamp > newest && info.TooNewLogEventStartIndex == nil:
			info.TooNewLogEventStartIndex = aws.Int32(int32(i))
		}
	}
	if info.ExpiredLogEventEndIndex == nil && info.TooOldLogEventEndIndex == nil && info.TooNewLogEventStartIndex == nil {
		return nil
	}
	return &info
}

// sequenceToken is what AWS still returns and no longer asks for.
func sequenceToken(n int64) string { return fmt.Sprintf("%056d", n) }
