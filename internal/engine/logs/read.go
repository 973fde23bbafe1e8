package logs

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"photon/internal/engine/wire"
)

const maxEvents = 10000 // of one answer

// place is a position between events: right behind the event it names.
type place struct{ time, seq int64 }

var (
	start = place{math.MinInt64, 0}
	end   = place{math.MaxInt64, math.MaxInt64}
)

func (e event) place() place { return place{e.Time, e.Seq} }

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.time, q.time), cmp.Compare(p.seq, q.seq))
}

// window is what a reader asks for.
type window struct {
	from, to      int64 // times; to is exclusive
	after, before place // exclusive
	limit         int
	match         func(message string) bool
}

func (w window) holds(e event) bool {
	return w.from <= e.Time && e.Time < w.to && w.after.compare(e.place()) < 0 && e.place().compare(w.before) < 0 &&
		(w.match == nil || w.match(e.Message))
}

// overlaps tells whether a chunk can hold an event of the window.
func (w window) overlaps(c meta) bool {
	return c.to >= max(w.from, w.after.time) && c.from < w.to && c.from <= w.before.time
}

// first reads the first events of a window in order. It stops unpacking when
// no later chunk can hold an earlier event.
func (l *Logs) first(s *live, w window) []event {
	found := w.choose(nil, s.tail)
	chunks := slices.SortedFunc(slices.Values(s.chunks), func(a, b meta) int { return cmp.Compare(a.from, b.from) })
	for _, c := range chunks {
		if len(found) >= w.limit && found[w.limit-1].Time < c.from {
			break
		}
		if w.overlaps(c) {
			found = w.choose(found, l.read(s, c))
		}
	}
	return found[:min(len(found), w.limit)]
}

// latest reads the last events of a window, in order.
func (l *Logs) latest(s *live, w window) []event {
	found := w.choose(nil, s.tail)
	chunks := slices.SortedFunc(slices.Values(s.chunks), func(a, b meta) int { return cmp.Compare(b.to, a.to) })
	for _, c := range chunks {
		if len(found) >= w.limit && found[len(found)-w.limit].Time > c.to {
			break
		}
		if w.overlaps(c) {
			found = w.choose(found, l.read(s, c))
		}
	}
	return found[max(0, len(found)-w.limit):]
}

// choose adds the events that the window holds and sorts.
func (w window) choose(found, events []event) []event {
	for _, e := range events {
		if w.holds(e) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b event) int { return a.place().compare(b.place()) })
	return found
}

func (l *Logs) read(s *live, c meta) []event {
	row, _ := l.chunks.Get(chunkKey(s.key, c.number))
	return unpack(row.Data)
}

// windowOf is the time range of a request, without what has expired.
func windowOf(g group, startTime, endTime *int64, limit *int32) (window, error) {
	if err := checkLimit(limit, maxEvents); err != nil {
		return window{}, err
	}
	if startTime != nil && endTime != nil && *startTime > *endTime {
		return window{}, wire.Fault("InvalidParameterException", "The start time %d is after the end time %d.", *startTime, *endTime)
	}
	w := window{from: max(aws.ToInt64(startTime), g.oldest(time.Now())), to: math.MaxInt64, after: start, before: end, limit: maxEvents}
	if endTime != nil {
		w.to = *endTime
	}
	if limit != nil {
		w.limit = int(*limit)
	}
	return w, nil
}

func (l *Logs) getLogEvents(ctx context.Context, in *cloudwatchlogs.GetLogEventsInput) (*cloudwatchlogs.GetLogEventsOutput, error) {
	g, err := l.identified(ctx, in.LogGroupName, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	s, err := l.findStream(ctx, g, in.LogStreamName)
	if err != nil {
		return nil, err
	}
	w, err := windowOf(g, in.StartTime, in.EndTime, in.Limit)
	if err != nil {
		return nil, err
	}
	events, back, forth, err := l.turn(s, w, in.NextToken, aws.ToBool(in.StartFromHead))
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.GetLogEventsOutput{Events: []types.OutputLogEvent{}, NextBackwardToken: aws.String(back), NextForwardToken: aws.String(forth)}
	for _, e := range events {
		out.Events = append(out.Events, types.OutputLogEvent{
			Timestamp: aws.Int64(e.Time), IngestionTime: aws.Int64(e.Ingested), Message: aws.String(e.Message),
		})
	}
	return out, nil
}

// turn reads the page that a token leads to, and the tokens of the pages
// around it. At an end it returns the token that it was given, which is how
// readers know that there is no more.
func (l *Logs) turn(s *live, w window, token *string, fromHead bool) (events []event, back, forth string, err error) {
	at, direction := place{}, byte('b')
	switch {
	case token != nil:
		if at, direction, err = parseToken(*token); err != nil {
			return nil, "", "", err
		}
	case fromHead:
		at, direction = place{}, 'f'
	default:
		at = end
	}
	if direction == 'f' {
		w.after = at
		events = l.first(s, w)
	} else {
		w.before = at
		events = l.latest(s, w)
	}
	if len(events) == 0 {
		if at == end {
			at = place{}
		}
		return nil, backToken(at), forthToken(at), nil
	}
	return events, backToken(events[0].place()), forthToken(events[len(events)-1].place()), nil
}

// A forward token leads behind its event, a backward token before it.
func forthToken(p place) string { return fmt.Sprintf("f/%028d%028d/s", p.time, p.seq) }
func backToken(p place) string  { return fmt.Sprintf("b/%028d%028d/s", p.time, p.seq) }

func parseToken(token string) (place, byte, error) {
	var p place
	var direction byte
	if n, err := fmt.Sscanf(token, "%c/%28d%28d/s", &direction, &p.time, &p.seq); err != nil || n != 3 || direction != 'f' && direction != 'b' {
		return p, 0, wire.Fault("InvalidParameterException", "The specified nextToken is invalid.")
	}
	return p, direction, nil
}
