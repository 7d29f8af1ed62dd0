package app

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley/core/session"
	"parley/core/wire"
)

func (c *client) patch(path string, body string) answer {
	c.t.Helper()
	return c.do(http.MethodPatch, path, "application/json", strings.NewReader(body))
}

// everybody starts a service with an owner, an admin, a member and a guest,
// named after their roles.
func everybody(t *testing.T) (b *bundle, all map[string]*client) {
	t.Helper()
	b = start(t)
	all = map[string]*client{"owner": b.register("owner")}
	for _, role := range []string{"admin", "member", "guest"} {
		var a answer
		all[role], a = b.join(role, all["owner"].invite(fields{"role": role}).Code)
		if a.status != 201 {
			t.Fatalf("join as %s: %d %s", role, a.status, a.body)
		}
	}
	return b, all
}

func TestRolesAreChanged(t *testing.T) {
	t.Parallel()
	b, all := everybody(t)
	s := subscribe(t, b, wire.PersonTopic("member").Channel())
	for _, row := range []struct {
		by, whose, role string
		status          int
		code            string
	}{
		{"guest", "member", "guest", 403, "forbidden"},
		{"member", "member", "admin", 403, "forbidden"},
		{"admin", "member", "owner", 403, "forbidden"},
		{"admin", "owner", "member", 403, "forbidden"},
		{"admin", "admin", "owner", 403, "forbidden"},
		{"admin", "nobody", "member", 404, "person_not_found"},
		{"admin", "%ff", "member", 404, "person_not_found"},
		{"admin", "member", "king", 422, "role_invalid"},
		{"admin", "member", "", 422, "role_invalid"},
		{"owner", "owner", "admin", 409, "last_owner"},
		{"owner", "owner", "owner", 200, ""},
		{"admin", "member", "member", 200, ""},
		{"admin", "Member", "guest", 200, ""},
		{"admin", "member", "admin", 200, ""},
		{"owner", "admin", "owner", 200, ""},
		{"owner", "owner", "guest", 200, ""},
		{"owner", "admin", "guest", 403, "forbidden"},
		{"admin", "admin", "guest", 409, "last_owner"},
	} {
		a := all[row.by].patch("/people/"+row.whose, `{"role":"`+row.role+`"}`)
		if a.status != row.status || a.code() != row.code || row.status == 200 && !strings.Contains(a.body, `"role":"`+row.role+`"`) {
			t.Errorf("%s makes %s %s: %d %s", row.by, row.whose, row.role, a.status, a.body)
		}
	}
	for i, role := range []string{"guest", "admin"} { // behind general, the first change of the log
		want := fmt.Sprintf(`{"type":"person","revision":%d,"username":"member","display_name":"","role":"%s"}`, i+2, role)
		if got := receive(t, s); got != want {
			t.Errorf("published %s, want %s", got, want)
		}
	}
	if n := count(t, b, `SELECT count(*) FROM users WHERE username = 'member' AND head = 3 AND revision = 3`); n != 1 {
		t.Error("the log of the member does not have the changes")
	}
	if n := count(t, b, `SELECT count(*) FROM audit WHERE action = 'role.changed'`); n != 4 {
		t.Errorf("%d entries in the audit, want 4", n)
	}
}

func TestTwoOwnersCannotBothStepDown(t *testing.T) {
	t.Parallel()
	b, all := everybody(t)
	if a := all["owner"].patch("/people/admin", `{"role":"owner"}`); a.status != 200 {
		t.Fatalf("second owner: %d %s", a.status, a.body)
	}
	statuses := make(chan int, 2)
	for _, name := range []string{"owner", "admin"} {
		go func() { statuses <- all[name].patch("/people/"+name, `{"role":"member"}`).status }()
	}
	if one, other := <-statuses, <-statuses; one+other != 200+409 {
		t.Errorf("%d and %d, want 200 and 409", one, other)
	}
	if n := count(t, b, `SELECT count(*) FROM users WHERE role = 'owner'`); n != 1 {
		t.Errorf("%d owners", n)
	}
}

func TestBan(t *testing.T) {
	t.Parallel()
	b, all := everybody(t)
	ended := subscribe(t, b, wire.SessionsEndedChannel)
	member := all["member"]
	for _, row := range []struct {
		by, path string
		status   int
		code     string
	}{
		{"guest", "member/ban", 403, "forbidden"},
		{"member", "guest/ban", 403, "forbidden"},
		{"admin", "owner/ban", 403, "forbidden"},
		{"admin", "admin/ban", 403, "forbidden"},
		{"owner", "owner/ban", 409, "last_owner"},
		{"admin", "nobody/ban", 404, "person_not_found"},
		{"admin", "guest/unban", 204, ""},
		{"admin", "member/ban", 204, ""},
		{"owner", "member/ban", 204, ""},
		{"member", "member/unban", 401, "not_signed_in"},
	} {
		if a := all[row.by].post("/people/"+row.path, nil); a.status != row.status || a.code() != row.code {
			t.Errorf("%s: %s: %d %s", row.by, row.path, a.status, a.body)
		}
	}
	assertEnded(t, ended, member.cookie)
	key, _ := session.Token(member.cookie).Key()
	if n := count(t, b, fmt.Sprintf(`SELECT count(*) FROM sessions WHERE token_hash = '\x%x'`, key[:])); n != 0 {
		t.Error("the session is stored still")
	}
	assertProblem(t, "post", member.post("/chat/general/messages", fields{"body": "x"}), 401, "not_signed_in")
	assertProblem(t, "the right password", b.post("/login", fields{"username": "member", "password": password}), 403, "banned")
	assertProblem(t, "a wrong one", b.post("/login", fields{"username": "member", "password": "wrong horse"}), 401, "bad_credentials")
	assertProblem(t, "for others", all["guest"].get("/people/member"), 404, "person_not_found")
	if a := all["admin"].get("/people/member"); a.status != 200 || !strings.Contains(a.body, `"banned":true`) {
		t.Errorf("for admins: %d %s", a.status, a.body)
	}
	if a := all["admin"].post("/people/member/unban", nil); a.status != 204 {
		t.Errorf("unban: %d %s", a.status, a.body)
	}
	if a := member.post("/login", fields{"username": "member", "password": password}); a.status != 200 {
		t.Errorf("afterwards: %d %s", a.status, a.body)
	}
	if n := count(t, b, `SELECT count(*) FROM audit WHERE action LIKE 'person.%' AND subject = 'member' AND actor = 'admin'`); n != 2 {
		t.Errorf("%d entries in the audit, want 2", n)
	}
}

// list is the JSON of GET /people.
type people struct {
	People []struct {
		Username, Role, State string
		DisplayName           string `json:"display_name"`
		Banned                bool
	}
	More bool
}

func (c *client) people(query string) string {
	c.t.Helper()
	a := c.get("/people" + query)
	if a.status != 200 {
		c.t.Fatalf("people%s: %d %s", query, a.status, a.body)
	}
	var list people
	a.into(c.t, &list)
	names := make([]string, len(list.People))
	for i, p := range list.People {
		names[i] = p.Username
	}
	return strings.Join(names, " ")
}

func TestPeople(t *testing.T) {
	t.Parallel()
	b, all := everybody(t)
	admin, guest := all["admin"], all["guest"]
	if a := admin.patch("/me", `{"display_name":"  Éva Member of Parliament "}`); a.status != 200 || !strings.Contains(a.body, `"display_name":"Éva Member of Parliament"`) {
		t.Errorf("rename: %d %s", a.status, a.body)
	}
	if a := admin.post("/people/member/ban", nil); a.status != 204 {
		t.Fatalf("ban: %d", a.status)
	}
	for query, want := range map[string]string{
		"": "admin guest member owner", "?q=MEM": "admin member", "?q=%C3%A9va": "admin", "?q=ember": "admin", "?q=wner": "",
		"?q=%25": "", "?q=_": "", "?q=%00": "", "?q=%ff": "", "?after=guest": "member owner", "?after=%ff": "",
	} {
		if got := admin.people(query); got != want {
			t.Errorf("people%s: %q, want %q", query, got, want)
		}
	}
	if got := all["owner"].people("?q=mem"); got != "admin member" {
		t.Errorf("the owner sees %q", got)
	}
	if got := guest.people(""); got != "guest" {
		t.Errorf("a guest without rooms sees %q", got)
	}
	assertProblem(t, "a stranger, by a guest", guest.get("/people/owner"), 404, "person_not_found")
	for _, sql := range []string{
		`INSERT INTO memberships (username, room, revision) VALUES ('guest', 'general', 1)`,
		`UPDATE users SET head = 1 WHERE username = 'guest'`,
	} {
		if _, err := b.db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if got := guest.people(""); got != "admin guest owner" {
		t.Errorf("a guest in general sees %q", got)
	}
	if a := guest.get("/people/Admin"); a.status != 200 || a.body != `{"username":"admin","display_name":"Éva Member of Parliament","role":"admin","state":"offline","version":2}` {
		t.Errorf("one: %d %s", a.status, a.body)
	}
	assertProblem(t, "nobody", admin.get("/people/nobody"), 404, "person_not_found")
	assertProblem(t, "no name", admin.get("/people/%00"), 404, "person_not_found")
	if _, err := b.db.Exec(t.Context(), `INSERT INTO users (username, password_hash) SELECT 'x' || n, 'x' FROM generate_series(1000, 1249) n`); err != nil {
		t.Fatal(err)
	}
	var list people
	admin.get("/people?q=x").into(t, &list)
	if len(list.People) != 200 || !list.More {
		t.Fatalf("%d, more %v", len(list.People), list.More)
	}
	admin.get("/people?q=x&after="+list.People[199].Username).into(t, &list)
	if len(list.People) != 50 || list.More {
		t.Errorf("the rest: %d, more %v", len(list.People), list.More)
	}
}

func TestMe(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	s := subscribe(t, b, wire.PersonTopic("ada").Channel())
	for body, want := range map[string]struct {
		status int
		code   string
	}{
		`{"display_name":"` + strings.Repeat("é", 81) + `"}`: {422, "display_name_invalid"},
		`{"display_name":"a\u0000b"}`:                        {422, "display_name_invalid"},
		`{"display_name":"a\nb"}`:                            {422, "display_name_invalid"},
		`{"display_name":"a\u202eb"}`:                        {422, "display_name_invalid"},
		`{"display_name":1}`:                                 {400, "invalid_json"},
		`{"display_name":""}`:                                {200, ""}, // as it is
		`{}`:                                                 {200, ""},
	} {
		if a := ada.patch("/me", body); a.status != want.status || a.code() != want.code {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	if a := ada.form("/me", "display_name=Ada+L."); a.status != 303 {
		t.Errorf("by form: %d %s", a.status, a.body)
	}
	if got := receive(t, s); got != `{"type":"person","revision":2,"username":"ada","display_name":"Ada L.","role":"owner"}` {
		t.Errorf("published %s", got)
	}
	var me map[string]string
	ada.get("/me").into(t, &me)
	if len(me) != 11 || me["username"] != "ada" || me["display_name"] != "Ada L." || me["role"] != "owner" || me["created_at"] == "" {
		t.Errorf("me: %v", me)
	}
}

func TestAudit(t *testing.T) {
	t.Parallel()
	_, all := everybody(t)
	owner := all["owner"]
	code := owner.invite(fields{"uses": 2, "rooms": []string{"general"}}).Code
	owner.do(http.MethodDelete, "/invites/"+code, "", nil)
	owner.patch("/people/member", `{"role":"guest"}`)
	owner.post("/people/member/ban", nil)
	type entries struct {
		Entries []struct {
			ID                         int64
			At, Actor, Action, Subject string
			Detail                     map[string]any
		}
		More bool
	}
	var got entries
	all["admin"].get("/audit").into(t, &got)
	want := []string{"person.banned", "role.changed", "invite.revoked", "invite.made", "invite.made", "invite.made", "invite.made"}
	if len(got.Entries) != len(want) || got.More {
		t.Fatalf("audit: %+v", got)
	}
	for i, e := range got.Entries {
		if e.Action != want[i] || e.Actor != "owner" || e.At == "" || i > 0 && e.ID >= got.Entries[i-1].ID {
			t.Errorf("entry %d: %+v, want %s", i, e, want[i])
		}
	}
	if e := got.Entries[1]; e.Subject != "member" || e.Detail["from"] != "member" || e.Detail["to"] != "guest" {
		t.Errorf("role: %+v", e)
	}
	all["admin"].get(fmt.Sprint("/audit?before=", got.Entries[4].ID)).into(t, &got)
	if len(got.Entries) != 2 {
		t.Errorf("before the fifth: %+v", got)
	}
	assertProblem(t, "no id", owner.get("/audit?before=x"), 422, "before_invalid")
	assertProblem(t, "by a guest", all["guest"].get("/audit"), 403, "forbidden")
}

func TestHosts(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.PublicURL, cfg.AllowedHosts = "https://chat.example.org", "other.example" })
	for host, want := range map[string]int{
		"evil.example": 421, "192.0.2.1": 421, "localhost:1": 200, "[::1]:80": 200, "chat.example.org": 200, "OTHER.example:8080": 200,
	} {
		a := b.get("/login", "Host", host)
		if a.status != want || want == 421 && a.code() != "host_not_allowed" {
			t.Errorf("%s: %d %s, want %d", host, a.status, a.code(), want)
		}
	}
	if a := b.get("/healthz", "Host", "10.1.2.3"); a.status != 200 {
		t.Errorf("a probe: %d", a.status)
	}
}

func TestSessionsOfAnAccountAreBounded(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.SessionsPerAccount = 3 })
	ended := subscribe(t, b, wire.SessionsEndedChannel)
	ada := b.register("ada")
	for range 2 {
		b.again("a phone")
	}
	if !isSignedIn(ada) {
		t.Error("signed out below the limit")
	}
	b.again("a phone")
	if isSignedIn(ada) {
		t.Error("the oldest goes on")
	}
	assertEnded(t, ended, ada.cookie)
}

func TestTheAuditTakesAnyPosition(t *testing.T) {
	t.Parallel()
	_, all := everybody(t)
	for before, want := range map[string]int{"2147483648": 200, "9223372036854775807": 200, "9223372036854775808": 422, "-1": 422} {
		if a := all["owner"].get("/audit?before=" + before); a.status != want {
			t.Errorf("before %s: %d %s, want %d", before, a.status, a.body, want)
		}
	}
}
