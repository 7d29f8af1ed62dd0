// Package wire is what travels between the services and to browsers: the
// topics and their Redis channels, the payloads, and the cursors with which a
// stream is resumed.
//
//	Event ──AppendJSON──▶ payload on chat:room.{room} or chat:user.{username}   (messages → stream)
//	                         │ the same bytes
//	                         ▼
//	      event: room.{room}\nid: {revision}\ndata: {payload}\n\n   (stream → browser; see core/sse)
//
// Live and replayed events are encoded by the same functions, so a client
// can't tell them apart.
package wire

import (
	"strconv"

	"parley/core/chat"
)

// Event is a durable change as it is sent: its position in its log, and its
// payload. It is a [*chat.Message], [*Room], [*Profile], [*Membership] or
// [*Person].
type Event interface {
	At() chat.Position
	AppendJSON(b []byte) []byte
}

// The values of a payload's "type". A message has none.
const (
	TypeRoom       = "room"
	TypeMembership = "membership"
	TypePerson     = "person"
	TypeProfile    = "profile"
	TypeTyping     = "typing"
	TypePresence   = "presence"
)

// Room is a room as it stands at Revision, on its own log.
type Room struct {
	Revision chat.Position `json:"revision"`
	Room     string        `json:"room"`
	Kind     chat.Kind     `json:"kind"`
	Title    string        `json:"title"`
	Topic    string        `json:"topic"`
	Archived bool          `json:"archived"`

	Floor         chat.Position `json:"floor,omitempty"`          // what was said up to here is gone
	RetentionDays *int          `json:"retention_days,omitempty"` // how long messages are kept; 0 is for ever, nil as the deployment says
}

// At implements [Event].
func (r *Room) At() chat.Position { return r.Revision }

// AppendJSON implements [Event].
func (r *Room) AppendJSON(b []byte) []byte {
	b = appendHead(b, TypeRoom, r.Revision)
	b = append(b, `,"room":`...)
	b = chat.AppendString(b, r.Room)
	b = append(b, `,"kind":`...)
	b = chat.AppendString(b, string(r.Kind))
	b = append(b, `,"title":`...)
	b = chat.AppendString(b, r.Title)
	b = append(b, `,"topic":`...)
	b = chat.AppendString(b, r.Topic)
	b = append(b, `,"archived":`...)
	b = strconv.AppendBool(b, r.Archived)
	if r.Floor > 0 {
		b = append(b, `,"floor":`...)
		b = strconv.AppendInt(b, r.Floor, 10)
	}
	if r.RetentionDays != nil {
		b = append(b, `,"retention_days":`...)
		b = strconv.AppendInt(b, int64(*r.RetentionDays), 10)
	}
	return append(b, '}')
}

// Membership is what a person has in one room as it stands at Revision of the
// person's log. It says nothing that can change without a new revision.
type Membership struct {
	Revision  chat.Position `json:"revision"`
	Room      string        `json:"room"`
	Kind      chat.Kind     `json:"kind"`
	Member    bool          `json:"member"`
	Moderator bool          `json:"moderator"`
	Joined    chat.Position `json:"joined"`             // the room's head when the person came in
	Read      chat.Position `json:"read"`               // read up to here; one's own messages above Reopened are read besides
	Reopened  chat.Position `json:"reopened,omitempty"` // the room's head when the person marked it unread
	Notify    chat.Level    `json:"notify"`
	People    []string      `json:"people,omitempty"` // of a direct room, in order of name
}

// At implements [Event].
func (m *Membership) At() chat.Position { return m.Revision }

// AppendJSON implements [Event].
func (m *Membership) AppendJSON(b []byte) []byte {
	b = appendHead(b, TypeMembership, m.Revision)
	b = append(b, `,"room":`...)
	b = chat.AppendString(b, m.Room)
	b = append(b, `,"kind":`...)
	b = chat.AppendString(b, string(m.Kind))
	b = append(b, `,"member":`...)
	b = strconv.AppendBool(b, m.Member)
	b = append(b, `,"moderator":`...)
	b = strconv.AppendBool(b, m.Moderator)
	b = append(b, `,"joined":`...)
	b = strconv.AppendInt(b, m.Joined, 10)
	b = append(b, `,"read":`...)
	b = strconv.AppendInt(b, m.Read, 10)
	if m.Reopened > 0 {
		b = append(b, `,"reopened":`...)
		b = strconv.AppendInt(b, m.Reopened, 10)
	}
	b = append(b, `,"notify":`...)
	b = chat.AppendString(b, string(m.Notify))
	if len(m.People) > 0 {
		b = append(b, `,"people":[`...)
		for i, username := range m.People {
			if i > 0 {
				b = append(b, ',')
			}
			b = chat.AppendString(b, username)
		}
		b = append(b, ']')
	}
	return append(b, '}')
}

// Person is a person's profile as it stands at Revision of their log.
type Person struct {
	Revision    chat.Position `json:"revision"`
	Username    string        `json:"username"`
	DisplayName string        `json:"display_name"`
	Role        chat.Role     `json:"role"`
	Look
	TimeZone string `json:"time_zone,omitempty"` // "" as the browser says, as with the next
	Language string `json:"language,omitempty"`  // of dates
	Theme    string `json:"theme,omitempty"`     // "" as the system says
}

// At implements [Event].
func (p *Person) At() chat.Position { return p.Revision }

// AppendJSON implements [Event].
func (p *Person) AppendJSON(b []byte) []byte {
	b = appendHead(b, TypePerson, p.Revision)
	b = append(b, `,"username":`...)
	b = chat.AppendString(b, p.Username)
	b = append(b, `,"display_name":`...)
	b = chat.AppendString(b, p.DisplayName)
	b = append(b, `,"role":`...)
	b = chat.AppendString(b, string(p.Role))
	b = p.append(b)
	b = appendField(b, `,"time_zone":`, p.TimeZone)
	b = appendField(b, `,"language":`, p.Language)
	b = appendField(b, `,"theme":`, p.Theme)
	return append(b, '}')
}

func appendHead(b []byte, kind string, at chat.Position) []byte {
	b = append(b, `{"type":"`...)
	b = append(b, kind...)
	b = append(b, `","revision":`...)
	return strconv.AppendInt(b, at, 10)
}
