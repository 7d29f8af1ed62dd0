package hub

import (
	"bytes"
	"testing"

	"parley/core/chat"
	"parley/core/history"
	"parley/core/sse"
)

func TestLogBeginsWithFewPositions(t *testing.T) {
	t.Parallel()
	const far = chat.Position(1 << 44) // no memory holds a place for each
	for _, row := range []struct {
		name       string
		at         []chat.Position
		from, head chat.Position
		tail       chat.Position // wanted
	}{
		{"empty", nil, 0, 0, 0},
		{"dense", []chat.Position{3, 4}, 2, 4, 2},
		{"some are superseded", []chat.Position{3, 100}, 2, 200, 2},
		{"a person's log", nil, far, far, far},
		{"the end is far", []chat.Position{3, 4}, 2, far, far - maxBegin},
		{"the newest are far", []chat.Position{3, far + 1, far + 3}, 2, far + 3, far + 3 - maxBegin},
		{"the oldest that fits", []chat.Position{1, maxBegin}, 0, maxBegin, 0},
		{"the newest that doesn't", []chat.Position{1, 1 + maxBegin}, 0, 1 + maxBegin, 1},
	} {
		page := history.Page{From: row.from, Upto: row.head, Head: row.head}
		for _, at := range row.at {
			page.Events = append(page.Events, message(at))
		}
		l := &Log{Topic: "general", hub: &Hub{}}
		l.keep(false)
		l.load(newest(page))
		if l.Head() != row.head || l.Tail(false) != row.tail {
			t.Errorf("%s: the log holds (%d, %d], want (%d, %d]", row.name, l.Tail(false), l.Head(), row.tail, row.head)
		}
		var want []byte
		for _, e := range page.Events[countUpTo(page.Events, row.tail):] {
			want = sse.AppendEvent(want, l.Topic, e, false)
		}
		if got := follow(t, l, row.tail); !bytes.Equal(got, want) {
			t.Errorf("%s: a reader at %d is handed %q, want %q", row.name, row.tail, got, want)
		}
		if _, _, ok := l.After(row.tail-1, false); ok {
			t.Errorf("%s: it serves a reader from before its tail", row.name)
		}
	}
}

// follow returns what a reader is handed from position at to the head.
func follow(t *testing.T, l *Log, at chat.Position) (got []byte) {
	t.Helper()
	for at < l.Head() {
		frames, upto, ok := l.After(at, false)
		if !ok || upto <= at {
			t.Fatalf("a reader at %d is handed %d bytes up to %d, %t", at, len(frames), upto, ok)
		}
		got, at = append(got, frames...), upto
	}
	return got
}
