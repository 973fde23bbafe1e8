// Package logs is the engine's CloudWatch Logs: groups, streams, events,
// retention and filter patterns. It never follows a container; whoever has
// lines appends them.
package logs

import (
	"context"
	"sync"
	"time"

	"photon/internal/engine/state"
	"photon/internal/engine/wire"
)

const (
	flushInterval     = time.Second
	retentionInterval = time.Minute
)

// Logs is the service of all accounts and regions.
type Logs struct {
	service *wire.Service

	mu      sync.Mutex // an operation, an append or a flush
	groups  *state.Table[group]
	streams *state.Table[stream]
	chunks  *state.Table[chunk]
	live    map[string]*live // by the stream's key
	last    int64            // sequence number of the youngest event
}

// New opens the tables in db.
func New(db *state.DB) *Logs {
	l := &Logs{
		service: wire.NewService("logs"),
		groups:  state.NewTable[group](db, "logs.groups"),
		streams: state.NewTable[stream](db, "logs.streams"),
		chunks:  state.NewTable[chunk](db, "logs.chunks"),
		live:    map[string]*live{},
	}
	l.load()
	l.registerGroups()
	l.registerStreams()
	l.registerTags()
	return l
}

// Service is the operations, for the wire.
func (l *Logs) Service() *wire.Service { return l.service }

// Run writes appended events to the state every second and applies retention,
// until ctx ends; then it writes what is left.
func (l *Logs) Run(ctx context.Context) {
	flush := time.NewTicker(flushInterval)
	defer flush.Stop()
	retain := time.NewTicker(retentionInterval)
	defer retain.Stop()
	for {
		select {
		case <-flush.C:
			l.flush()
		case <-retain.C:
			l.retain(time.Now())
		case <-ctx.Done():
			l.flush()
			return
		}
	}
}

// op registers a handler that runs alone and is given no parameter but fields.
func op[I, O any](l *Logs, name string, handle func(context.Context, *I) (*O, error), fields ...string) {
	wire.Op(l.service, name, wire.Accept(func(ctx context.Context, in *I) (*O, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		return handle(ctx, in)
	}, fields...))
}

func (l *Logs) registerGroups() {
	op(l, "CreateLogGroup", l.createLogGroup, "LogGroupName", "LogGroupClass", "Tags")
	op(l, "DeleteLogGroup", l.deleteLogGroup, "LogGroupName")
	op(l, "DescribeLogGroups", l.describeLogGroups, "LogGroupNamePrefix", "LogGroupNamePattern", "LogGroupClass", "Limit", "NextToken")
	op(l, "PutRetentionPolicy", l.putRetentionPolicy, "LogGroupName", "RetentionInDays")
	op(l, "DeleteRetentionPolicy", l.deleteRetentionPolicy, "LogGroupName")
}

func (l *Logs) registerStreams() {
	op(l, "CreateLogStream", l.createLogStream, "LogGroupName", "LogStreamName")
	op(l, "DeleteLogStream", l.deleteLogStream, "LogGroupName", "LogStreamName")
	op(l, "DescribeLogStreams", l.describeLogStreams, "LogGroupName", "LogGroupIdentifier", "LogStreamNamePrefix", "OrderBy", "Descending", "Limit", "NextToken")
	op(l, "PutLogEvents", l.putLogEvents, "LogGroupName", "LogStreamName", "LogEvents", "SequenceToken")
	op(l, "GetLogEvents", l.getLogEvents, "LogGroupName", "LogGroupIdentifier", "LogStreamName", "StartTime", "EndTime", "StartFromHead", "Limit", "NextToken", "Unmask")
	op(l, "FilterLogEvents", l.filterLogEvents, "LogGroupName", "LogGroupIdentifier", "LogStreamNames", "LogStreamNamePrefix", "StartTime", "EndTime", "FilterPattern", "Interleaved", "Limit", "NextToken", "Unmask")
}

func (l *Logs) registerTags() {
	op(l, "TagResource", l.tagResource, "ResourceArn", "Tags")
	op(l, "UntagResource", l.untagResource, "ResourceArn", "TagKeys")
	op(l, "ListTagsForResource", l.listTagsForResource, "ResourceArn")
	op(l, "TagLogGroup", l.tagLogGroup, "LogGroupName", "Tags")
	op(l, "UntagLogGroup", l.untagLogGroup, "LogGroupName", "Tags")
	op(l, "ListTagsLogGroup", l.listTagsLogGroup, "LogGroupName")
}
