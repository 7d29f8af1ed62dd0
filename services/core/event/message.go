// Package event is what the services agree on about a message in flight: its
// JSON, the Redis channel it is published on, the SSE frame a browser receives,
// and the cursor with which a stream is resumed.
//
//	Message ──AppendJSON──▶ payload on chat:room.{room}   (messages → stream)
//	                           │ the same bytes
//	                           ▼
//	        event: room.{room}\nid: {revision}\ndata: {payload}\n\n   (stream → browser)
//
// Live and replayed messages are encoded by the same function, so a client
// can't tell them apart.
package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// Position numbers the durable changes of one room: 1, 2, 3 … without a hole,
// in the order of their commits. 0 stands before the first.
type Position = int64

// TimeFormat is RFC 3339 in UTC with all six digits of a microsecond, the
// resolution that Postgres stores.
const TimeFormat = "2006-01-02T15:04:05.000000Z"

// MaxBody is the longest message body, in characters (Unicode code points).
const MaxBody = 4000

// Message is a chat message as it stands at Revision.
type Message struct {
	ID        Position  `json:"id"`       // position of its creation
	Revision  Position  `json:"revision"` // position of its latest change
	Room      string    `json:"room"`
	Username  string    `json:"username"`
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"created_at"`
	ClientID  string    `json:"client_id,omitempty"` // chosen by the author's client
}

// AppendJSON appends the message as one line of JSON: the payload on Redis
// and the data of the SSE frame.
func (m *Message) AppendJSON(b []byte) []byte {
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, m.ID, 10)
	b = append(b, `,"revision":`...)
	b = strconv.AppendInt(b, m.Revision, 10)
	b = append(b, `,"room":`...)
	b = appendString(b, m.Room)
	b = append(b, `,"username":`...)
	b = appendString(b, m.Username)
	b = append(b, `,"body":`...)
	b = appendString(b, m.Body)
	b = append(b, `,"created_at":"`...)
	b = m.CreatedAt.UTC().AppendFormat(b, TimeFormat)
	b = append(b, '"')
	if m.ClientID != "" {
		b = append(b, `,"client_id":`...)
		b = appendString(b, m.ClientID)
	}
	return append(b, '}')
}

// MarshalJSON implements [json.Marshaler] with [Message.AppendJSON].
func (m Message) MarshalJSON() ([]byte, error) {
	return m.AppendJSON(make([]byte, 0, 160+len(m.Body)+len(m.Body)/8)), nil
}

// Payload is what arrived on a room's channel: a message, or a notice that is
// not durable (typing, presence), told apart by Type.
type Payload struct {
	Message
	Type string // "" for a message
}

// ErrPayload is wrapped by the errors of [ParsePayload].
var ErrPayload = errors.New("not an event")

// ParsePayload reads a payload published on the channel of room. Anyone who
// reaches Redis can publish anything, so it trusts nothing: a message must be
// of that room and keep the limits of the contract; the caller encodes it anew.
func ParsePayload(room string, data []byte) (Payload, error) {
	var raw struct {
		message
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return Payload{}, fmt.Errorf("%w: %w", ErrPayload, err)
	}
	p := Payload{Message: Message(raw.message), Type: raw.Type}
	if p.Room != room {
		return Payload{}, fmt.Errorf("%w: of another room", ErrPayload)
	}
	if p.Type != "" {
		if !validType(p.Type) || p.Revision != 0 {
			return Payload{}, fmt.Errorf("%w: malformed notice", ErrPayload)
		}
		return p, nil
	}
	if p.ID < 1 || p.Revision < p.ID || p.Username == "" || p.Body == "" || utf8.RuneCountInString(p.Body) > MaxBody {
		return Payload{}, fmt.Errorf("%w: outside the limits of a message", ErrPayload)
	}
	return p, nil
}

// message drops Message's methods, so that embedding it promotes none.
type message Message

// validType keeps a notice's type to what can stand in an SSE event name.
func validType(name string) bool {
	return ValidRoom(name) && name != "ping" && name != "ready" && name != "reset" && name != "end"
}

const hex = "0123456789abcdef"

// appendString appends s as a JSON string (RFC 8259 section 7). Beyond what
// the RFC demands it escapes <, > and &, so that the text is inert wherever it
// may be pasted, and U+2028 and U+2029, which end a line in older JavaScript.
// Bytes that are not UTF-8 become U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' && c != 0x7f {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			b = appendEscape(b, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, hex[r&0xf])
			start = i + size
		}
		i += size
	}
	return append(append(b, s[start:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
}
