package history

import (
	"fmt"
	"time"
)

// Act is one attempt to change whether somebody is in a room. Repeating one
// changes nothing, so attempts that share an aim need not know of each other.
type Act struct {
	By       string // who acts
	Person   string // who is added, joins, is removed, or leaves
	Room     string
	Member   bool // the aim
	Sent     time.Duration
	Answered time.Duration
	Status   int // 0: no answer came
}

func (a *Act) acknowledged() bool { return a.Status == 204 }

// String implements [fmt.Stringer].
func (a *Act) String() string {
	verb := "removed"
	if a.Member {
		verb = "added"
	}
	text := fmt.Sprintf("%s  %s %s %s, room %s", moments(a.Sent), a.By, verb, a.Person, a.Room)
	if a.Status == 0 {
		return text + ": no answer until " + moments(a.Answered)
	}
	return fmt.Sprintf("%s: %s answered %d", text, moments(a.Answered), a.Status)
}
