package history

import (
	"fmt"
	"slices"
	"time"

	"parley/core/chat"
)

// Change is one attempt to change a message. Repeating one changes nothing, so
// attempts that share an aim need not know of each other.
type Change struct {
	By       string
	Room     string
	ID       chat.Position
	Aim      Aim
	With     string // the new body, or the emoji
	Sent     time.Duration
	Answered time.Duration
	Status   int           // 0: no answer came
	Revision chat.Position // of the message, as the answer says
}

// Aim is what a change is to do.
type Aim string

// The aims.
const (
	Edit    Aim = "edit"
	Delete  Aim = "delete"
	React   Aim = "react"
	Unreact Aim = "unreact"
	Pin     Aim = "pin"
	Unpin   Aim = "unpin"
)

func (c *Change) acknowledged() bool { return c.Status == 200 }

// possible reports whether the change may have been made at a time. One that
// got no answer, or was told of trouble, may be made at any time since it was sent.
func (c *Change) possible(at time.Duration) bool {
	switch {
	case c.Sent > at+clocks:
		return false
	case c.Status == 0 || c.Status == 503:
		return true
	}
	return c.acknowledged() && c.Answered+clocks >= at
}

// done reports whether a message is as the change wants it.
func (c *Change) done(m *chat.Message) bool {
	switch c.Aim {
	case Edit:
		return m.Body == c.With
	case Delete:
		return m.Deleted
	case React:
		return reacted(m, c.With, c.By)
	case Unreact:
		return !reacted(m, c.With, c.By)
	case Pin:
		return !m.PinnedAt.IsZero()
	}
	return m.PinnedAt.IsZero()
}

// undoes reports whether c undoes what o does.
func (c *Change) undoes(o *Change) bool {
	switch o.Aim {
	case Edit:
		return c.Aim == Delete || c.Aim == Edit && c.With != o.With
	case React:
		return c.Aim == Delete || c.Aim == Unreact && c.With == o.With && c.By == o.By
	case Unreact:
		return c.Aim == React && c.With == o.With && c.By == o.By
	case Pin:
		return c.Aim == Delete || c.Aim == Unpin
	case Unpin:
		return c.Aim == Pin
	}
	return false // nothing undoes a deletion
}

func reacted(m *chat.Message, emoji, by string) bool {
	return slices.ContainsFunc(m.Reactions, func(r chat.Reaction) bool { return r.Emoji == emoji && slices.Contains(r.People, by) })
}

// String implements [fmt.Stringer].
func (c *Change) String() string {
	text := fmt.Sprintf("%s  %s asked to %s %d of %s", moments(c.Sent), c.By, c.Aim, c.ID, c.Room)
	if c.With != "" {
		text += fmt.Sprintf(" with %.30q", c.With)
	}
	if c.Status == 0 {
		return text + ": no answer until " + moments(c.Answered)
	}
	return fmt.Sprintf("%s: %s answered %d, revision %d", text, moments(c.Answered), c.Status, c.Revision)
}
