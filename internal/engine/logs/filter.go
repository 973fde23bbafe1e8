package logs

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"photon/internal/engine/wire"
)

func (l *Logs) filterLogEvents(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	g, err := l.identified(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	w, err := windowOf(g, in.StartTime, in.EndTime, in.Limit)
	if err != nil {
		return nil, err
	}
	if w.match, err = parsePattern(aws.ToString(in.FilterPattern)); err != nil {
		return nil, err
	}
	if in.NextToken != nil {
		if w.after, _, err = parseToken(*in.NextToken); err != nil {
			return nil, err
		}
	}
	streams, err := l.searched(ctx, g, in.LogStreamNames, in.LogStreamNamePrefix)
	if err != nil {
		return nil, err
	}
	found := l.merge(streams, w)
	out := &cloudwatchlogs.FilterLogEventsOutput{Events: []types.FilteredLogEvent{}, SearchedLogStreams: []types.SearchedLogStream{}}
	if len(found) > w.limit {
		found = found[:w.limit]
		out.NextToken = aws.String(forthToken(found[w.limit-1].place()))
	}
	for _, f := range found {
		out.Events = append(out.Events, f.shape())
	}
	return out, nil
}

// searched are the streams to look through.
func (l *Logs) searched(ctx context.Context, g group, names []string, prefix *string) ([]*live, error) {
	if len(names) > 0 && prefix != nil {
		return nil, wire.Fault("InvalidParameterException", "LogStreamNames and LogStreamNamePrefix cannot both be specified.")
	}
	if len(names) > 100 {
		return nil, wire.Fault("InvalidParameterException", "At most 100 log streams can be searched by name.")
	}
	if len(names) == 0 {
		return l.streamsOf(ctx, g, aws.ToString(prefix)), nil
	}
	streams := make([]*live, len(names))
	for i, name := range names {
		var err error
		if streams[i], err = l.findStream(ctx, g, &name); err != nil {
			return nil, err
		}
	}
	return streams, nil
}

// located is an event with the stream it is of.
type located struct {
	event
	stream string
}

func (f located) shape() types.FilteredLogEvent {
	return types.FilteredLogEvent{
		EventId: aws.String(fmt.Sprintf("%028d%028d", f.Time, f.Seq)), LogStreamName: aws.String(f.stream),
		Timestamp: aws.Int64(f.Time), IngestionTime: aws.Int64(f.Ingested), Message: aws.String(f.Message),
	}
}

// merge reads one event more than the limit, of all streams together.
func (l *Logs) merge(streams []*live, w window) []located {
	w.limit++
	var found []located
	for _, s := range streams {
		for _, e := range l.first(s, w) {
			found = append(found, located{e, s.row.Name})
		}
	}
	slices.SortFunc(found, func(a, b located) int { return a.place().compare(b.place()) })
	return found[:min(len(found), w.limit)]
}
