package web

import (
	"parley/core/chat"
	"parley/core/session"
	"parley/messages/internal/room"
)

// The modes of [Login].
const (
	ModeLogin    = "login"
	ModeRegister = "register"
)

// Login is the data of login.html: signing in, and signing up.
type Login struct {
	Mode     string // ModeLogin or ModeRegister
	Username string // what was typed before a failure
	Invite   string // the code to sign up with; "" if there is none
	Next     string // the local path to go on to; "" for the rooms
	Error    string // why it failed, for the reader; "" at first
}

// Rooms is the data of rooms.html: all rooms, and the form for a new one.
type Rooms struct {
	Username string
	Rooms    []room.Room // by name
	Name     string      // what was typed before a failure
	Error    string      // why it failed, for the reader; "" at first
}

// Room is the data of room.html: one room with its newest messages.
type Room struct {
	Username string
	Room     string
	Head     chat.Position  // of the room when Messages were read: live events go on from here
	More     bool           // there are messages older than these
	Rooms    []room.Room    // by name
	Messages []chat.Message // oldest first
	Error    string         // why a form's post failed, for the reader; "" else
	Draft    string         // the body that was not stored then
}

// Account is the data of account.html: the sessions, and the form for a new
// password.
type Account struct {
	Username string
	Sessions []session.Session // the present one first, then the latest seen
	Current  string            // the id of the present one
	Changed  bool              // the password was just changed
	Error    string            // why it was not, for the reader; "" else
}

// Error is the data of error.html.
type Error struct {
	Status   int
	Title    string
	Message  string
	Username string // "" when not signed in, or not known
}
