package app

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/core/session"
	"parley/core/wire"
)

// guarded are the addresses that need a session.
var guarded = []request{
	{name: "rooms", method: http.MethodGet, path: "/chat"},
	{name: "room", method: http.MethodGet, path: "/chat/general"},
	{name: "history", method: http.MethodGet, path: "/chat/general/messages"},
	{name: "create", path: "/chat", body: `{"name":"x"}`},
	{name: "post", path: "/chat/general/messages", body: `{"body":"x"}`},
	{name: "post broken", path: "/chat/general/messages", body: `{`},
	{name: "post nothing", path: "/chat/general/messages", body: `{"body":""}`},
	{name: "post nowhere", path: "/chat/nowhere/messages", body: `{"body":"x"}`},
	{name: "post to an odd room", path: "/chat/NO/messages", body: `{"body":"x"}`},
	{name: "post too much", path: "/chat/general/messages", body: strings.Repeat("x", 65<<10)},
	{name: "form", path: "/chat/general/messages", contentType: form, body: `body=x`},
	{name: "sessions", method: http.MethodGet, path: "/sessions"},
	{name: "end a session", method: http.MethodDelete, path: "/sessions/00000000-0000-0000-0000-000000000000"},
	{name: "end a session by form", path: "/sessions/00000000-0000-0000-0000-000000000000/end", contentType: form},
	{name: "password", path: "/password", body: `{"current":"correct horse","password":"another horse"}`},
}

func TestWithoutSession(t *testing.T) {
	t.Parallel()
	b := start(t)
	expired, known := b.register("ada"), b.register("bob")
	if a := known.post("/chat/general/messages", fields{"body": "hi"}); a.status != 201 {
		t.Fatalf("post: %d %s", a.status, a.body)
	}
	if _, err := b.db.Exec(t.Context(), `UPDATE sessions SET expires_at = now()`); err != nil { // by another replica
		t.Fatal(err)
	}
	for name, cookie := range map[string]string{
		"no cookie":      "",
		"forged cookie":  string(session.NewToken()),
		"short cookie":   "abc",
		"odd cookie":     strings.Repeat("?", 43),
		"expired":        expired.cookie,
		"known just now": known.cookie,
	} {
		for _, r := range guarded {
			r.name, r.status, r.code = name+", "+r.name, 401, "not_signed_in"
			r.run(t, &client{t: t, url: b.url, cookie: cookie})
		}
	}
	browser := &client{t: t, url: b.url, accept: "text/html,*/*;q=0.8"}
	for path, next := range map[string]string{
		"/chat":                 "/login?next=%2Fchat",
		"/chat/general?x=1&y=2": "/login?next=%2Fchat%2Fgeneral%3Fx%3D1%26y%3D2",
	} {
		if a := browser.get(path); a.status != 303 || a.header.Get("Location") != next {
			t.Errorf("%s: %d %s, want %s", path, a.status, a.header.Get("Location"), next)
		}
	}
	if a := browser.form("/chat/general/messages", "body=hi"); a.status != 401 || a.code() != "not_signed_in" {
		t.Errorf("a form: %d %s", a.status, a.body)
	}
	if n := count(t, b, `SELECT count(*) FROM sessions`); n != 2 {
		t.Errorf("%d sessions: visitors must not get any", n)
	}
	if n := count(t, b, `SELECT count(*) FROM messages`); n != 1 {
		t.Errorf("%d messages, want the one of who was signed in", n)
	}
}

func TestCookie(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, row := range []struct {
		proto  string
		secure bool
		cookie string
	}{{"http", false, "parley_session"}, {"https", true, "__Host-parley_session"}} {
		c := &client{t: t, url: b.url}
		a := c.post("/register", fields{"username": row.proto, "password": password}, "X-Forwarded-Proto", row.proto)
		cookie, err := http.ParseSetCookie(a.header.Get("Set-Cookie"))
		if err != nil {
			t.Fatal(err)
		}
		if cookie.Name != row.cookie || len(cookie.Value) != 43 || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode ||
			cookie.Path != "/" || cookie.MaxAge != 3600 || cookie.Secure != row.secure || cookie.Domain != "" {
			t.Errorf("by %s: %s", row.proto, a.header.Get("Set-Cookie"))
		}
	}
}

func TestLoginRotates(t *testing.T) {
	t.Parallel()
	b := start(t)
	ended := subscribe(t, b, wire.SessionsEndedChannel)
	ada := b.register("ada")
	before := *ada
	if a := ada.post("/login", fields{"username": "ada", "password": password}); a.status != 200 {
		t.Fatalf("login: %d %s", a.status, a.body)
	}
	if ada.cookie == before.cookie {
		t.Error("the token stayed")
	}
	if a := before.get("/chat"); a.status != 401 {
		t.Errorf("the old token: %d, want 401", a.status)
	}
	if a := ada.get("/chat"); a.status != 200 {
		t.Errorf("the new token: %d, want 200", a.status)
	}
	if n := count(t, b, `SELECT count(*) FROM sessions`); n != 1 {
		t.Errorf("%d sessions, want 1", n)
	}
	assertEnded(t, ended, before.cookie)
}

func TestFailedLoginKeepsTheSession(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	if a := ada.post("/login", fields{"username": "ada", "password": "wrong horse"}); a.status != 401 {
		t.Fatalf("login: %d", a.status)
	}
	if a := ada.get("/chat"); a.status != 200 {
		t.Errorf("afterwards: %d, want 200", a.status)
	}
}

func TestLogout(t *testing.T) {
	t.Parallel()
	b := start(t)
	ended := subscribe(t, b, wire.SessionsEndedChannel)
	ada := b.register("ada")
	before := *ada
	a := ada.post("/logout", nil)
	if a.status != 204 || a.body != "" {
		t.Errorf("logout: %d %s", a.status, a.body)
	}
	if ada.cookie != "" {
		t.Error("the cookie was not cleared")
	}
	if a := before.get("/chat"); a.status != 401 {
		t.Errorf("afterwards: %d, want 401", a.status)
	}
	if n := count(t, b, `SELECT count(*) FROM sessions`); n != 0 {
		t.Errorf("%d sessions, want none", n)
	}
	assertEnded(t, ended, before.cookie)
	if a := before.post("/logout", nil); a.status != 204 {
		t.Errorf("again: %d, want 204", a.status)
	}
	if a := b.form("/logout", ""); a.status != 303 || a.header.Get("Location") != "/login" {
		t.Errorf("by form: %d %s", a.status, a.header.Get("Location"))
	}
}

func TestOtherSitesCannotWrite(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	for _, header := range [][]string{
		{"Origin", "https://evil.example"},
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site", "Origin", "https://other.parley.example"},
		{"Origin", "null"},
	} {
		for _, path := range []string{"/chat/general/messages", "/chat", "/login", "/register", "/logout", "/password", "/sessions/x/end"} {
			if a := ada.form(path, "body=x&name=x", header...); a.status != 403 || a.code() != "cross_origin" {
				t.Errorf("%s with %v: %d %s", path, header, a.status, a.body)
			}
		}
		if a := ada.do(http.MethodDelete, "/sessions/x", "", nil, header...); a.status != 403 {
			t.Errorf("DELETE with %v: %d %s", header, a.status, a.body)
		}
	}
	if a := ada.get("/chat", "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); a.status != 200 {
		t.Errorf("a link from elsewhere: %d, want 200", a.status)
	}
	host := strings.TrimPrefix(b.url, "http://")
	for _, header := range [][]string{nil, {"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "none"}, {"Origin", "http://" + host}, {"Origin", "https://" + host}} {
		if a := ada.post("/chat/general/messages", fields{"body": "x"}, header...); a.status != 201 {
			t.Errorf("with %v: %d %s", header, a.status, a.body)
		}
	}
}

func TestSeenIsNotedLater(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	if _, err := b.db.Exec(t.Context(), `UPDATE sessions SET last_seen_at = now() - interval '2 minutes'`); err != nil {
		t.Fatal(err)
	}
	ada.get("/chat")
	const fresh = `SELECT count(*) FROM sessions WHERE last_seen_at > now() - interval '1 minute'`
	if n := count(t, b, fresh); n != 0 {
		t.Error("it was noted within the request")
	}
	b.app.stop() // what was seen is written down at the end, at the latest
	eventually(t, 5*time.Second, func() bool { return count(t, b, fresh) == 1 })
}

func count(t *testing.T, b *bundle, sql string) (n int) {
	t.Helper()
	if err := b.db.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func subscribe(t *testing.T, b *bundle, channel string) *redis.PubSub {
	t.Helper()
	opts, err := redis.ParseURL(b.redis.URL())
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(opts)
	s := c.Subscribe(t.Context(), channel)
	t.Cleanup(func() { _ = s.Close(); _ = c.Close() })
	if _, err := s.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func receive(t *testing.T, s *redis.PubSub) string {
	t.Helper()
	got, err := s.ReceiveTimeout(t.Context(), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	m, ok := got.(*redis.Message)
	if !ok {
		t.Fatalf("received %T", got)
	}
	return m.Payload
}

func assertEnded(t *testing.T, s *redis.PubSub, cookie string) {
	t.Helper()
	ended, err := wire.ParseSessionsEnded([]byte(receive(t, s)))
	if err != nil {
		t.Fatal(err)
	}
	key, _ := session.Token(cookie).Key()
	if len(ended.Keys) != 1 || ended.Keys[0] != key {
		t.Errorf("ended %v, want %v", ended.Keys, key)
	}
}

// eventually waits for a condition that has no event to wait for.
func eventually(t *testing.T, patience time.Duration, is func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("it did not come true within %s", patience)
		}
	}
}
