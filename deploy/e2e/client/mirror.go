package client

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"parley/core/chat"
	"parley/core/wire"
)

// Mirror is what a page has of everything of a person's: what it loaded once,
// and what a stream has told since. It is not for use by several at once.
//
//	Load ──▶ rooms, messages ──Until──▶ the same as a new Load
//	              ▲
//	           events, resets, rooms that begin and end
type Mirror struct {
	Loads  int // of rooms, besides the first
	Resets int

	user   *User
	own    wire.Topic
	at     chat.Position // of the own log
	rooms  map[string]*mirrored
	stream *Stream
}

// mirrored is a room of a mirror.
type mirrored struct {
	Room                   // as GET /chat has it, but for what is counted
	joined   chat.Position // -1 until the stream has told
	loaded   chat.Position // the head when it was loaded
	at       chat.Position
	messages map[chat.Position]held
}

// held is a message, and how it came.
type held struct {
	chat.Message
	raw string
}

// NewMirror returns an empty mirror.
func NewMirror(user *User) *Mirror {
	return &Mirror{user: user, own: wire.PersonTopic(user.Name), rooms: make(map[string]*mirrored)}
}

// Load loads everything anew.
func (m *Mirror) Load(ctx context.Context) error {
	mine, err := m.user.Rooms(ctx)
	if err != nil {
		return err
	}
	m.at = mine.Me
	clear(m.rooms)
	for _, room := range mine.Rooms {
		if err := m.load(ctx, room); err != nil {
			return err
		}
	}
	return nil
}

// load loads a room.
func (m *Mirror) load(ctx context.Context, room Room) error {
	whole, err := m.user.Whole(ctx, room.Name)
	if err != nil {
		return err
	}
	all, err := whole.Messages.Read()
	if err != nil {
		return err
	}
	r := &mirrored{Room: room, at: whole.Head, loaded: whole.Head, joined: -1, messages: make(map[chat.Position]held)}
	if old := m.rooms[room.Name]; old != nil {
		r.joined = old.joined
	}
	for i, one := range all {
		r.messages[one.ID] = held{one, string(whole.Messages[i])}
	}
	m.rooms[room.Name] = r
	return nil
}

// loadOne loads a room that is new, or of which something was missed.
func (m *Mirror) loadOne(ctx context.Context, name string) error {
	m.Loads++
	mine, err := m.user.Rooms(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(mine.Rooms, func(room Room) bool { return room.Name == name })
	if i < 0 { // out again already, as the stream will tell
		delete(m.rooms, name)
		return nil
	}
	return m.load(ctx, mine.Rooms[i])
}

// Close ends the stream; what is mirrored stays.
func (m *Mirror) Close() {
	if m.stream != nil {
		m.stream.Close()
		m.stream = nil
	}
}

// Until follows the stream, opened where the mirror stands, until the mirror is
// as far as another is.
func (m *Mirror) Until(ctx context.Context, other *Mirror) error {
	for !m.reached(other) {
		if m.stream == nil {
			stream, err := m.user.Open(ctx, "/chat/stream?after="+m.cursors(), "")
			if err != nil {
				return err
			}
			m.stream = stream
		}
		event, err := m.stream.Next(ctx)
		if err != nil {
			m.Close()
			if ctx.Err() != nil {
				return fmt.Errorf("the mirror stands at %s, want %s: %w", m.cursors(), other.cursors(), ctx.Err())
			}
			continue
		}
		seen, err := Decode(event, "")
		if err == nil {
			err = m.take(ctx, seen)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", m.user.Name, err)
		}
	}
	return nil
}

func (m *Mirror) reached(other *Mirror) bool {
	if m.at < other.at {
		return false
	}
	for name, room := range other.rooms {
		if mine := m.rooms[name]; mine == nil || mine.at < room.at {
			return false
		}
	}
	return true
}

func (m *Mirror) cursors() string {
	list := []string{string(m.own) + ":" + strconv.FormatInt(m.at, 10)}
	for _, name := range slices.Sorted(maps.Keys(m.rooms)) {
		list = append(list, name+":"+strconv.FormatInt(m.rooms[name].at, 10))
	}
	return strings.Join(list, ",")
}
