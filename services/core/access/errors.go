package access

import "errors"

// Why somebody may not do something.
var (
	ErrNotFound  = errors.New("no such room for this person") // there is none, or it is not theirs to read
	ErrForbidden = errors.New("forbidden")                    // a role is missing
	ErrNotMember = errors.New("not in the room")              // it is open, but not joined
	ErrArchived  = errors.New("room archived")
	ErrDirect    = errors.New("room direct") // its people never change, nor its settings
)
