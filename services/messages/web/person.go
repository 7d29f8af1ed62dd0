package web

import (
	"strings"
	"time"
	"unicode"

	"parley/core/chat"
	"parley/core/wire"
)

// Person is somebody as pages show them.
type Person struct {
	Username    string
	DisplayName string // "" if none was chosen
	Role        chat.Role
	Banned      bool
	State       string // whether they are here: "online", "away", "offline"; "" where it is not told
	Moderator   bool   // of the room whose members are listed
	wire.Look          // without a status that is over
	Version     chat.Position
	TimeZone    string    // "" if it isn't known
	Language    string    // of dates, of the person who looks at the page
	Theme       string    // likewise
	Since       time.Time // when the account was made; zero where it doesn't matter
}

// Name is what others call the person.
func (p Person) Name() string {
	if p.DisplayName != "" {
		return p.DisplayName
	}
	return p.Username
}

// Handle is the username beside a name that is another; "" if there is none.
func (p Person) Handle() string {
	if p.DisplayName == "" || p.DisplayName == p.Username {
		return ""
	}
	return p.Username
}

// Picture is the address of the person's picture; "" for none.
func (p Person) Picture() string {
	if p.Avatar == "" {
		return ""
	}
	return "/people/" + p.Username + "/avatar/" + p.Avatar
}

// Initial is what stands in the place of a picture: the first letter of the name.
func (p Person) Initial() string {
	for _, c := range p.Name() {
		if unicode.IsLetter(c) || unicode.IsNumber(c) {
			return string(unicode.ToUpper(c))
		}
	}
	return initial(p.Username)
}

// Clock is what time it is where the person is; "" if that isn't known.
func (p Person) Clock() string {
	zone, err := time.LoadLocation(p.TimeZone)
	if p.TimeZone == "" || err != nil {
		return ""
	}
	return time.Now().In(zone).Format("Mon 15:04")
}

// face is the person as scripts are told of them: js/model/faces.js.
type face struct {
	Version     chat.Position `json:"version"`
	DisplayName string        `json:"display_name,omitempty"`
	wire.Look
}

func (p Person) face() face { return face{p.Version, p.DisplayName, p.Look} }

// Known reports whether there is a person at all.
func (p Person) Known() bool { return p.Username != "" }

// Admin reports whether the person runs the place, with others or alone.
func (p Person) Admin() bool { return p.Role.AtLeast(chat.Admin) }

// Guest reports whether the person sees only what they were added to.
func (p Person) Guest() bool { return p.Role == chat.Guest }

// names lists people by name, as a title of the room that they share.
func names(people []Person) string {
	list := make([]string, len(people))
	for i, p := range people {
		list[i] = p.Name()
	}
	return strings.Join(list, ", ")
}

// roleNames are the roles in words, and roleHints what they may.
var (
	roleNames = map[chat.Role]string{
		chat.Owner: "Owner", chat.Admin: "Admin", chat.Member: "Member", chat.Guest: "Guest",
	}
	roleHints = map[chat.Role]string{
		chat.Owner:  "Everything, also who else is owner",
		chat.Admin:  "Invites, roles, bans and every open room",
		chat.Member: "Open rooms, and rooms of their own",
		chat.Guest:  "Only the rooms that they were added to",
	}
)

// presenceNames are the states of a person in words.
var presenceNames = map[string]string{wire.Online: "Online", wire.Away: "Away", wire.Offline: "Offline"}

func presenceName(state string) string { return presenceNames[state] }

func roleName(r chat.Role) string { return roleNames[r] }
func roleHint(r chat.Role) string { return roleHints[r] }
