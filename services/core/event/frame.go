package event

import (
	"strconv"
	"time"
)

// Frames are those of the WHATWG HTML standard, section 9.2 "Server-sent
// events": lines of "field: value", ended by an empty line. The field order is
// event, id, data.

// Tagged says whether a frame's id names its room ("general:42"), as on a
// stream of many rooms, or not ("42").
type Tagged bool

// AppendFrame appends the frame of m to b.
func AppendFrame(b []byte, m *Message, tagged Tagged) []byte {
	b = append(b, "event: "...)
	b = append(b, roomPrefix...)
	b = append(b, m.Room...)
	b = appendID(b, m.Room, m.Revision, tagged)
	b = append(b, "data: "...)
	b = m.AppendJSON(b)
	return append(b, "\n\n"...)
}

// AppendNotice appends the frame of a notice that is not durable: an event of
// the notice's type, without an id. data must be one line of JSON.
func AppendNotice(b []byte, kind string, data []byte) []byte {
	b = append(b, "event: "...)
	b = append(b, kind...)
	b = append(b, "\ndata: "...)
	b = append(b, data...)
	return append(b, "\n\n"...)
}

// AppendReady appends the frame that ends a replay: room is complete up to at,
// and what follows is live.
func AppendReady(b []byte, room string, at Position, tagged Tagged) []byte {
	return appendMark(b, "ready", room, at, tagged)
}

// AppendReset appends the frame that tells a client to load room's history
// anew: its cursor can't be served. The stream goes on after at.
func AppendReset(b []byte, room string, at Position, tagged Tagged) []byte {
	return appendMark(b, "reset", room, at, tagged)
}

func appendMark(b []byte, name, room string, at Position, tagged Tagged) []byte {
	b = append(b, "event: "...)
	b = append(b, name...)
	b = appendID(b, room, at, tagged)
	b = append(b, `data: {"room":"`...)
	b = append(b, room...)
	b = append(b, `","id":`...)
	b = strconv.AppendInt(b, at, 10)
	return append(b, "}\n\n"...)
}

func appendID(b []byte, room string, at Position, tagged Tagged) []byte {
	b = append(b, "\nid: "...)
	if tagged {
		b = append(b, room...)
		b = append(b, ':')
	}
	b = strconv.AppendInt(b, at, 10)
	return append(b, '\n')
}

// AppendRetry appends the time after which a client should reconnect, in whole
// milliseconds.
func AppendRetry(b []byte, after time.Duration) []byte {
	b = append(b, "retry: "...)
	b = strconv.AppendInt(b, after.Milliseconds(), 10)
	return append(b, "\n\n"...)
}

// Ping keeps a silent stream alive. It is an event, which scripts see, and not
// a comment, which they don't; it has no id, so the cursor stays.
const Ping = "event: ping\ndata: {}\n\n"

// The reasons in an end frame.
const (
	EndSession = "session" // the session ended
	EndMaxAge  = "max_age" // the stream reached its age; resume
	EndDrain   = "drain"   // this replica is stopping; resume
	EndSlow    = "slow"    // the client fell too far behind; resume
)

// AppendEnd appends the last frame of a stream, which says why it ends.
func AppendEnd(b []byte, reason string) []byte {
	b = append(b, "event: end\ndata: {\"reason\":\""...)
	b = append(b, reason...)
	return append(b, "\"}\n\n"...)
}
