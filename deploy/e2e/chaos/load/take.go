package load

import (
	"maps"
	"slices"

	"parley/core/sse"
	"parley/core/wire"
	"parley/deploy/e2e/client"
	"parley/deploy/e2e/history"
)

// take records an event. What it says is not judged here, but what can't be
// understood is recorded as odd. Of a person's rooms those are left aside that
// are not of this run.
func (l *listener) take(connection *history.Connection, e sse.Event) {
	var topic wire.Topic
	if !l.tagged {
		topic = wire.RoomTopic(l.rooms[0])
	}
	seen, err := client.Decode(e, topic)
	switch {
	case err != nil:
		l.odd(connection, err.Error())
		return
	case seen.Mark == client.Ping:
		return
	case connection.End != "":
		l.odd(connection, "after the end, "+e.Name)
		return
	case seen.Mark == client.End:
		connection.End = "end " + e.Data
		return
	case l.all && l.foreign(seen.Topic):
		return
	}
	event := l.event(seen)
	connection.Events = append(connection.Events, event)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.follow(event)
	if m, ok := seen.Event.(*wire.Membership); ok {
		l.move(m)
	}
}

func (l *listener) odd(connection *history.Connection, text string) {
	connection.Events = append(connection.Events, history.Event{At: l.of.recorder.Now(), Kind: history.Odd, Text: text})
}

func (l *listener) foreign(topic wire.Topic) bool {
	return string(topic) != l.own() && !slices.Contains(l.of.Rooms, string(topic))
}

func (l *listener) event(seen client.Seen) history.Event {
	event := history.Event{At: l.of.recorder.Now(), Log: string(seen.Topic), Position: seen.At}
	switch {
	case seen.Notice != nil:
		event.Kind, event.Text = history.Notice, string(seen.Notice.AppendJSON(nil))
	case seen.Mark == client.Ready:
		event.Kind = history.Ready
	case seen.Mark == client.Reset:
		event.Kind = history.Reset
	default:
		event.Kind, event.Row = history.Said, l.of.recorder.Row(seen.Topic, seen.Event, seen.Data)
	}
	return event
}

// follow moves the cursor on. Of a room that has ended nothing is followed.
func (l *listener) follow(e history.Event) {
	if _, carried := l.at[e.Log]; e.Kind == history.Notice || !carried && l.gone[e.Log] {
		return
	}
	l.at[e.Log] = e.Position
	if e.Kind == history.Reset && e.Log == l.own() { // what it told of rooms may never have been
		maps.DeleteFunc(l.at, func(log string, _ int64) bool { return log != e.Log && !l.ready[log] })
	}
	if e.Kind == history.Ready {
		l.ready[e.Log] = true
		l.heard = l.heard || l.whole()
	}
}

// move lets a room begin or end, as the person's own log says: after the
// replay of that log a room begins at the joining.
func (l *listener) move(m *wire.Membership) {
	if !l.all || l.foreign(wire.RoomTopic(m.Room)) {
		return
	}
	_, carried := l.at[m.Room]
	switch {
	case !m.Member:
		delete(l.at, m.Room)
		l.gone[m.Room] = true
	case l.gone[m.Room] || !carried:
		delete(l.gone, m.Room)
		if l.ready[l.own()] {
			l.at[m.Room] = m.Joined
		} else if !carried {
			l.at[m.Room] = history.Head
		}
	}
}
