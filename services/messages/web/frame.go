package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"parley/core/chat"
)

// maxCounted is how far unread messages are counted: more are "99+".
const maxCounted = 99

// Frame is what stands around every page of somebody who is signed in: their
// rooms at the side, and what they may go to.
type Frame struct {
	Me    Person
	Head  chat.Position // of the person's log
	Rooms []MyRoom      // as [Order] has them
	Here  string        // name of the room that is open; "" on other pages

	AtMentions bool // this is the page of mentions
}

// Shared are the rooms that have a name of their own.
func (f Frame) Shared() []MyRoom { return f.only(false) }

// Directs are the rooms that are a set of people.
func (f Frame) Directs() []MyRoom { return f.only(true) }

// Waiting are the rooms in which something is unread.
func (f Frame) Waiting() []MyRoom {
	var waiting []MyRoom
	for _, r := range f.Rooms {
		if r.Unread > 0 {
			waiting = append(waiting, r)
		}
	}
	return waiting
}

// Called is how many unread messages mention the person, in all rooms.
func (f Frame) Called() int {
	n := 0
	for _, r := range f.Rooms {
		n += r.Mentions
	}
	return n
}

// CalledText is [Frame.Called] as far as it is counted.
func (f Frame) CalledText() string { return counted(f.Called()) }

func (f Frame) only(direct bool) []MyRoom {
	var rooms []MyRoom
	for _, r := range f.Rooms {
		if r.Direct() == direct {
			r.Current = r.Name == f.Here
			rooms = append(rooms, r)
		}
	}
	return rooms
}

// MyRoom is a room, and what the person who looks at the page has in it.
type MyRoom struct {
	Name      string
	Title     string // "" for a direct room
	Topic     string
	Kind      chat.Kind
	Head      chat.Position
	Read      chat.Position
	Unread    int           // 100 stands for more than 99
	Mentions  int           // unread messages that mention the person
	Reopened  chat.Position // the head when the person marked it unread; 0 if they never did
	Notify    chat.Level
	Archived  bool
	Moderator bool     // the person moderates it
	Current   bool     // it is the one that is open
	Others    []Person // of a direct room: everybody else

	Floor         chat.Position // what was said up to here is gone
	RetentionDays *int          // how long messages are kept: 0 is for ever, nil as the deployment says
}

// Direct reports whether the room is a set of people.
func (r MyRoom) Direct() bool { return r.Kind == chat.Direct }

// Private reports whether the room is hidden from who is not in it.
func (r MyRoom) Private() bool { return r.Kind == chat.Private }

// Order puts rooms in order of what they are called, whatever the case. The page
// does the same (myrooms.js).
func Order(rooms []MyRoom) {
	keys := make(map[string]string, len(rooms))
	for _, r := range rooms {
		keys[r.Name] = strings.ToLower(r.Label())
	}
	slices.SortFunc(rooms, func(a, b MyRoom) int {
		return cmp.Or(strings.Compare(keys[a.Name], keys[b.Name]), strings.Compare(a.Name, b.Name))
	})
}

// Label is what the room is called.
func (r MyRoom) Label() string {
	if r.Direct() {
		return cmp.Or(names(r.Others), "Nobody else")
	}
	return cmp.Or(r.Title, r.Name)
}

// Sign stands before the label where there is no picture.
func (r MyRoom) Sign() string {
	if r.Direct() {
		return "@"
	}
	return "#"
}

// Count is the number of unread messages, as far as it is counted.
func (r MyRoom) Count() string { return counted(r.Unread) }

func counted(n int) string {
	if n > maxCounted {
		return strconv.Itoa(maxCounted) + "+"
	}
	return strconv.Itoa(n)
}

// Failure is why a form's post failed, for the reader, and at which field. The
// zero Failure is none.
type Failure struct {
	Field   string // "" if it isn't about one field
	Message string
}

// At returns the message if the failure is about the field.
func (f Failure) At(field string) string {
	if f.Field != field {
		return ""
	}
	return f.Message
}
