package client

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"parley/core/chat"
	"parley/core/sse"
	"parley/core/wire"
)

// Seen is an event of a stream, understood. It is one of: a durable Event of
// the log Topic; a Notice of the room Topic; a Mark.
type Seen struct {
	Topic  wire.Topic
	At     chat.Position // of an Event, ready and reset
	Event  wire.Event
	Data   string // of an Event, to the byte
	Notice wire.Notice
	Mark   Mark
	Reason string // of End
}

// Mark is an event that tells of the stream itself.
type Mark string

// The marks.
const (
	Ready Mark = "ready"
	Reset Mark = "reset"
	End   Mark = "end"
	Ping  Mark = "ping"
)

// Decode understands e, which came on the stream of one log, topic, or with
// topic "" on one of many. It returns an error for whatever the contract
// doesn't know: that is the server's fault.
func Decode(e sse.Event, topic wire.Topic) (Seen, error) {
	switch e.Name {
	case string(Ping):
		return Seen{Mark: Ping}, nil
	case string(End):
		return decodeEnd(e)
	case wire.TypeTyping, wire.TypePresence:
		return decodeNotice(e, topic)
	}
	seen := Seen{Topic: topic}
	var err error
	if seen.Topic, seen.At, err = decodeID(e, topic); err != nil {
		return seen, err
	}
	switch e.Name {
	case string(Ready), string(Reset):
		seen.Mark = Mark(e.Name)
		return seen, agree(e, seen)
	case seen.Topic.EventName():
		event, _, err := wire.Parse(seen.Topic, []byte(e.Data))
		if err != nil || event == nil {
			return seen, fmt.Errorf("%s with id %q says %.200s: %w", e.Name, e.ID, e.Data, err)
		}
		if event.At() != seen.At {
			return seen, fmt.Errorf("%s with id %q says %.200s", e.Name, e.ID, e.Data)
		}
		seen.Event, seen.Data = event, e.Data
		return seen, nil
	}
	return seen, fmt.Errorf("event %q with id %q", e.Name, e.ID)
}

// decodeID reads "42", or on a stream of many logs "general:42".
func decodeID(e sse.Event, topic wire.Topic) (wire.Topic, chat.Position, error) {
	id := e.ID
	if topic == "" {
		name, position, found := strings.Cut(e.ID, ":")
		topic, id = wire.Topic(name), position
		if !found || !topic.Valid() {
			return "", 0, fmt.Errorf("%s with id %q", e.Name, e.ID)
		}
	}
	at, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return "", 0, fmt.Errorf("%s with id %q", e.Name, e.ID)
	}
	return topic, at, nil
}

func decodeEnd(e sse.Event) (Seen, error) {
	var end struct{ Reason string }
	if err := json.Unmarshal([]byte(e.Data), &end); err != nil || end.Reason == "" {
		return Seen{}, fmt.Errorf("end without a reason: %.200s", e.Data)
	}
	return Seen{Mark: End, Reason: end.Reason}, nil
}

// decodeNotice reads a notice, which says itself of which room it is.
func decodeNotice(e sse.Event, topic wire.Topic) (Seen, error) {
	var of struct{ Room string }
	if err := json.Unmarshal([]byte(e.Data), &of); err != nil || !chat.ValidRoom(of.Room) || topic != "" && topic != wire.RoomTopic(of.Room) {
		return Seen{}, fmt.Errorf("%s says %.200s", e.Name, e.Data)
	}
	_, notice, err := wire.Parse(wire.RoomTopic(of.Room), []byte(e.Data))
	if err != nil || notice == nil || notice.Type() != e.Name {
		return Seen{}, fmt.Errorf("%s says %.200s: %w", e.Name, e.Data, err)
	}
	return Seen{Topic: wire.RoomTopic(of.Room), Notice: notice}, nil
}

// agree checks that the data of ready or reset says what the id does.
func agree(e sse.Event, seen Seen) error {
	var data struct {
		Room string
		ID   chat.Position
	}
	if err := json.Unmarshal([]byte(e.Data), &data); err != nil {
		return fmt.Errorf("%s: %w", e.Name, err)
	}
	if data.Room != string(seen.Topic) || data.ID != seen.At {
		return fmt.Errorf("%s with id %q says %s", e.Name, e.ID, e.Data)
	}
	return nil
}
