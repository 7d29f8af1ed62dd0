package chat

import "slices"

// Role is what a person may do in a deployment.
type Role string

// The roles, from the one that may everything to the one that may least.
const (
	Owner  Role = "owner"
	Admin  Role = "admin"
	Member Role = "member"
	Guest  Role = "guest"
)

var ranks = []Role{Guest, Member, Admin, Owner}

// Valid reports whether r is one of the four roles.
func (r Role) Valid() bool { return slices.Contains(ranks, r) }

// AtLeast reports whether r may do all that other may.
func (r Role) AtLeast(other Role) bool {
	return slices.Index(ranks, r) >= slices.Index(ranks, other) && r.Valid()
}

// Kind is who can find and enter a room.
type Kind string

// The kinds of rooms.
const (
	Open    Kind = "open"    // every member can find it, read it and post in it
	Private Kind = "private" // it exists for those who are in it
	Direct  Kind = "direct"  // the same, for a fixed set of people
)

// Level says which messages of a room a person is notified of.
type Level string

// The levels of notification.
const (
	NotifyAll      Level = "all"
	NotifyMentions Level = "mentions"
	NotifyNone     Level = "none"
)

// Valid reports whether l is one of the three levels.
func (l Level) Valid() bool { return l == NotifyAll || l == NotifyMentions || l == NotifyNone }
