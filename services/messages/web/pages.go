package web

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"parley/core/chat"
	"parley/core/session"
)

// The modes of [Login].
const (
	ModeLogin    = "login"    // signing in
	ModeRegister = "register" // signing up, by anybody
	ModeSetup    = "setup"    // the first account of a deployment
	ModeJoin     = "join"     // signing up by an invite
)

// Login is the data of login.html: signing in, and signing up.
type Login struct {
	Mode     string
	Username string     // what was typed before a failure
	Next     string     // the local path to go on to; "" for the rooms
	Invite   Invitation // of ModeJoin
	Place    string     // the host that one joins; "" to say Parley
	Error    string     // why it failed, for the reader; "" at first
	Field    string     // the field that Error is about; "" if none
	Ended    bool       // of ModeLogin: one was signed out from elsewhere
}

// Failure is the error at its field.
func (l Login) Failure() Failure { return Failure{l.Field, l.Error} }

// Posts is the address that takes the form.
func (l Login) Posts() string {
	if l.Mode == ModeLogin {
		return "/login"
	}
	return "/register"
}

// Invitation is an invite as the invited sees it.
type Invitation struct {
	Code  string
	By    Person
	Role  chat.Role
	Rooms []string // titles of the rooms that one gets into
}

// NoInvite is the data of noinvite.html: why one can't sign up just so.
type NoInvite struct {
	Closed bool   // nobody can sign up at all
	Broken bool   // an invite was given, and is not valid
	Place  string // as in Login
	Typed  string
	Error  string
	Next   string
}

// Welcome is the data of welcome.html: what the first owner does next.
type Welcome struct {
	Me      Person
	URL     string // of the invite that was made; "" before
	Expires time.Time
	Uses    int
	Error   string
}

// Home is the data of home.html: one's own rooms.
type Home struct {
	Frame
}

// Browse is the data of browse.html: the open rooms, and the form for a new one.
type Browse struct {
	Frame
	Query   string
	After   string // the page begins after the room of this name
	Found   []OpenRoom
	More    bool
	Draft   NewRoom // what was typed before a failure
	Failure Failure
}

// Last is the name at which the next page begins.
func (b Browse) Last() string {
	if len(b.Found) == 0 {
		return ""
	}
	return b.Found[len(b.Found)-1].Name
}

// OpenRoom is a room that everybody can join.
type OpenRoom struct {
	Name   string
	Title  string
	Topic  string
	Member bool // the person is in it
	People int
}

// Label is what the room is called.
func (r OpenRoom) Label() string { return MyRoom{Name: r.Name, Title: r.Title}.Label() }

// MaxCrowd is how far the people of a room are counted where rooms are listed.
const MaxCrowd = 1000

// Crowd says how many are in it.
func (r OpenRoom) Crowd() string {
	switch {
	case r.People == 0:
		return "Nobody in it"
	case r.People == 1:
		return "1 person"
	case r.People >= MaxCrowd:
		return "1,000 people or more"
	}
	return strconv.Itoa(r.People) + " people"
}

// NewRoom is a room that is about to be made.
type NewRoom struct {
	Title string
	Name  string
	Kind  chat.Kind
}

// Room is the data of room.html: one room with its newest messages.
type Room struct {
	Frame
	Room     MyRoom
	People   int               // how many are in it
	At       chat.Position     // the head when Messages were read: live events go on from here
	More     bool              // there are messages older than these
	Newer    bool              // there may be newer ones: the page begins where the unread does, or around a message
	Messages []chat.Message    // oldest first
	Named    map[string]Person // whom they name, by username
	Error    string            // why a form's post failed, for the reader; "" else
	Draft    string            // the body that was not stored then
	Kept     bool              // it is there already: Messages are not needed
}

// Silent reports whether there are no messages.
func (r Room) Silent() bool { return len(r.Messages) == 0 && !r.Kept }

// Members is the data of members.html: who is in a room.
type Members struct {
	Frame
	Room       MyRoom
	People     []Person
	After      string
	More       bool
	MayAdd     bool
	MayRemove  bool
	Query      string   // whom to add
	Candidates []Person // who fit the query, and aren't in the room
	Failure    Failure
}

// Last is the name at which the next page begins.
func (m Members) Last() string { return last(m.People) }

// Settings is the data of settings.html: a room's settings, and one's own in it.
type Settings struct {
	Frame
	Room     MyRoom
	MayEdit  bool // title, topic, archive
	Member   bool // the person is in it
	MayLeave bool
	Saved    string // what was just saved: about, notify, archive, retention; "" if nothing
	Failure  Failure

	Retention Retention
}

// People is the data of people.html.
type People struct {
	Frame
	Query  string
	After  string
	Found  []Person
	More   bool
	Joined bool // there is an invite to be had: the person is an admin
}

// Last is the name at which the next page begins.
func (p People) Last() string { return last(p.Found) }

func last(people []Person) string {
	if len(people) == 0 {
		return ""
	}
	return people[len(people)-1].Username
}

// Profile is the data of person.html: one person, and what admins do about them.
type Profile struct {
	Frame
	Person  Person
	Roles   []chat.Role // that the one who looks may give; none for no right to
	MayBan  bool
	Saved   bool
	Failure Failure
}

// Self reports whether the person looks at themselves.
func (p Profile) Self() bool { return p.Person.Username == p.Me.Username }

// Invites is the data of invites.html.
type Invites struct {
	Frame
	After   string // the page begins behind the invite of this code
	List    []Invite
	More    bool
	Made    string      // code of the one that was just made
	Roles   []chat.Role // that the one who looks may invite
	Failure Failure
}

// Choices are the rooms that the invited can be put into.
func (i Invites) Choices() []MyRoom {
	return slices.DeleteFunc(i.Shared(), func(r MyRoom) bool { return r.Archived })
}

// Last is the code at which the next page begins.
func (i Invites) Last() string {
	if len(i.List) == 0 {
		return ""
	}
	return i.List[len(i.List)-1].Code
}

// Invite is a link that lets people sign up.
type Invite struct {
	Code      string
	URL       string
	Role      chat.Role
	Rooms     []string
	Uses      int
	Used      int
	By        string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Over reports whether the invite lets nobody in any more.
func (i Invite) Over() bool { return i.Used >= i.Uses || i.Expired() }

// Expired reports whether its time is over.
func (i Invite) Expired() bool { return !time.Now().Before(i.ExpiresAt) }

// Left is how many it still lets in.
func (i Invite) Left() int { return i.Uses - i.Used }

// Audit is the data of audit.html: who did what to whom.
type Audit struct {
	Frame
	Entries []AuditEntry // newest first
	Later   bool         // this isn't the first page
	More    bool
}

// Last is the id at which the next page begins.
func (a Audit) Last() int64 {
	if len(a.Entries) == 0 {
		return 0
	}
	return a.Entries[len(a.Entries)-1].ID
}

// Direct is the data of direct.html: whom to write to.
type Direct struct {
	Frame
	Query   string
	Chosen  []Person
	Found   []Person // who fit the query, and aren't chosen
	More    bool
	Failure Failure
}

// Account is the data of account.html: the name, the sessions, and the form
// for a new password.
type Account struct {
	Frame
	Sessions []session.Session // the present one first, then the latest seen
	Current  string            // the id of the present one
	Changed  bool              // the password was just changed
	Saved    string            // what was just saved: "name", "status", "picture", "looks"; "" if nothing
	Typed    url.Values        // what the forms have: the profile, or what was typed before a failure
	Failure  Failure           // at a field
}

// Error is the data of error.html.
type Error struct {
	Status   int
	Title    string
	Message  string
	Username string // "" when not signed in, or not known
}
