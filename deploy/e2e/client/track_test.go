package client

import (
	"testing"

	"parley/core/chat"
	"parley/core/wire"
)

func TestTrack(t *testing.T) {
	t.Parallel()
	said := func(id, revision int64) wire.Event { return &chat.Message{ID: id, Revision: revision} }
	room := func(revision int64) wire.Event { return &wire.Room{Revision: revision} }
	for _, row := range []struct {
		name   string
		from   int64
		events []wire.Event
		good   bool
	}{
		{"dense", 0, []wire.Event{said(1, 1), said(2, 2), room(3), said(1, 4)}, true},
		{"from the head", -1, []wire.Event{said(7, 7), said(8, 8)}, true},
		{"an edit in the place of its message", 0, []wire.Event{said(1, 1), said(3, 3), said(2, 4)}, true},
		{"an edit of an edit", 2, []wire.Event{said(5, 5), said(1, 6)}, true},
		{"a title that changed twice", 0, []wire.Event{said(2, 2), room(3)}, true},
		{"lost", 0, []wire.Event{said(1, 1), said(3, 3)}, false},
		{"lost, and an edit of what came after", 0, []wire.Event{said(2, 2), said(2, 3)}, false},
		{"twice", 0, []wire.Event{said(1, 1), said(1, 1)}, false},
		{"back", 0, []wire.Event{said(1, 1), room(3), said(2, 2)}, false},
	} {
		track := track{topic: "hot", at: row.from}
		var err error
		for _, e := range row.events {
			if err == nil {
				err = track.take(e)
			}
		}
		if err == nil {
			err = track.settled()
		}
		if (err == nil) != row.good {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}
