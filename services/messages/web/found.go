package web

import (
	"html/template"
	"net/url"

	"parley/core/chat"
)

// Found is the data of found.html: messages out of all rooms, those that a
// search finds or those that mention the person.
type Found struct {
	Frame
	Search   bool // else mentions
	Query    string
	Messages []Hit // newest first
	Later    bool  // this isn't the first page
	More     bool
	Next     string // where the next page begins
	Failure  Failure
}

// Hit is a message among others of all rooms.
type Hit struct {
	chat.Message
	Author  Person
	Snippet string // HTML of a search's: escaped text, with marks around hits
}

// Title is what the page is called.
func (f Found) Title() string {
	if f.Search {
		return "Search"
	}
	return "Mentions"
}

// NoRoom is the room that is shown: none.
func (Found) NoRoom() Room { return Room{} }

// Around is what belongs to a room's page, while none is shown.
func (f Found) Around() Around { return Room{Frame: f.Frame}.Around() }

// Entry is the message as a room shows it.
func (h Hit) Entry() Entry { return Entry{Message: h.Message} }

// Marked is the snippet. Package search escapes it.
func (h Hit) Marked() template.HTML { return template.HTML(h.Snippet) } //nolint:gosec // see above

// RoomOf is what the room of a message is called; one that the person is not in,
// by its name.
func (f Found) RoomOf(h Hit) string {
	for _, r := range f.Rooms {
		if r.Name != h.Room {
			continue
		}
		if r.Direct() {
			return r.Label()
		}
		return "#" + r.Label()
	}
	return "#" + h.Room
}

// First is the address of the first page, Older that of the next.
func (f Found) First() string { return f.address("") }

// Older is the address of the next page.
func (f Found) Older() string { return f.address(f.Next) }

func (f Found) address(before string) string {
	query := url.Values{}
	path := "/mentions"
	if f.Search {
		path = "/search"
		query.Set("q", f.Query)
	}
	if before != "" {
		query.Set("before", before)
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}
