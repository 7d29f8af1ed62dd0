package app

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/core/session"
	"parley/core/wire"
)

// listed is the JSON of GET /sessions.
type listed struct {
	Sessions []struct {
		ID         string
		Current    bool
		UserAgent  string    `json:"user_agent"`
		CreatedAt  time.Time `json:"created_at"`
		LastSeenAt time.Time `json:"last_seen_at"`
		ExpiresAt  time.Time `json:"expires_at"`
	}
}

func (c *client) sessions() listed {
	c.t.Helper()
	a := c.get("/sessions")
	if a.status != 200 || a.header.Get("Cache-Control") != "no-store" {
		c.t.Fatalf("sessions: %d %s", a.status, a.body)
	}
	var list listed
	a.into(c.t, &list)
	return list
}

// again signs ada in a second time, elsewhere.
func (b *bundle) again(agent string) *client {
	b.t.Helper()
	c := &client{t: b.t, url: b.url}
	if a := c.post("/login", fields{"username": "ada", "password": password}, "User-Agent", agent); a.status != 200 {
		b.t.Fatalf("login: %d %s", a.status, a.body)
	}
	return c
}

func isSignedIn(c *client) bool { return c.get("/chat").status == 200 }

func TestSessionsAreListed(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	b.register("bob")
	phone := b.again("a phone")
	if _, err := b.db.Exec(t.Context(), `
		INSERT INTO sessions (token_hash, username, expires_at) VALUES (sha256('x'), 'ada', now())`); err != nil {
		t.Fatal(err)
	}
	list := phone.sessions().Sessions
	if len(list) != 2 || !list[0].Current || list[1].Current || list[0].UserAgent != "a phone" || list[0].ID == list[1].ID {
		t.Fatalf("the phone sees %+v, want itself and then the other", list)
	}
	for _, s := range list {
		left := time.Until(s.ExpiresAt)
		if time.Since(s.CreatedAt) > time.Minute || time.Since(s.LastSeenAt) > time.Minute || left > time.Hour || left < 59*time.Minute {
			t.Errorf("times of %+v", s)
		}
	}
	if mine := ada.sessions().Sessions; len(mine) != 2 || !mine[0].Current || mine[0].ID != list[1].ID {
		t.Errorf("ada sees %+v", mine)
	}
	raw := ada.get("/sessions").body
	for _, c := range []*client{ada, phone} {
		key, _ := session.Token(c.cookie).Key()
		if strings.Contains(raw, c.cookie) || strings.Contains(raw, fmt.Sprintf("%x", key[:])) {
			t.Errorf("the list tells a secret: %s", raw)
		}
	}
}

func TestSessionIsEndedByItsOwner(t *testing.T) {
	t.Parallel()
	b := start(t)
	ended := subscribe(t, b, wire.SessionsEndedChannel)
	ada, bob := b.register("ada"), b.register("bob")
	phone := b.again("a phone")
	phones, bobs := phone.sessions().Sessions[0].ID, bob.sessions().Sessions[0].ID
	for _, r := range []request{
		{name: "another's", path: "/sessions/" + bobs},
		{name: "nobody's", path: "/sessions/00000000-0000-0000-0000-000000000000"},
		{name: "no id", path: "/sessions/x"},
		{name: "NUL", path: "/sessions/%00" + phones[1:]},
		{name: "no UTF-8", path: "/sessions/%ff" + phones[1:]},
		{name: "capitals", path: "/sessions/" + strings.ToUpper("a"+phones[1:])},
	} {
		r.method, r.status, r.code = http.MethodDelete, 404, "session_not_found"
		r.run(t, ada)
	}
	if !isSignedIn(phone) || !isSignedIn(bob) {
		t.Fatal("somebody was signed out")
	}
	before := *phone
	if a := ada.do(http.MethodDelete, "/sessions/"+phones, "", nil); a.status != 204 || a.body != "" {
		t.Errorf("end: %d %s", a.status, a.body)
	}
	if isSignedIn(phone) || !isSignedIn(ada) || !isSignedIn(bob) {
		t.Error("want the phone signed out, and nobody else")
	}
	assertEnded(t, ended, before.cookie)
	if a := ada.do(http.MethodDelete, "/sessions/"+phones, "", nil); a.status != 404 {
		t.Errorf("again: %d", a.status)
	}
	before = *ada
	if a := ada.do(http.MethodDelete, "/sessions/"+ada.sessions().Sessions[0].ID, "", nil); a.status != 204 || ada.cookie != "" {
		t.Errorf("the present one: %d, cookie %q", a.status, ada.cookie)
	}
	assertEnded(t, ended, before.cookie)
	if isSignedIn(&before) {
		t.Error("the present one goes on")
	}
}

func TestAccountPage(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.browser("ada")
	phone := b.again(`Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1`)
	b.again(`<script>alert(1)</script>`)
	a := ada.get("/sessions")
	assertPage(t, "account", a, 200, "Safari on an iPhone", "This one", "/end", "An unknown device")
	if strings.Contains(a.body, "<script>") {
		t.Error("a user agent is markup")
	}
	goesTo := func(what string, a answer, want string) {
		t.Helper()
		if a.status != 303 || a.header.Get("Location") != want {
			t.Errorf("%s: %d to %q, want 303 to %q", what, a.status, a.header.Get("Location"), want)
		}
	}
	phones := phone.sessions().Sessions[0].ID
	goesTo("end", ada.form("/sessions/"+phones+"/end", ""), "/account#sessions-heading")
	goesTo("end again", ada.form("/sessions/"+phones+"/end", ""), "/account#sessions-heading")
	if isSignedIn(phone) {
		t.Error("the phone is signed in")
	}
	assertPage(t, "wrong", ada.form("/password", "current=wrong+horse&password=another+horse"), 401, "not your current password")
	assertPage(t, "short", ada.form("/password", "current=correct+horse&password=short"), 422, "8 characters")
	assertPage(t, "common", ada.form("/password", "current=correct+horse&password=trustno1"), 422, "anybody would try")
	goesTo("change", ada.form("/password", "current=correct+horse&password=another+horse"), "/account?changed#password-heading")
	assertPage(t, "changed", ada.get("/sessions?changed"), 200, "password is changed")
	assertPage(t, "room", ada.get("/chat/general"), 200, `href="/account"`)
	plain := &client{t: t, url: b.url, cookie: ada.cookie}
	own := plain.sessions().Sessions[0].ID
	goesTo("end the present one", ada.form("/sessions/"+own+"/end", ""), "/login")
	stranger := &client{t: t, url: b.url, accept: "text/html"}
	goesTo("without a session", stranger.get("/sessions"), "/login?next=%2Fsessions")
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	b := start(t)
	ended := subscribe(t, b, wire.SessionsEndedChannel)
	ada, bob := b.register("ada"), b.register("bob")
	phone := b.again("a phone")
	long := strings.Repeat("x", 257)
	for _, r := range []request{
		{name: "wrong", body: `{"current":"wrong horse","password":"another horse"}`, status: 401, code: "bad_credentials"},
		{name: "no current", body: `{"password":"another horse"}`, status: 401, code: "bad_credentials"},
		{name: "short", body: `{"current":"correct horse","password":"1234567"}`, status: 422, code: "password_too_short"},
		{name: "common", body: `{"current":"correct horse","password":"qwertyuiop"}`, status: 422, code: "password_common"},
		{name: "none", body: `{"current":"correct horse"}`, status: 422, code: "password_too_short"},
		{name: "long", body: `{"current":"correct horse","password":"` + long + `"}`, status: 422, code: "password_too_long"},
		{name: "wrong type", body: `{"current":1,"password":"another horse"}`, status: 400, code: "invalid_json"},
		{name: "broken", body: `{`, status: 400, code: "invalid_json"},
	} {
		r.path = "/password"
		if a := r.run(t, ada); a.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: a new cookie", r.name)
		}
	}
	if !isSignedIn(ada) || !isSignedIn(phone) {
		t.Fatal("a refusal signed somebody out")
	}
	before := *ada
	if a := ada.post("/password", fields{"current": password, "password": "another horse"}); a.status != 204 || ada.cookie == before.cookie {
		t.Fatalf("change: %d %s", a.status, a.body)
	}
	assertAllEnded(t, ended, before.cookie, phone.cookie)
	if isSignedIn(&before) || isSignedIn(phone) || !isSignedIn(ada) || !isSignedIn(bob) {
		t.Error("want ada signed in with the new token alone, and bob left alone")
	}
	c := &client{t: t, url: b.url}
	if a := c.post("/login", fields{"username": "ada", "password": password}); a.status != 401 {
		t.Errorf("the old password: %d", a.status)
	}
	if a := c.post("/login", fields{"username": "ada", "password": "another horse"}); a.status != 200 {
		t.Errorf("the new password: %d", a.status)
	}
}

func assertAllEnded(t *testing.T, s *redis.PubSub, cookies ...string) {
	t.Helper()
	ended, err := wire.ParseSessionsEnded([]byte(receive(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[session.Key]bool{}, map[session.Key]bool{}
	for _, key := range ended.Keys {
		got[key] = true
	}
	for _, cookie := range cookies {
		key, _ := session.Token(cookie).Key()
		want[key] = true
	}
	if !maps.Equal(got, want) {
		t.Errorf("ended %v, want %v", slices.Collect(maps.Keys(got)), slices.Collect(maps.Keys(want)))
	}
}

func TestGuessingByChangingIsThrottled(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.RateLimitLogin = 3 })
	ada := b.register("ada")
	for range 3 {
		if a := ada.post("/password", fields{"current": "wrong horse", "password": "another horse"}); a.status != 401 {
			t.Fatalf("failure: %d", a.status)
		}
	}
	assertLimited(t, "change", ada.post("/password", fields{"current": password, "password": "another horse"}))
	assertLimited(t, "login", ada.post("/login", fields{"username": "ada", "password": password}))
}

// Somebody who knows the old password signs in while it is being changed: the
// session must not outlive the change.
func TestSigningInWithThePasswordThatIsBeingChanged(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.register("ada")
	tx, err := b.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	for _, sql := range []string{`UPDATE users SET password_hash = 'other'`, `DELETE FROM sessions`} {
		if _, err := tx.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	c := &client{t: t, url: b.url}
	answered := make(chan answer, 1)
	go func() { answered <- c.post("/login", fields{"username": "ada", "password": password}) }()
	eventually(t, 10*time.Second, func() bool {
		return count(t, b, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 1
	})
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := <-answered; a.status != 401 || a.code() != "bad_credentials" || a.header.Get("Set-Cookie") != "" {
		t.Errorf("login: %d %s %v", a.status, a.body, a.header)
	}
	if n := count(t, b, `SELECT count(*) FROM sessions`); n != 0 {
		t.Errorf("%d sessions outlived the change", n)
	}
}

func TestOneOfTwoChangesWins(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	statuses := make(chan int, 2)
	for i := range cap(statuses) {
		c := &client{t: t, url: b.url, cookie: ada.cookie}
		go func() {
			statuses <- c.post("/password", fields{"current": password, "password": fmt.Sprint("another horse ", i)}).status
		}()
	}
	got := []int{<-statuses, <-statuses}
	slices.Sort(got)
	if !slices.Equal(got, []int{204, 401}) {
		t.Errorf("answers %v, want one 204 and one 401", got)
	}
	if n := count(t, b, `SELECT count(*) FROM sessions`); n != 1 {
		t.Errorf("%d sessions, want the winner's", n)
	}
}
