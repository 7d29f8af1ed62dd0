package event

import "strings"

// MaxRoomName is the longest room name, in bytes.
const MaxRoomName = 100

// channelPrefix and roomPrefix make the Redis channel of a room:
// "chat:room.general". The part after "chat:" is also the SSE event name.
const (
	channelPrefix = "chat:"
	roomPrefix    = "room."
)

// SessionEndedChannel is the Redis channel on which messages tells that
// sessions have ended, so that their streams close at once. The payload is
// a [session.Ended] notice.
const SessionEndedChannel = channelPrefix + "session.ended"

// ValidRoom reports whether name can be a room's: [a-z0-9][a-z0-9_-]{0,99}.
func ValidRoom(name string) bool {
	if name == "" || len(name) > MaxRoomName {
		return false
	}
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
		if !letter && (i == 0 || c != '_' && c != '-') {
			return false
		}
	}
	return true
}

// Name returns the SSE event name of a room's messages: "room.general".
func Name(room string) string { return roomPrefix + room }

// Channel returns the Redis channel of a room: "chat:room.general".
func Channel(room string) string { return channelPrefix + roomPrefix + room }

// RoomOf returns the room of a Redis channel made by [Channel].
func RoomOf(channel string) (room string, ok bool) {
	return strings.CutPrefix(channel, channelPrefix+roomPrefix)
}
