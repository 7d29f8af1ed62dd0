package chat

import (
	"strconv"
	"time"
)

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

// At returns the position of the message's latest change.
func (m *Message) At() Position { return m.Revision }

// AppendJSON appends the message as one line of JSON: the payload on Redis
// and the data of the SSE frame.
func (m *Message) AppendJSON(b []byte) []byte {
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, m.ID, 10)
	b = append(b, `,"revision":`...)
	b = strconv.AppendInt(b, m.Revision, 10)
	b = append(b, `,"room":`...)
	b = AppendString(b, m.Room)
	b = append(b, `,"username":`...)
	b = AppendString(b, m.Username)
	b = append(b, `,"body":`...)
	b = AppendString(b, m.Body)
	b = append(b, `,"created_at":"`...)
	b = m.CreatedAt.UTC().AppendFormat(b, TimeFormat)
	b = append(b, '"')
	if m.ClientID != "" {
		b = append(b, `,"client_id":`...)
		b = AppendString(b, m.ClientID)
	}
	return append(b, '}')
}

// MarshalJSON implements [json.Marshaler] with [Message.AppendJSON].
func (m Message) MarshalJSON() ([]byte, error) {
	return m.AppendJSON(make([]byte, 0, 160+len(m.Body)+len(m.Body)/8)), nil
}
