package docker

import (
	"errors"
	"strings"
	"testing"
)

// entry is one entry of a log: stream, second and text.
type entry struct {
	stderr bool
	second string
	text   string
}

func (e entry) bytes() []byte {
	return []byte("2026-01-02T03:04:0" + e.second + ".000000000Z " + e.text)
}

func tell(t *transcript, log []entry) {
	t.resume()
	for _, e := range log {
		stream := &t.stdout
		if e.stderr {
			stream = &t.stderr
		}
		_, _ = stream.Write(e.bytes())
	}
}

func TestTranscriptTellsEachEntryOnce(t *testing.T) {
	log := []entry{
		{text: "a\n", second: "1"},
		{text: "b\n", second: "2"},
		{text: "b\n", second: "2"},
		{text: "x\n", second: "3", stderr: true},
		{text: "c\n", second: "2"}, // stamped before, written after
		{text: "y\n", second: "3", stderr: true},
		{text: "end", second: "4"},
	}
	for cut := range len(log) + 1 {
		var got strings.Builder
		told := newTranscript(&got)
		tell(told, log[:cut])
		var rest []entry // what a log read "since" gives
		for _, e := range log {
			if string(e.bytes()) >= told.since() {
				rest = append(rest, e)
			}
		}
		tell(told, rest)
		told.flush()
		lines := strings.Split(got.String(), "\n")
		count := map[string]int{}
		for _, line := range lines {
			count[line]++
		}
		if len(lines) != 7 || count["a"] != 1 || count["b"] != 2 || count["c"] != 1 || count["x"] != 1 || count["y"] != 1 || count["end"] != 1 {
			t.Errorf("stream broken after %d entries: %q", cut, got.String())
		}
	}
}

func TestStreamsDoNotMixWithinALine(t *testing.T) {
	var got strings.Builder
	told := newTranscript(&got)
	tell(told, []entry{
		{text: "one ", second: "1"},
		{text: "two\n", second: "2", stderr: true},
		{text: "three\n", second: "3"},
	})
	told.flush()
	if want := "two\none three\n"; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
}

func TestLineWithoutEndIsCut(t *testing.T) {
	var got strings.Builder
	told := newTranscript(&got)
	tell(told, []entry{{text: strings.Repeat("x", longestLine+1), second: "1"}})
	if got.Len() != longestLine {
		t.Errorf("%d bytes passed on, want %d", got.Len(), longestLine)
	}
	told.flush()
	if got.Len() != longestLine+1 {
		t.Errorf("%d bytes passed on, want %d", got.Len(), longestLine+1)
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriterThatFailsEndsTheTranscript(t *testing.T) {
	told := newTranscript(full{})
	tell(told, []entry{{text: "a\n", second: "1"}})
	if told.broken != errFull {
		t.Errorf("got %v", told.broken)
	}
}
