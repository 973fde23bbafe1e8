package logs

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"photon/internal/engine/wire"
)

// stream is a log stream's row, under the world, the group and the name.
type stream struct {
	Name                    string
	Created                 int64
	First, Newest, Ingested int64 // times of events; 0 while there are none
}

// separator stands between group and stream in keys; neither can contain it.
const separator = "\x00"

func streamKey(ctx context.Context, group, name string) string {
	return groupKey(ctx, group) + separator + name
}

func checkStreamName(name *string) error {
	text := aws.ToString(name)
	if text == "" || len(text) > 512 || strings.ContainsAny(text, ":*"+separator) {
		return wire.Fault("InvalidParameterException", "1 validation error detected: Value '%s' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*", text)
	}
	return nil
}

// findStream returns what is known of a stream and its key.
func (l *Logs) findStream(ctx context.Context, g group, name *string) (*live, error) {
	if err := checkStreamName(name); err != nil {
		return nil, err
	}
	s, ok := l.live[streamKey(ctx, g.Name, *name)]
	if !ok {
		return nil, wire.Fault("ResourceNotFoundException", "The specified log stream does not exist.")
	}
	return s, nil
}

func (l *Logs) createLogStream(ctx context.Context, in *cloudwatchlogs.CreateLogStreamInput) (*cloudwatchlogs.CreateLogStreamOutput, error) {
	g, err := l.findGroup(ctx, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	if err := checkStreamName(in.LogStreamName); err != nil {
		return nil, err
	}
	if _, ok := l.live[streamKey(ctx, g.Name, *in.LogStreamName)]; ok {
		return nil, wire.Fault("ResourceAlreadyExistsException", "The specified log stream already exists")
	}
	l.makeStream(ctx, g, *in.LogStreamName)
	return &cloudwatchlogs.CreateLogStreamOutput{}, nil
}

func (l *Logs) makeStream(ctx context.Context, g group, name string) *live {
	at := streamKey(ctx, g.Name, name)
	s := &live{key: at, row: stream{Name: name, Created: millis(time.Now())}}
	l.streams.Put(at, s.row)
	l.live[at] = s
	return s
}

func (l *Logs) deleteLogStream(ctx context.Context, in *cloudwatchlogs.DeleteLogStreamInput) (*cloudwatchlogs.DeleteLogStreamOutput, error) {
	g, err := l.findGroup(ctx, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	s, err := l.findStream(ctx, g, in.LogStreamName)
	if err != nil {
		return nil, err
	}
	l.dropStream(s.key)
	return &cloudwatchlogs.DeleteLogStreamOutput{}, nil
}

// dropStream removes a stream with its events.
func (l *Logs) dropStream(at string) {
	for chunk := range l.chunks.All(chunkPrefix(at)) {
		l.chunks.Delete(chunk)
	}
	l.streams.Delete(at)
	delete(l.live, at)
}

// streamsOf are the streams of a group whose names begin with prefix, by name.
func (l *Logs) streamsOf(ctx context.Context, g group, prefix string) []*live {
	var found []*live
	for at, s := range l.live {
		if strings.HasPrefix(at, streamKey(ctx, g.Name, prefix)) {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b *live) int { return cmp.Compare(a.row.Name, b.row.Name) })
	return found
}

func (l *Logs) describeLogStreams(ctx context.Context, in *cloudwatchlogs.DescribeLogStreamsInput) (*cloudwatchlogs.DescribeLogStreamsOutput, error) {
	g, err := l.identified(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	if err := checkLimit(in.Limit, 50); err != nil {
		return nil, err
	}
	byTime := in.OrderBy == types.OrderByLastEventTime
	if byTime && in.LogStreamNamePrefix != nil {
		return nil, wire.Fault("InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	streams := l.streamsOf(ctx, g, aws.ToString(in.LogStreamNamePrefix))
	if byTime {
		slices.SortStableFunc(streams, func(a, b *live) int { return cmp.Compare(a.row.Newest, b.row.Newest) })
	}
	if aws.ToBool(in.Descending) {
		slices.Reverse(streams)
	}
	shapes := make([]types.LogStream, len(streams))
	for i, s := range streams {
		shapes[i] = s.shape(g.arn(ctx))
	}
	page, next, err := wire.Page(shapes, in.NextToken, in.Limit, 50, "InvalidParameterException")
	return &cloudwatchlogs.DescribeLogStreamsOutput{LogStreams: page, NextToken: next}, err
}

func (s *live) shape(groupARN string) types.LogStream {
	shape := types.LogStream{
		LogStreamName: aws.String(s.row.Name), Arn: aws.String(groupARN + ":log-stream:" + s.row.Name),
		CreationTime: aws.Int64(s.row.Created),
		//lint:ignore SA1019 AWS still sends it, as 0
		StoredBytes: aws.Int64(0),
	}
	if s.row.Ingested > 0 {
		shape.FirstEventTimestamp, shape.LastEventTimestamp = aws.Int64(s.row.First), aws.Int64(s.row.Newest)
		shape.LastIngestionTime = aws.Int64(s.row.Ingested)
		shape.UploadSequenceToken = aws.String(sequenceToken(s.row.Ingested))
	}
	return shape
}
