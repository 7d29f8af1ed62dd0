package web

import (
	"net/url"
	"strings"
	"time"

	"parley/core/chat"
	"parley/core/session"
)

// odd is text that would be markup if it weren't escaped.
const odd = `<b title="x">&amp;'</b>`

// sample is a page with its data. The names say what state it shows.
type sample struct {
	name string
	page string
	data any
}

var (
	ada     = Person{Username: "ada", DisplayName: "Ada Lovelace", Role: chat.Owner, Since: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	grace   = Person{Username: "grace", DisplayName: "Grace Hopper", Role: chat.Admin, Moderator: true, Since: ada.Since}
	linus   = Person{Username: "linus", Role: chat.Member, Since: ada.Since}
	yael    = Person{Username: "yael", DisplayName: "יעל כהן", Role: chat.Guest, Since: ada.Since}
	mallory = Person{Username: "mallory", DisplayName: "Mallory", Role: chat.Member, Banned: true, Since: ada.Since}
	lengthy = Person{Username: strings.Repeat("wolfeschlegel", 2), DisplayName: strings.Repeat("Wolfeschlegelsteinhausen", 3), Role: chat.Member}
	people  = []Person{ada, grace, linus, yael, mallory, lengthy}
)

func sampleRooms() []MyRoom {
	direct := func(name string, unread int, others ...Person) MyRoom {
		return MyRoom{Name: name, Kind: chat.Direct, Head: 9, Unread: unread, Others: others, Notify: chat.NotifyAll}
	}
	return []MyRoom{
		{Name: "attic", Title: "Attic", Kind: chat.Open, Archived: true, Notify: chat.NotifyNone},
		{Name: "design", Title: "Design", Topic: "Type, colour, and where things go", Kind: chat.Open, Head: 14, Read: 14, Notify: chat.NotifyAll},
		{Name: "general", Title: "General", Topic: "For everybody, about everything", Kind: chat.Open, Head: 42, Read: 39, Unread: 3, Notify: chat.NotifyAll},
		{Name: "launch", Title: "Launch", Topic: "Until the 12th. Bring figures.", Kind: chat.Private, Head: 180, Unread: 100, Moderator: true, Notify: chat.NotifyMentions},
		{Name: "long", Title: strings.Repeat("Interdisciplinary ", 4) + "group", Topic: strings.Repeat("About a great many things, one after another. ", 5), Kind: chat.Open, Notify: chat.NotifyAll},
		direct("dm-1", 1, grace),
		direct("dm-2", 0, linus, yael),
		direct("dm-3", 0, lengthy),
	}
}

func sampleFrame(me Person, here string) Frame {
	return Frame{Me: me, Head: 7, Rooms: sampleRooms(), Here: here}
}

// samples are all pages in all their states.
func samples() []sample {
	var all []sample
	all = append(all, doorSamples()...)
	all = append(all, roomSamples()...)
	all = append(all, peopleSamples()...)
	return append(all, officeSamples()...)
}

func doorSamples() []sample {
	invite := Invitation{Code: "k3yT0TheD00rOfParley", By: ada, Role: chat.Member, Rooms: []string{"launch", "design"}}
	return []sample{
		{"login", "login.html", Login{Mode: ModeLogin}},
		{"login-failed", "login.html", Login{Mode: ModeLogin, Username: odd, Next: "/chat", Error: "Name or password is wrong. " + odd}},
		{"login-ended", "login.html", Login{Mode: ModeLogin, Next: "/chat/general", Ended: true}},
		{"register", "login.html", Login{Mode: ModeRegister}},
		{"register-failed", "login.html", Login{Mode: ModeRegister, Username: "ada", Error: "This name is taken.", Field: "username"}},
		{"setup", "login.html", Login{Mode: ModeSetup}},
		{"join", "login.html", Login{Mode: ModeJoin, Invite: invite, Place: "chat.example.org"}},
		{"join-failed", "login.html", Login{Mode: ModeJoin, Invite: Invitation{Code: odd, Rooms: []string{odd}}, Username: "ada", Error: "A password has at least 8 characters.", Field: "password"}},
		{"no-invite", "noinvite.html", NoInvite{Place: "chat.example.org", Next: "/chat"}},
		{"no-invite-failed", "noinvite.html", NoInvite{Typed: odd, Error: "This is neither an invite’s link nor its code."}},
		{"invite-broken", "noinvite.html", NoInvite{Broken: true}},
		{"closed", "noinvite.html", NoInvite{Closed: true}},
		{"welcome", "welcome.html", Welcome{Me: ada}},
		{"welcome-made", "welcome.html", Welcome{Me: ada, URL: "https://chat.example.org/join/k3yT0TheD00rOfParley", Uses: 25, Expires: time.Now().Add(7 * 24 * time.Hour)}},
		{"welcome-failed", "welcome.html", Welcome{Me: Person{Username: "ada", DisplayName: odd}, Error: odd}},
		{"error", "error.html", Error{Status: 404, Title: "Not Found", Message: odd}},
		{"error-inside", "error.html", Error{Status: 503, Title: "Service Unavailable", Message: "Parley cannot do this just now. Try again shortly.", Username: "ada"}},
	}
}

func roomSamples() []sample {
	rooms := sampleRooms()
	said := []chat.Message{
		{ID: 1, Revision: 1, Room: "general", Username: "grace", Body: "Shall we ship at two?", Reactions: []chat.Reaction{{Emoji: "👍", People: []string{"ada", odd}}}, PinnedAt: ada.Since, PinnedBy: odd},
		{ID: 2, Revision: 2, Room: "general", Username: "ada", Body: odd},
	}
	expired := rooms[2]
	expired.Floor = 1
	hollow := Frame{Me: linus}
	found := []OpenRoom{
		{Name: "attic", People: 1},
		{Name: "design", Title: "Design", Topic: "Type, colour, and where things go", People: 12, Member: true},
		{Name: "general", Title: "General", Topic: odd, People: 40, Member: true},
		{Name: "reading-group", Title: "Reading group", Topic: strings.Repeat("One book a month, and never on Mondays. ", 6), People: 7},
	}
	return []sample{
		{"home", "home.html", Home{sampleFrame(ada, "")}},
		{"home-read", "home.html", Home{Frame{Me: linus, Rooms: rooms[:2]}}},
		{"home-empty", "home.html", Home{hollow}},
		{"home-guest", "home.html", Home{Frame{Me: yael}}},
		{"browse", "browse.html", Browse{Frame: sampleFrame(ada, ""), Found: found, More: true}},
		{"browse-second", "browse.html", Browse{Frame: sampleFrame(ada, ""), Found: found, After: "attic", Query: "book"}},
		{"browse-nothing", "browse.html", Browse{Frame: hollow, Query: odd}},
		{"browse-empty", "browse.html", Browse{Frame: hollow}},
		{"browse-failed", "browse.html", Browse{Frame: sampleFrame(ada, ""), Draft: NewRoom{Title: odd, Name: "Bad Name", Kind: chat.Private}, Failure: Failure{"name", "A room's name has 1 to 100 letters a to z, digits, and _ - but begins with a letter or digit."}}},
		{"room", "room.html", Room{Frame: sampleFrame(ada, "general"), Room: rooms[2], People: 40, At: 2, Messages: said, More: true}},
		{"room-empty", "room.html", Room{Frame: sampleFrame(ada, "launch"), Room: rooms[3], People: 4}},
		{"room-direct", "room.html", Room{Frame: sampleFrame(ada, "dm-2"), Room: rooms[6], People: 3}},
		{"room-archived", "room.html", Room{Frame: sampleFrame(linus, "attic"), Room: rooms[0], People: 1, Messages: said}},
		{"room-expired", "room.html", Room{Frame: sampleFrame(ada, "general"), Room: expired, People: 40, At: 2, Messages: said}},
		{"room-all-expired", "room.html", Room{Frame: sampleFrame(ada, "general"), Room: expired, People: 40, At: 2}},
		{"room-long", "room.html", Room{Frame: sampleFrame(yael, "long"), Room: rooms[4], People: 12000, Messages: said, Error: odd, Draft: odd}},
		{"members", "members.html", Members{Frame: sampleFrame(ada, "launch"), Room: rooms[3], People: people[:4], MayAdd: true, MayRemove: true}},
		{"members-adding", "members.html", Members{Frame: sampleFrame(ada, "launch"), Room: rooms[3], People: people, MayAdd: true, MayRemove: true, Query: "l", Candidates: people[2:4], More: true, Failure: Failure{"add", odd}}},
		{"members-none", "members.html", Members{Frame: sampleFrame(linus, "general"), Room: rooms[2], People: people[:3], MayAdd: true, Query: odd, After: "a"}},
		{"members-direct", "members.html", Members{Frame: sampleFrame(ada, "dm-2"), Room: rooms[6], People: people[:3]}},
		{"settings", "settings.html", Settings{Frame: sampleFrame(ada, "launch"), Room: rooms[3], Member: true, MayEdit: true, MayLeave: true, Saved: "about", Retention: Retention{MayEdit: true}}},
		{"settings-kept", "settings.html", Settings{Frame: sampleFrame(ada, "launch"), Room: rooms[3], Member: true, MayEdit: true, MayLeave: true, Saved: "retention", Retention: Retention{Days: new(45), Elsewhere: 36 * time.Hour, MayEdit: true}}},
		{"settings-failed", "settings.html", Settings{Frame: sampleFrame(ada, "long"), Room: rooms[4], Member: true, MayEdit: true, MayLeave: true, Failure: Failure{"topic", "A topic has at most 250 characters. " + odd}}},
		{"settings-plain", "settings.html", Settings{Frame: sampleFrame(linus, "general"), Room: rooms[2], Member: true, MayLeave: true, Saved: "notify", Retention: Retention{Elsewhere: 90 * 24 * time.Hour}}},
		{"settings-archived", "settings.html", Settings{Frame: sampleFrame(ada, "attic"), Room: rooms[0], Member: true, MayEdit: true, MayLeave: true}},
		{"settings-stranger", "settings.html", Settings{Frame: sampleFrame(ada, ""), Room: rooms[1], MayEdit: true, Retention: Retention{Days: new(0)}}},
		{"settings-direct", "settings.html", Settings{Frame: sampleFrame(ada, "dm-1"), Room: rooms[5], Member: true, Retention: Retention{Elsewhere: 90 * 24 * time.Hour}}},
	}
}

func peopleSamples() []sample {
	roles := []chat.Role{chat.Owner, chat.Admin, chat.Member, chat.Guest}
	return []sample{
		{"people", "people.html", People{Frame: sampleFrame(ada, ""), Found: people, More: true}},
		{"people-member", "people.html", People{Frame: sampleFrame(linus, ""), Found: people[:4], Query: "a", After: "a"}},
		{"people-nobody", "people.html", People{Frame: sampleFrame(yael, ""), Query: odd}},
		{"people-empty", "people.html", People{Frame: Frame{Me: ada}}},
		{"person", "person.html", Profile{Frame: sampleFrame(ada, ""), Person: linus, Roles: roles, MayBan: true}},
		{"person-banned", "person.html", Profile{Frame: sampleFrame(ada, ""), Person: mallory, Roles: roles, MayBan: true, Saved: true, Failure: Failure{"role", odd}}},
		{"person-plain", "person.html", Profile{Frame: sampleFrame(linus, ""), Person: grace}},
		{"person-self", "person.html", Profile{Frame: sampleFrame(ada, ""), Person: ada, Failure: Failure{"", odd}}},
		{"direct", "direct.html", Direct{Frame: sampleFrame(ada, ""), Found: people[1:4], Chosen: people[5:], More: true}},
		{"direct-failed", "direct.html", Direct{Frame: sampleFrame(ada, ""), Query: odd, Failure: Failure{"", "Choose at least one person."}}},
		{"direct-nobody", "direct.html", Direct{Frame: Frame{Me: ada}}},
	}
}

func officeSamples() []sample {
	now := time.Now()
	invites := []Invite{
		{Code: "k3yT0TheD00rOfParley", URL: "https://chat.example.org/join/k3yT0TheD00rOfParley", Role: chat.Member, Uses: 25, Used: 3, By: "ada", CreatedAt: now.Add(-time.Minute), ExpiresAt: now.Add(7 * 24 * time.Hour)},
		{Code: "an0therK3yForOneGuest", URL: "https://chat.example.org/join/an0therK3yForOneGuest", Role: chat.Guest, Rooms: []string{"launch", odd}, Uses: 1, By: "grace", CreatedAt: now.Add(-26 * time.Hour), ExpiresAt: now.Add(5 * time.Hour)},
		{Code: "us3dUpByEverybodyHere", URL: "https://x/join/us3dUpByEverybodyHere", Role: chat.Member, Uses: 5, Used: 5, By: "ada", CreatedAt: now.Add(-240 * time.Hour), ExpiresAt: now.Add(24 * time.Hour)},
		{Code: "t00LateForAnybodyHere", URL: "https://x/join/t00LateForAnybodyHere", Role: chat.Admin, Uses: 5, Used: 1, By: "ada", CreatedAt: now.Add(-240 * time.Hour), ExpiresAt: now.Add(-24 * time.Hour)},
	}
	roles := []chat.Role{chat.Admin, chat.Member, chat.Guest}
	sessions := []session.Session{
		{ID: "1", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", CreatedAt: now.Add(-time.Hour), LastSeenAt: now},
		{ID: "2", UserAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1", CreatedAt: now.Add(-100 * time.Hour), LastSeenAt: now.Add(-3 * time.Hour)},
		{ID: odd, UserAgent: "curl/8", CreatedAt: now.Add(-100 * time.Hour), LastSeenAt: now.Add(-30 * time.Hour)},
	}
	return []sample{
		{"invites", "invites.html", Invites{Frame: sampleFrame(ada, ""), List: invites, Roles: roles, More: true}},
		{"invites-made", "invites.html", Invites{Frame: sampleFrame(ada, ""), List: invites, Roles: roles, Made: invites[0].Code}},
		{"invites-empty", "invites.html", Invites{Frame: sampleFrame(ada, ""), Roles: roles, Failure: Failure{"", odd}}},
		{"search", "found.html", Found{Frame: sampleFrame(ada, ""), Search: true, Query: odd, Messages: sampleHits(), More: true, Next: "x"}},
		{"search-empty", "found.html", Found{Frame: sampleFrame(ada, ""), Search: true}},
		{"search-nothing", "found.html", Found{Frame: sampleFrame(ada, ""), Search: true, Query: odd, Later: true}},
		{"search-failed", "found.html", Found{Frame: sampleFrame(ada, ""), Search: true, Query: odd, Failure: Failure{"", odd}}},
		{"mentions", "found.html", Found{Frame: sampleFrame(ada, ""), Messages: sampleHits()}},
		{"mentions-none", "found.html", Found{Frame: Frame{Me: linus}}},
		{"audit", "audit.html", Audit{Frame: sampleFrame(ada, ""), Entries: sampleAudit(), More: true}},
		{"audit-older", "audit.html", Audit{Frame: sampleFrame(ada, ""), Later: true}},
		{"audit-empty", "audit.html", Audit{Frame: sampleFrame(ada, "")}},
		{"status", "status.html", sampleStatus()},
		{"status-no-redis", "status.html", Status{Frame: sampleFrame(ada, ""), Parts: []Part{{Name: "Redis", Note: odd}}}},
		{"account", "account.html", Account{Frame: sampleFrame(ada, ""), Typed: url.Values{"display_name": {ada.DisplayName}, "theme": {"dark"}, "language": {"tlh"}}, Sessions: sessions, Current: "1", Saved: "name"}},
		{"account-failed", "account.html", Account{Frame: sampleFrame(linus, ""), Typed: url.Values{"display_name": {odd}, "status_text": {odd}}, Sessions: sessions[:1], Current: "1", Changed: true, Failure: Failure{"current", "This is not your current password."}}},
		{"account-name", "account.html", Account{Frame: sampleFrame(linus, ""), Typed: url.Values{"display_name": {odd}}, Failure: Failure{"name", odd}}},
		{"account-status", "account.html", Account{Frame: sampleFrame(ada, ""), Typed: url.Values{"status_text": {odd}, "status_emoji": {odd}}, Saved: "picture", Failure: Failure{"emoji", odd}}},
	}
}

func sampleStatus() Status {
	figures := []Figure{{"Streams", "1,234"}, {"Delivery, p99", "8.2 ms"}, {odd, odd}}
	return Status{
		Frame: sampleFrame(ada, ""), Figures: figures, Versions: 2,
		Parts: []Part{{Name: "Postgres", Up: true, Note: "Answered in 0.4 ms"}, {Name: odd, Note: odd}},
		Replicas: []Replica{
			{Service: "stream", ID: "host-01ab", Version: "0123456789ab+dirty", Started: time.Now().Add(-time.Hour), Figures: figures},
			{Service: odd, ID: odd, Seen: time.Now().Add(-time.Minute), Gone: true},
		},
	}
}

func sampleAudit() []AuditEntry {
	at := func(hours time.Duration, actor, action, subject string, detail map[string]any) AuditEntry {
		return AuditEntry{ID: 90 - int64(hours), At: time.Now().Add(-hours * time.Hour), Actor: actor, Action: action, Subject: subject, Detail: detail}
	}
	return []AuditEntry{
		at(0, "ada", "invite.made", "k3y", map[string]any{"uses": 25.0, "role": "member"}),
		at(1, "ada", "role.changed", "grace", map[string]any{"from": "member", "to": "admin"}),
		at(2, "grace", "person.banned", "mallory", nil),
		at(30, "grace", "room.change", "attic", map[string]any{"archived": true}),
		at(31, "", "password.reset", "linus", nil),
		at(32, "ada", "something.new", odd, nil),
	}
}

func sampleHits() []Hit {
	return []Hit{
		{Message: chat.Message{ID: 7, Room: "general", Username: "grace", Body: "ship it", CreatedAt: time.Now()}, Author: Person{Username: "grace", DisplayName: odd}, Snippet: "<mark>ship</mark> it"},
		{Message: chat.Message{ID: 9, Room: "elsewhere", Username: "linus", Body: odd, CreatedAt: time.Now()}},
	}
}
