package load

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"parley/core/chat"
	"parley/core/sse"
	"parley/core/wire"
	"parley/deploy/e2e/history"
)

// take records an event. What it says is not judged here, but what can't be
// understood is recorded as odd.
func (l *listener) take(connection *history.Connection, e sse.Event) {
	switch {
	case e.Name == "ping":
		return
	case connection.End != "":
		l.odd(connection, "after the end, "+e.Name)
		return
	case e.Name == "end":
		connection.End = "end " + e.Data
		return
	}
	seen, err := l.understand(e)
	if err != nil {
		l.odd(connection, err.Error())
		return
	}
	seen.At = l.of.recorder.Now()
	connection.Events = append(connection.Events, seen)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at[seen.Room] = seen.Position
	if seen.Kind == history.Ready {
		l.ready[seen.Room] = true
		l.heard = l.heard || len(l.ready) == len(l.rooms)
	}
}

func (l *listener) odd(connection *history.Connection, text string) {
	connection.Events = append(connection.Events, history.Event{At: l.of.recorder.Now(), Kind: history.Odd, Text: text})
}

func (l *listener) understand(e sse.Event) (history.Event, error) {
	seen := history.Event{Room: l.rooms[0]}
	id := e.ID
	if l.tagged {
		var found bool
		if seen.Room, id, found = strings.Cut(e.ID, ":"); !found {
			return seen, fmt.Errorf("%s with id %q", e.Name, e.ID)
		}
	}
	var err error
	if seen.Position, err = strconv.ParseInt(id, 10, 64); err != nil {
		return seen, fmt.Errorf("%s with id %q", e.Name, e.ID)
	}
	switch e.Name {
	case wire.RoomTopic(seen.Room).EventName():
		var m chat.Message
		if err := json.Unmarshal([]byte(e.Data), &m); err != nil {
			return seen, fmt.Errorf("%s %s: %w", e.Name, id, err)
		}
		seen.Kind, seen.Message = history.Said, l.of.recorder.Message(m)
		return seen, nil
	case "ready":
		seen.Kind = history.Ready
	case "reset":
		seen.Kind = history.Reset
	default:
		return seen, fmt.Errorf("event %q with id %q", e.Name, e.ID)
	}
	return seen, agree(e, seen)
}

// agree checks that the data of ready or reset says what the id does.
func agree(e sse.Event, seen history.Event) error {
	var data struct {
		Room string
		ID   int64
	}
	if err := json.Unmarshal([]byte(e.Data), &data); err != nil {
		return fmt.Errorf("%s: %w", e.Name, err)
	}
	if data.Room != seen.Room || data.ID != seen.Position {
		return fmt.Errorf("%s with id %q says %s", e.Name, e.ID, e.Data)
	}
	return nil
}
