package web

import (
	"slices"

	"parley/core/chat"
)

// State is what a page carries for its script, as JSON: js/model/state.js. The
// script reads nothing back from the HTML.
type State struct {
	Me    meState         `json:"me"`
	Rooms []roomState     `json:"rooms"` // as GET /chat says
	Faces map[string]face `json:"faces"` // of people, by username
	Open  *openState      `json:"open,omitempty"`
}

type meState struct {
	Username string        `json:"username"`
	Name     string        `json:"name"`
	Role     chat.Role     `json:"role"`
	Head     chat.Position `json:"head"`
	Zone     string        `json:"zone,omitempty"`
	Language string        `json:"language,omitempty"`
}

type roomState struct {
	Name      string        `json:"name"`
	Title     string        `json:"title"`
	Topic     string        `json:"topic"`
	Kind      chat.Kind     `json:"kind"`
	Archived  bool          `json:"archived"`
	Head      chat.Position `json:"head"`
	Read      chat.Position `json:"read"`
	Unread    int           `json:"unread"`
	Mentions  int           `json:"mentions"`
	Reopened  chat.Position `json:"reopened,omitempty"`
	Moderator bool          `json:"moderator"`
	Notify    chat.Level    `json:"notify"`
	People    []string      `json:"people,omitempty"`
	Floor     chat.Position `json:"floor,omitempty"`
}

type openState struct {
	Room   roomState     `json:"room"`
	Head   chat.Position `json:"head"`
	More   bool          `json:"more"`
	Newer  bool          `json:"newer"`
	People int           `json:"people"`
}

// State is that of a page without a conversation.
func (f Frame) State() State {
	s := State{
		Me:    meState{f.Me.Username, f.Me.Name(), f.Me.Role, f.Head, f.Me.TimeZone, f.Me.Language},
		Rooms: make([]roomState, len(f.Rooms)),
		Faces: map[string]face{f.Me.Username: f.Me.face()},
	}
	for i, r := range f.Rooms {
		s.Rooms[i] = r.state(f.Me)
		for _, p := range r.Others {
			s.Faces[p.Username] = p.face()
		}
	}
	return s
}

func (r MyRoom) state(me Person) roomState {
	s := roomState{
		Name: r.Name, Title: r.Title, Topic: r.Topic, Kind: r.Kind, Archived: r.Archived, Head: r.Head, Read: r.Read,
		Unread: r.Unread, Mentions: r.Mentions, Reopened: r.Reopened, Moderator: r.Moderator, Notify: r.Notify,
		Floor: r.Floor,
	}
	if r.Direct() {
		s.People = append(s.People, me.Username)
		for _, p := range r.Others {
			s.People = append(s.People, p.Username)
		}
		slices.Sort(s.People)
	}
	return s
}

// State is that of a room's page, but what was said: [Site.Log].
func (r Room) State() State {
	s := r.Frame.State()
	s.Open = &openState{Room: r.Room.state(r.Me), Head: r.At, More: r.More, Newer: r.Newer, People: r.People}
	return s
}
