package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/messages/internal/account"
)

// invited starts a service at which only the first may sign up without an
// invite, and that one is ada.
func invited(t *testing.T, change ...func(*Config)) (b *bundle, owner *client) {
	t.Helper()
	b = start(t, append([]func(*Config){func(cfg *Config) { cfg.SignUp = account.SignUpInvite }}, change...)...)
	return b, b.register("ada")
}

// made is the JSON of POST /invites.
type made struct{ Code, URL string }

func (c *client) invite(v fields) made {
	c.t.Helper()
	if v == nil {
		v = fields{}
	}
	a := c.post("/invites", v)
	if a.status != 201 {
		c.t.Fatalf("invite: %d %s", a.status, a.body)
	}
	var m made
	a.into(c.t, &m)
	return m
}

// join signs somebody up with an invite.
func (b *bundle) join(name, code string) (*client, answer) {
	b.t.Helper()
	c := &client{t: b.t, url: b.url}
	return c, c.post("/register", fields{"username": name, "password": password, "invite": code})
}

func assertProblem(t *testing.T, what string, a answer, status int, code string) {
	t.Helper()
	if a.status != status || a.code() != code {
		t.Errorf("%s: %d %s, want %d %s", what, a.status, a.body, status, code)
	}
}

// memberships returns the rooms that somebody is in, as "general private".
func memberships(t *testing.T, b *bundle, username string) string {
	t.Helper()
	var rooms string
	err := b.db.QueryRow(t.Context(), `
		SELECT coalesce(string_agg(room, ' ' ORDER BY room), '') FROM memberships WHERE username = $1 AND member`, username).Scan(&rooms)
	if err != nil {
		t.Fatal(err)
	}
	return rooms
}

func TestTheFirstAccountIsTheOwners(t *testing.T) {
	t.Parallel()
	for _, signUp := range []account.SignUp{account.SignUpInvite, account.SignUpOpen, account.SignUpClosed} {
		t.Run(string(signUp), func(t *testing.T) {
			t.Parallel()
			b := start(t, func(cfg *Config) { cfg.SignUp = signUp })
			roles := make(chan string, 4)
			for _, name := range []string{"ada", "bob", "carl", "dora"} {
				c := &client{t: t, url: b.url}
				go func() {
					a := c.post("/register", fields{"username": name, "password": password})
					switch {
					case strings.Contains(a.body, `"role":"owner"`) && a.status == 201:
						roles <- "owner"
					case strings.Contains(a.body, `"role":"member"`) && a.status == 201:
						roles <- "member"
					default:
						roles <- a.code()
					}
				}()
			}
			got := map[string]int{}
			for range cap(roles) {
				got[<-roles]++
			}
			others := map[account.SignUp]string{"invite": "invite_required", "open": "member", "closed": "signup_closed"}[signUp]
			if got["owner"] != 1 || got[others] != 3 {
				t.Errorf("%v, want one owner and three times %s", got, others)
			}
		})
	}
}

func TestInvites(t *testing.T) {
	t.Parallel()
	b, ada := invited(t)
	_, a := b.join("bob", "")
	assertProblem(t, "without", a, 403, "invite_required")
	for name, code := range map[string]string{"unknown": strings.Repeat("x", 22), "short": "x", "NUL": strings.Repeat("\x00", 22), "odd": strings.Repeat("é", 11)} {
		_, a = b.join("bob", code)
		assertProblem(t, name, a, 403, "invite_invalid")
	}
	once := ada.invite(nil)
	if once.URL != b.url+"/join/"+once.Code || len(once.Code) < 20 {
		t.Errorf("made %+v", once)
	}
	_, a = b.join("ada", once.Code)
	assertProblem(t, "a name that is taken", a, 409, "username_taken")
	if _, a = b.join("bob", once.Code); a.status != 201 || !strings.Contains(a.body, `"role":"member"`) {
		t.Errorf("a failure used it up: %d %s", a.status, a.body)
	}
	_, a = b.join("carl", once.Code)
	assertProblem(t, "used up", a, 403, "invite_invalid")
	if got := memberships(t, b, "bob"); got != "general" {
		t.Errorf("bob is in %q", got)
	}

	revoked, expired := ada.invite(fields{"uses": 5}), ada.invite(fields{"expires_in": 60})
	if a := ada.do(http.MethodDelete, "/invites/"+revoked.Code, "", nil); a.status != 204 {
		t.Errorf("revoke: %d %s", a.status, a.body)
	}
	assertProblem(t, "again", ada.do(http.MethodDelete, "/invites/"+revoked.Code, "", nil), 404, "invite_not_found")
	_, a = b.join("carl", revoked.Code)
	assertProblem(t, "revoked", a, 403, "invite_invalid")
	if _, err := b.db.Exec(t.Context(), `UPDATE invites SET expires_at = now() WHERE code = $1`, expired.Code); err != nil {
		t.Fatal(err)
	}
	_, a = b.join("carl", expired.Code)
	assertProblem(t, "expired", a, 403, "invite_invalid")
	if n := count(t, b, `SELECT count(*) FROM users`); n != 2 {
		t.Errorf("%d accounts, want 2", n)
	}
}

func TestAnInviteIsUsedAsOftenAsItSays(t *testing.T) {
	t.Parallel()
	b, ada := invited(t)
	code := ada.invite(fields{"uses": 3}).Code
	statuses := make(chan int, 6)
	for _, name := range []string{"bob", "carl", "dora", "emil", "fay", "gus"} {
		go func() {
			_, a := b.join(name, code)
			statuses <- a.status
		}()
	}
	got := map[int]int{}
	for range cap(statuses) {
		got[<-statuses]++
	}
	if got[201] != 3 || got[403] != 3 {
		t.Errorf("%v, want 3 of each", got)
	}
}

func TestInvitesGiveRolesAndRooms(t *testing.T) {
	t.Parallel()
	b, ada := invited(t)
	for _, sql := range []string{
		`INSERT INTO rooms (name, kind, head) VALUES ('club', 'private', 7), ('other', 'private', 0), ('dm-1', 'direct', 0), ('late', 'open', 0)`,
		`INSERT INTO memberships (username, room, revision) VALUES ('ada', 'club', 2), ('ada', 'dm-1', 3)`,
		`UPDATE users SET head = 3 WHERE username = 'ada'`,
	} {
		if _, err := b.db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	_, a := b.join("guest", ada.invite(fields{"role": "guest", "rooms": []string{"club", "late", "club"}}).Code)
	if a.status != 201 || !strings.Contains(a.body, `"role":"guest"`) || memberships(t, b, "guest") != "club late" {
		t.Errorf("guest: %d %s, in %q", a.status, a.body, memberships(t, b, "guest"))
	}
	const whole = `SELECT count(*) FROM users u JOIN memberships m USING (username)
		WHERE username = 'guest' AND u.head = 2 AND (m.room = 'late' AND m.revision = 2 OR m.room = 'club' AND m.revision = 1 AND m.joined = 7 AND m.read = 7)`
	if n := count(t, b, whole); n != 2 {
		t.Error("the guest's log does not have its two rooms in order")
	}
	admin, a := b.join("admin", ada.invite(fields{"role": "admin"}).Code)
	if a.status != 201 || memberships(t, b, "admin") != "general" {
		t.Errorf("admin: %d %s", a.status, a.body)
	}
	bob, _ := b.join("bob", admin.invite(nil).Code)

	for _, row := range []struct {
		name   string
		by     *client
		body   fields
		status int
		code   string
	}{
		{"by a member", bob, fields{}, 403, "forbidden"},
		{"an admin, by an admin", admin, fields{"role": "admin"}, 403, "forbidden"},
		{"an owner, by an admin", admin, fields{"role": "owner"}, 403, "forbidden"},
		{"a role that there isn't", ada, fields{"role": "king"}, 422, "role_invalid"},
		{"no uses", ada, fields{"uses": 0}, 422, "uses_invalid"},
		{"too many uses", ada, fields{"uses": 1 << 40}, 422, "uses_invalid"},
		{"no time", ada, fields{"expires_in": 0}, 422, "expires_in_invalid"},
		{"too long", ada, fields{"expires_in": 90*24*3600 + 1}, 422, "expires_in_invalid"},
		{"no room", ada, fields{"rooms": []string{"general", "nowhere"}}, 404, "room_not_found"},
		{"no name", ada, fields{"rooms": []string{"NO"}}, 404, "room_not_found"},
		{"another's room", ada, fields{"rooms": []string{"other"}}, 404, "room_not_found"},
		{"a room of the owner's", admin, fields{"rooms": []string{"club"}}, 404, "room_not_found"},
		{"a direct room", ada, fields{"rooms": []string{"dm-1"}}, 409, "room_direct"},
		{"wrong type", ada, fields{"uses": "one"}, 400, "invalid_json"},
	} {
		assertProblem(t, row.name, row.by.post("/invites", row.body), row.status, row.code)
	}
	assertProblem(t, "list by a member", bob.get("/invites"), 403, "forbidden")
	assertProblem(t, "revoke by a member", bob.do(http.MethodDelete, "/invites/x", "", nil), 403, "forbidden")

	// What ada left, her invite does not open; and who is no admin any more invites nobody.
	code, admins := ada.invite(fields{"rooms": []string{"club"}}).Code, admin.invite(nil).Code
	for _, sql := range []string{
		`UPDATE memberships SET member = false WHERE username = 'ada' AND room = 'club'`,
		`UPDATE users SET role = 'member' WHERE username = 'admin'`,
	} {
		if _, err := b.db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, a := b.join("carl", code); a.status != 201 || memberships(t, b, "carl") != "general" {
		t.Errorf("carl: %d %s, in %q", a.status, a.body, memberships(t, b, "carl"))
	}
	_, a = b.join("dora", admins)
	assertProblem(t, "of somebody demoted", a, 403, "invite_invalid")
}

func TestInvitesAreListed(t *testing.T) {
	t.Parallel()
	b, ada := invited(t, func(cfg *Config) { cfg.PublicURL = "https://chat.example.org/" })
	first, second := ada.invite(fields{"uses": 2, "role": "guest", "rooms": []string{"general"}}), ada.invite(nil)
	if first.URL != "https://chat.example.org/join/"+first.Code {
		t.Errorf("address %s", first.URL)
	}
	b.join("bob", first.Code)
	var list struct {
		Invites []struct {
			Code, URL, Role string
			Rooms           []string
			Uses, Used      int
			CreatedBy       string    `json:"created_by"`
			CreatedAt       time.Time `json:"created_at"`
			ExpiresAt       time.Time `json:"expires_at"`
		}
		More bool
	}
	ada.get("/invites").into(t, &list)
	if len(list.Invites) != 2 || list.More || list.Invites[0].Code != second.Code {
		t.Fatalf("listed %+v", list)
	}
	got := list.Invites[1]
	if got.Code != first.Code || got.URL != first.URL || got.Role != "guest" || len(got.Rooms) != 1 || got.Uses != 2 || got.Used != 1 || got.CreatedBy != "ada" {
		t.Errorf("listed %+v", got)
	}
	if left := time.Until(got.ExpiresAt); left < 6*24*time.Hour || left > 7*24*time.Hour {
		t.Errorf("expires in %s, want a week", left)
	}
	_, err := b.db.Exec(t.Context(), `
		INSERT INTO invites (code, created_by, expires_at, uses, role) SELECT 'code-of-the-invite-' || n, 'ada', now() + interval '1 day', 1, 'member' FROM generate_series(1, 300) n`)
	if err != nil {
		t.Fatal(err)
	}
	ada.get("/invites").into(t, &list)
	if len(list.Invites) != 200 || !list.More {
		t.Fatalf("%d, more %v", len(list.Invites), list.More)
	}
	ada.get("/invites?after="+list.Invites[199].Code).into(t, &list)
	if len(list.Invites) != 102 || list.More || list.Invites[101].Code != first.Code {
		t.Errorf("the rest: %d, more %v", len(list.Invites), list.More)
	}
}

func TestJoinPage(t *testing.T) {
	t.Parallel()
	b, ada := invited(t)
	code := ada.invite(nil).Code
	browser := &client{t: t, url: b.url, accept: "text/html"}
	assertPage(t, "join", browser.get("/join/"+code), 200, `value="`+code+`"`, `action="/register"`)
	assertPage(t, "no invite", browser.get("/join/"+strings.Repeat("x", 22)), 404, "not valid")
	if a := browser.form("/register", "username=bob&password=correct+horse&invite="+code); a.status != 303 || a.header.Get("Location") != "/chat" {
		t.Errorf("sign up: %d %s", a.status, a.body)
	}
	if a := browser.get("/join/" + code); a.status != 303 {
		t.Errorf("who is signed in: %d", a.status)
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.SignUp = account.SignUpClosed })
	ada := b.register("ada")
	_, a := b.join("bob", ada.invite(nil).Code)
	assertProblem(t, "closed", a, 403, "signup_closed")
}
