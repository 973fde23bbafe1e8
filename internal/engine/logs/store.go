package logs

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Events are kept in chunks: one compressed row for up to a thousand events
// of a stream. The youngest chunk, the tail, is kept as it is and written once
// a second, so that a line costs neither a row nor a transaction.
const (
	chunkEvents = 1000
	chunkBytes  = 256 << 10
	maxStored   = 64 << 20 // compressed, of all streams; beyond, the oldest chunks go
)

// event is one line. Time and Seq together are its place in the order of all
// events.
type event struct {
	Time     int64  `json:"t"`
	Seq      int64  `json:"s"`
	Ingested int64  `json:"i"`
	Message  string `json:"m"`
}

// chunk is a row of events, under the stream's key and a number.
type chunk struct {
	From, To int64 // times of its earliest and latest event
	Last     int64 // greatest sequence number
	Raw      int   // bytes of messages
	Data     []byte
}

// meta is what memory keeps of a chunk.
type meta struct {
	number   int
	from, to int64
	raw      int
	stored   int
}

// live is a stream as memory knows it.
type live struct {
	key    string
	row    stream
	chunks []meta // sealed, by number
	tail   []event
	raw    int // bytes of messages in the tail
	number int // of the chunk that the tail will be
	dirty  bool
}

func chunkPrefix(streamKey string) string { return streamKey + separator }

func chunkKey(streamKey string, number int) string {
	return fmt.Sprintf("%s%010d", chunkPrefix(streamKey), number)
}

// load rebuilds memory from the rows. Every chunk counts as sealed then.
func (l *Logs) load() {
	for at, row := range l.streams.All("") {
		l.live[at] = &live{key: at, row: row}
	}
	for at, row := range l.chunks.All("") {
		cut := strings.LastIndex(at, separator)
		s := l.live[at[:cut]]
		number := 0
		fmt.Sscanf(at[cut+1:], "%d", &number)
		s.chunks = append(s.chunks, meta{number, row.From, row.To, row.Raw, len(row.Data)})
		s.number = number + 1
		l.last = max(l.last, row.Last)
	}
}

// add appends one event to a stream.
func (l *Logs) add(s *live, at, now int64, message string) {
	l.last++
	s.tail = append(s.tail, event{Time: at, Seq: l.last, Ingested: now, Message: message})
	s.raw += len(message)
	s.dirty = true
	if s.row.Ingested == 0 || at < s.row.First {
		s.row.First = at
	}
	s.row.Newest, s.row.Ingested = max(s.row.Newest, at), now
	if len(s.tail) >= chunkEvents || s.raw >= chunkBytes {
		l.write(s)
		l.seal(s)
	}
}

// write puts the tail's chunk and the stream's row into the state.
func (l *Logs) write(s *live) {
	from, to := s.span()
	row := chunk{From: from, To: to, Last: s.tail[len(s.tail)-1].Seq, Raw: s.raw, Data: pack(s.tail)}
	l.chunks.Put(chunkKey(s.key, s.number), row)
	l.streams.Put(s.key, s.row)
	s.dirty = false
}

// seal makes the tail, which has been written, a chunk like the others.
func (l *Logs) seal(s *live) {
	row, _ := l.chunks.Get(chunkKey(s.key, s.number))
	s.chunks = append(s.chunks, meta{s.number, row.From, row.To, row.Raw, len(row.Data)})
	s.number++
	s.tail, s.raw = nil, 0
}

func (s *live) span() (from, to int64) {
	from, to = s.tail[0].Time, s.tail[0].Time
	for _, e := range s.tail {
		from, to = min(from, e.Time), max(to, e.Time)
	}
	return from, to
}

func pack(events []event) []byte {
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, flate.BestSpeed)
	if err := json.NewEncoder(w).Encode(events); err != nil {
		panic("logs: " + err.Error())
	}
	w.Close()
	return packed.Bytes()
}

func unpack(data []byte) []event {
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(data)))
	if err != nil {
		panic("logs: a chunk of events cannot be read: " + err.Error())
	}
	var events []event
	if err := json.Unmarshal(text, &events); err != nil {
		panic("logs: a chunk of events cannot be read: " + err.Error())
	}
	return events
}

// flush writes every tail that has changed.
func (l *Logs) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.live {
		if s.dirty {
			l.write(s)
		}
	}
}

// retain drops chunks that hold only expired events, then the oldest ones as
// long as there is more than the engine keeps.
func (l *Logs) retain(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	stored := 0
	for at, g := range l.groups.All("") {
		oldest := g.oldest(now)
		for key, s := range l.live {
			if strings.HasPrefix(key, at+separator) {
				stored += l.expire(s, oldest)
			}
		}
	}
	for stored > maxStored {
		s := l.oldest()
		stored -= s.chunks[0].stored
		l.dropChunk(s, 0)
	}
}

// expire drops a stream's expired chunks and returns the size of the others.
func (l *Logs) expire(s *live, oldest int64) (stored int) {
	if len(s.tail) > 0 {
		if _, to := s.span(); to < oldest {
			l.write(s)
			l.seal(s)
		}
	}
	for i := len(s.chunks) - 1; i >= 0; i-- {
		if s.chunks[i].to < oldest {
			l.dropChunk(s, i)
		} else {
			stored += s.chunks[i].stored
		}
	}
	return stored
}

func (l *Logs) dropChunk(s *live, i int) {
	l.chunks.Delete(chunkKey(s.key, s.chunks[i].number))
	s.chunks = slices.Delete(s.chunks, i, i+1)
}

// oldest is the stream with the oldest chunk of all.
func (l *Logs) oldest() *live {
	var found *live
	for _, s := range l.live {
		if len(s.chunks) > 0 && (found == nil || s.chunks[0].to < found.chunks[0].to) {
			found = s
		}
	}
	return found
}

// storedBytes is the size of a group's messages.
func (l *Logs) storedBytes(ctx context.Context, group string) int64 {
	total := 0
	for at, s := range l.live {
		if strings.HasPrefix(at, streamKey(ctx, group, "")) {
			total += s.raw
			for _, c := range s.chunks {
				total += c.raw
			}
		}
	}
	return int64(total)
}
