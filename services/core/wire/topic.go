package wire

import (
	"strings"

	"parley/core/chat"
)

// Topic names a log, a room's or a person's: "general" or "@ada". It is the
// first part of the ids of a stream of many logs, "general:42".
type Topic string

// The prefixes that make a topic's Redis channel and its SSE event name.
const (
	channelPrefix = "chat:"
	roomPrefix    = "room."
	userPrefix    = "user."
	personMark    = "@"
)

// SessionsEndedChannel is the Redis channel on which messages tells that
// sessions have ended, so that their streams close at once. The payload is a
// [SessionsEnded].
const SessionsEndedChannel = channelPrefix + "session.ended"

// RoomTopic returns the topic of a room's log.
func RoomTopic(room string) Topic { return Topic(room) }

// PersonTopic returns the topic of a person's log.
func PersonTopic(username string) Topic { return Topic(personMark + username) }

// Person returns whose log it is; ok is false for a room's.
func (t Topic) Person() (username string, ok bool) {
	return strings.CutPrefix(string(t), personMark)
}

// Room returns which room's log it is; ok is false for a person's.
func (t Topic) Room() (room string, ok bool) {
	return string(t), !strings.HasPrefix(string(t), personMark)
}

// Valid reports whether there can be such a room or person.
func (t Topic) Valid() bool {
	if username, ok := t.Person(); ok {
		return chat.ValidUsername(username)
	}
	return chat.ValidRoom(string(t))
}

// Channel returns the Redis channel: "chat:room.general", "chat:user.ada".
func (t Topic) Channel() string {
	if username, ok := t.Person(); ok {
		return channelPrefix + userPrefix + username
	}
	return channelPrefix + roomPrefix + string(t)
}

// AppendEventName appends the SSE event name: "room.general"; "me" for a
// person's log, which only that person receives.
func (t Topic) AppendEventName(b []byte) []byte {
	if _, ok := t.Person(); ok {
		return append(b, "me"...)
	}
	return append(append(b, roomPrefix...), t...)
}

// EventName returns what [Topic.AppendEventName] appends.
func (t Topic) EventName() string { return string(t.AppendEventName(nil)) }

// TopicOf returns the topic of a channel made by [Topic.Channel].
func TopicOf(channel string) (t Topic, ok bool) {
	if room, ok := strings.CutPrefix(channel, channelPrefix+roomPrefix); ok {
		return RoomTopic(room), true
	}
	if username, ok := strings.CutPrefix(channel, channelPrefix+userPrefix); ok {
		return PersonTopic(username), true
	}
	return "", false
}
