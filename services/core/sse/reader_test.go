package sse

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// The first six are the examples and rules of WHATWG HTML, section 9.2.
var streams = []struct {
	name, stream string
	events       []Event
	lastID       string
}{
	{"two lines of data", "data: YHOO\ndata: +2\ndata: 10\n\n", []Event{{"message", "YHOO\n+2\n10", ""}}, ""},
	{"ids set and reset", ": test\n\ndata: first\nid: 1\n\ndata:second\nid\n\ndata:  third\n\n",
		[]Event{{"message", "first", "1"}, {"message", "second", ""}, {"message", " third", ""}}, ""},
	{"empty data", "data\n\ndata\ndata\n\ndata:", []Event{{"message", "", ""}, {"message", "\n", ""}}, ""},
	{"space after the colon", "data:test\n\ndata: test\n\n", []Event{{"message", "test", ""}, {"message", "test", ""}}, ""},
	{"id with NUL is ignored", "id: 1\nid: 2\x00\ndata: x\n\n", []Event{{"message", "x", "1"}}, "1"},
	{"id without data counts", "id: 7\n\n", nil, "7"},
	{"carriage returns", "event: a\rdata: 1\r\rdata: 2\r\n\r\n", []Event{{"a", "1", ""}, {"message", "2", ""}}, ""},
	{"byte order mark", "\ufeffdata: x\n\n", []Event{{"message", "x", ""}}, ""},
	{"unfinished event", "data: x\n", nil, ""},
	{"unknown fields", "foo: bar\ndata: x\nbaz\n\n", []Event{{"message", "x", ""}}, ""},
}

func TestReaderFollowsTheStandard(t *testing.T) {
	t.Parallel()
	for _, tc := range streams {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, r := range []io.Reader{strings.NewReader(tc.stream), iotest.OneByteReader(strings.NewReader(tc.stream))} {
				reader := NewReader(r)
				if got := all(t, reader); !slices.Equal(got, tc.events) {
					t.Errorf("got %q, want %q", got, tc.events)
				}
				if got := reader.LastEventID(); got != tc.lastID {
					t.Errorf("last event id %q, want %q", got, tc.lastID)
				}
			}
		})
	}
}

func TestRetryTakesDigitsOnly(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{"2500": 2500 * time.Millisecond, "+5": 0, "1.5": 0, "": 0, "99999999999": 0} {
		reader := NewReader(strings.NewReader("retry: " + value + "\n\n"))
		all(t, reader)
		if got := reader.Retry(); got != want {
			t.Errorf("retry %q gives %s, want %s", value, got, want)
		}
	}
}

func TestLineIsBounded(t *testing.T) {
	t.Parallel()
	_, err := NewReader(strings.NewReader(strings.Repeat("x", maxLine+1))).Next()
	if !errors.Is(err, ErrLineTooLong) {
		t.Errorf("got %v", err)
	}
}

func FuzzReader(f *testing.F) {
	for _, tc := range streams {
		f.Add(tc.stream)
	}
	f.Fuzz(func(t *testing.T, stream string) {
		whole, bytewise := NewReader(strings.NewReader(stream)), NewReader(iotest.OneByteReader(strings.NewReader(stream)))
		if a, b := all(t, whole), all(t, bytewise); !slices.Equal(a, b) {
			t.Errorf("read at once %q, byte by byte %q", a, b)
		}
	})
}

func all(t *testing.T, r *Reader) (events []Event) {
	t.Helper()
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return events
		}
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
}
