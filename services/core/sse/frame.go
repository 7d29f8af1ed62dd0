package sse

import (
	"strconv"
	"time"

	"parley/core/chat"
	"parley/core/wire"
)

// Frames are those of the WHATWG HTML standard, section 9.2 "Server-sent
// events": lines of "field: value", ended by an empty line. The field order is
// event, id, data.

// Tagged says whether a frame's id names its log ("general:42"), as on a
// stream of many logs, or not ("42").
type Tagged bool

// AppendEvent appends the frame of a durable event of the log topic to b.
func AppendEvent(b []byte, topic wire.Topic, e wire.Event, tagged Tagged) []byte {
	b = append(b, "event: "...)
	b = topic.AppendEventName(b)
	b = appendID(b, topic, e.At(), tagged)
	b = append(b, "data: "...)
	b = e.AppendJSON(b)
	return append(b, "\n\n"...)
}

// AppendNotice appends the frame of a notice that is not durable: an event of
// the notice's type, without an id.
func AppendNotice(b []byte, n wire.Notice) []byte {
	b = append(b, "event: "...)
	b = append(b, n.Type()...)
	b = append(b, "\ndata: "...)
	b = n.AppendJSON(b)
	return append(b, "\n\n"...)
}

// AppendReady appends the frame that ends a replay: the log is complete up to at,
// and what follows is live.
func AppendReady(b []byte, topic wire.Topic, at chat.Position, tagged Tagged) []byte {
	return appendMark(b, "ready", topic, at, tagged)
}

// AppendReset appends the frame that tells a client to load the log's history
// anew: its cursor can't be served. The stream goes on after at.
func AppendReset(b []byte, topic wire.Topic, at chat.Position, tagged Tagged) []byte {
	return appendMark(b, "reset", topic, at, tagged)
}

func appendMark(b []byte, name string, topic wire.Topic, at chat.Position, tagged Tagged) []byte {
	b = append(b, "event: "...)
	b = append(b, name...)
	b = appendID(b, topic, at, tagged)
	b = append(b, `data: {"room":"`...)
	b = append(b, topic...)
	b = append(b, `","id":`...)
	b = strconv.AppendInt(b, at, 10)
	return append(b, "}\n\n"...)
}

func appendID(b []byte, topic wire.Topic, at chat.Position, tagged Tagged) []byte {
	b = append(b, "\nid: "...)
	if tagged {
		b = append(b, topic...)
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
