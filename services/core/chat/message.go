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
	Body      string    `json:"body"` // "" once it is deleted
	CreatedAt time.Time `json:"created_at"`
	ClientID  string    `json:"client_id"` // chosen by the author's client; "" for none

	HTML      string     `json:"html"`      // the body rendered; "" if it is plain text
	EditedAt  time.Time  `json:"edited_at"` // of the latest edit; zero for none
	Deleted   bool       `json:"deleted"`
	ReplyTo   Position   `json:"reply_to"`  // id of the message that it answers; 0 for none
	Thread    Position   `json:"thread"`    // id of the root of its thread; 0 for none
	Reactions []Reaction `json:"reactions"` // the earliest first
	Mentions  []string   `json:"mentions"`  // usernames, and [MentionRoom], [MentionHere]
	PinnedAt  time.Time  `json:"pinned_at"` // zero for a message that isn't pinned
	PinnedBy  string     `json:"pinned_by"`
}

// Reaction is an emoji and who reacted with it, the earliest first.
type Reaction struct {
	Emoji  string   `json:"emoji"`
	People []string `json:"people"`
}

// What a message's Mentions have for groups. No username has an @.
const (
	MentionRoom = "@room" // everybody in the room
	MentionHere = "@here" // everybody in the room who is online
)

// At returns the position of the message's latest change.
func (m *Message) At() Position { return m.Revision }

// AppendJSON appends the message as one line of JSON: the payload on Redis
// and the data of the SSE frame. What doesn't apply is absent.
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
	b = appendTime(b, `,"created_at":`, m.CreatedAt)
	b = appendText(b, `,"client_id":`, m.ClientID)
	return append(m.appendMore(b), '}')
}

// appendMore appends what most messages don't have.
func (m *Message) appendMore(b []byte) []byte {
	b = appendText(b, `,"html":`, m.HTML)
	if !m.EditedAt.IsZero() {
		b = appendTime(b, `,"edited_at":`, m.EditedAt)
	}
	if m.Deleted {
		b = append(b, `,"deleted":true`...)
	}
	if m.ReplyTo != 0 {
		b = strconv.AppendInt(append(b, `,"reply_to":`...), m.ReplyTo, 10)
	}
	if m.Thread != 0 {
		b = strconv.AppendInt(append(b, `,"thread":`...), m.Thread, 10)
	}
	if len(m.Reactions) > 0 {
		b = append(b, `,"reactions":[`...)
		for i, r := range m.Reactions {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendString(append(b, `{"emoji":`...), r.Emoji)
			b = append(appendStrings(append(b, `,"people":`...), r.People), '}')
		}
		b = append(b, ']')
	}
	if len(m.Mentions) > 0 {
		b = appendStrings(append(b, `,"mentions":`...), m.Mentions)
	}
	if !m.PinnedAt.IsZero() {
		b = appendTime(b, `,"pinned_at":`, m.PinnedAt)
		b = appendText(b, `,"pinned_by":`, m.PinnedBy)
	}
	return b
}

// MarshalJSON implements [json.Marshaler] with [Message.AppendJSON].
func (m Message) MarshalJSON() ([]byte, error) {
	return m.AppendJSON(make([]byte, 0, 160+len(m.Body)+len(m.Body)/8+len(m.HTML))), nil
}

// appendText appends a key and its text, unless that is "".
func appendText(b []byte, key, text string) []byte {
	if text == "" {
		return b
	}
	return AppendString(append(b, key...), text)
}

func appendTime(b []byte, key string, t time.Time) []byte {
	b = append(append(b, key...), '"')
	return append(t.UTC().AppendFormat(b, TimeFormat), '"')
}

func appendStrings(b []byte, all []string) []byte {
	b = append(b, '[')
	for i, s := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(b, s)
	}
	return append(b, ']')
}
