package hub

import (
	"testing"

	"parley/core/chat"
	"parley/core/history"
)

func TestLogBeginsAfterAHole(t *testing.T) {
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
		{"small holes", []chat.Position{3, 100}, 2, 200, 2},
		{"a hole at the end", []chat.Position{3, 4}, 2, far, far},
		{"a hole in between", []chat.Position{3, far + 1, far + 3}, 2, far + 3, far},
		{"the largest that is bridged", []chat.Position{1, 1 + maxHole}, 0, 1 + maxHole, 0},
		{"the smallest that isn't", []chat.Position{1, 2 + maxHole}, 0, 2 + maxHole, 1 + maxHole},
	} {
		page := history.Page{From: row.from, Upto: row.head, Head: row.head}
		for _, at := range row.at {
			page.Events = append(page.Events, message(at))
		}
		l := &Log{Topic: "general", hub: &Hub{}}
		l.keep(false)
		l.load(afterHole(page))
		if l.Head() != row.head || l.Tail(false) != row.tail {
			t.Errorf("%s: the log holds (%d, %d], want (%d, %d]", row.name, l.Tail(false), l.Head(), row.tail, row.head)
		}
		for _, e := range page.Events {
			if e.At() > row.tail && !l.holds(e) {
				t.Errorf("%s: it lacks %d", row.name, e.At())
			}
		}
	}
}
