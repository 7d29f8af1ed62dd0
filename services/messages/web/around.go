package web

import (
	"bytes"
)

// Around is what a room's page shows around the sidebar and the log. Pages with
// the same Around are the same there.
type Around struct {
	Room   Place
	People int    // how many are in it
	Guest  bool   // the reader is one
	Theme  string // that the reader has chosen
	Silent bool   // there are no messages
	More   bool   // there are messages older than those in the log
	Error  string
	Draft  string
}

// Place is a room, whoever looks at it.
type Place struct {
	Name, Label, Sign, Topic  string
	Direct, Private, Archived bool
	Expired                   bool // what was said first is gone: it was kept for its time
}

// Place is what does not depend on who looks at it. What a direct room is called
// does; that is in it.
func (r MyRoom) Place() Place {
	return Place{
		Name: r.Name, Label: r.Label(), Sign: r.Sign(), Topic: r.Topic,
		Direct: r.Direct(), Private: r.Private(), Archived: r.Archived, Expired: r.Floor > 0,
	}
}

// Around is what the page shows around the sidebar and the log.
func (r Room) Around() Around {
	return Around{
		Room: r.Room.Place(), People: r.People, Guest: r.Me.Guest(), Theme: r.Me.Theme,
		Silent: r.Silent(), More: r.More, Error: r.Error, Draft: r.Draft,
	}
}

// RoomAround renders the parts of room.html that follow from around: the head,
// which the sidebar follows; the top of the room, which the log follows; the end.
func (s *Site) RoomAround(around Around) (head, top, end []byte, err error) {
	for _, part := range []struct {
		name string
		to   *[]byte
	}{{"room-head", &head}, {"room-top", &top}, {"room-end", &end}} {
		if *part.to, err = s.part(part.name, around); err != nil {
			return nil, nil, nil, err
		}
	}
	return head, top, end, nil
}

// Sidebar renders the part of a room's page that belongs to its reader.
func (s *Site) Sidebar(page Room) ([]byte, error) { return s.part("sidebar", page) }

func (s *Site) part(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	err := s.Render(&b, name, data)
	return b.Bytes(), err
}
