package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"parley/core/chat"
)

// Raw are messages as they came, to the byte.
type Raw []json.RawMessage

// Page is a list of messages: of a room, of pins, of mentions.
type Page struct {
	Messages Raw
	Head     chat.Position
	More     bool
	Next     string
}

// IDs returns the ids of messages.
func (r Raw) IDs() (ids []chat.Position, err error) {
	for _, text := range r {
		var m struct{ ID chat.Position }
		if err := json.Unmarshal(text, &m); err != nil {
			return nil, fmt.Errorf("read message: %w", err)
		}
		ids = append(ids, m.ID)
	}
	return ids, nil
}

// Read returns messages, understood.
func (r Raw) Read() (all []chat.Message, err error) {
	for _, text := range r {
		var m chat.Message
		if err := json.Unmarshal(text, &m); err != nil {
			return nil, fmt.Errorf("read message: %w", err)
		}
		all = append(all, m)
	}
	return all, nil
}

// Version is a body that a message had before.
type Version struct {
	Body     string
	Revision chat.Position
	At       time.Time
}

// Messages returns a stretch of a room's history: "around=5&limit=10".
func (u *User) Messages(ctx context.Context, room, query string) (Page, error) {
	return read[Page](ctx, u, "/chat/"+room+"/messages?"+query)
}

// Whole returns the whole history of a room, oldest first. Head is that of the
// first page: what changed since may be there too.
func (u *User) Whole(ctx context.Context, room string) (Page, error) {
	whole := Page{Head: -1}
	for after := chat.Position(0); ; {
		page, err := u.Messages(ctx, room, "limit=200&after="+strconv.FormatInt(after, 10))
		if err != nil {
			return whole, err
		}
		if whole.Head < 0 {
			whole.Head = page.Head
		}
		whole.Messages = append(whole.Messages, page.Messages...)
		if !page.More {
			return whole, nil
		}
		ids, err := page.Messages[len(page.Messages)-1:].IDs()
		if err != nil {
			return whole, err
		}
		after = ids[0]
	}
}

// Pins returns the pinned messages of a room.
func (u *User) Pins(ctx context.Context, room string) (Page, error) {
	return read[Page](ctx, u, "/chat/"+room+"/pins")
}

// Mentions returns messages that mention the user: "before=CURSOR&limit=10".
func (u *User) Mentions(ctx context.Context, query string) (Page, error) {
	return read[Page](ctx, u, "/mentions?"+query)
}

// Versions returns the bodies that a message had before.
func (u *User) Versions(ctx context.Context, room string, id chat.Position) ([]Version, error) {
	list, err := read[struct{ Versions []Version }](ctx, u, MessagePath(room, id)+"/versions")
	return list.Versions, err
}

// Mine are the rooms that a person is in, and the head of their own log.
type Mine struct {
	Rooms []Room
	Me    chat.Position
}

// Room is a room as one who is in it has it.
type Room struct {
	Name, Title, Topic string
	Kind               chat.Kind
	Archived           bool
	Head, Read         chat.Position
	Reopened           chat.Position
	Unread, Mentions   int
	Moderator          bool
	Notify             chat.Level
	People             []string
	Floor              chat.Position
	RetentionDays      *int `json:"retention_days"`
}

// Rooms returns the rooms that the user is in.
func (u *User) Rooms(ctx context.Context) (Mine, error) { return read[Mine](ctx, u, "/chat") }

// read gets what path answers.
func read[T any](ctx context.Context, u *User, path string) (value T, err error) {
	answer, err := u.Get(ctx, path)
	if err != nil {
		return value, err
	}
	if answer.Status != http.StatusOK {
		return value, fmt.Errorf("GET %s: %s", path, answer)
	}
	if err := json.Unmarshal(answer.Body, &value); err != nil {
		return value, fmt.Errorf("GET %s: read answer: %w", path, err)
	}
	return value, nil
}
