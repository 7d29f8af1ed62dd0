package app

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley/core/chat"
	"parley/messages/internal/room"
)

// request is a row of a table: what is sent, and what must come back.
type request struct {
	name        string
	method      string // "" for POST
	path        string
	contentType string // "" for JSON
	body        string
	status      int
	code        string // of the error, "" for none
}

func (r request) run(t *testing.T, c *client) answer {
	t.Helper()
	method, contentType := r.method, r.contentType
	if method == "" {
		method = http.MethodPost
	}
	if contentType == "" && method == http.MethodPost {
		contentType = "application/json"
	}
	a := c.do(method, r.path, contentType, strings.NewReader(r.body))
	if a.status != r.status || a.code() != r.code {
		t.Errorf("%s: %d %q, want %d %q\n%.300s", r.name, a.status, a.code(), r.status, r.code, a.body)
	}
	if id := a.header.Get("X-Request-Id"); id == "" {
		t.Errorf("%s: no request id", r.name)
	}
	return a
}

const form = "application/x-www-form-urlencoded"

func TestRegister(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.register("taken")
	long := strings.Repeat("x", 257)
	for _, r := range []request{
		{name: "good", body: `{"username":"ada","password":"8 bytes!"}`, status: 201},
		{name: "folded", body: `{"username":"Grace.Hopper-1","password":"8 bytes!"}`, status: 201},
		{name: "unknown fields", body: `{"username":"linus","password":"8 bytes!","more":[1]}`, status: 201},
		{name: "password of 256 bytes", body: `{"username":"longpass","password":"` + long[1:] + `"}`, status: 201},
		{name: "taken", body: `{"username":"taken","password":"8 bytes!"}`, status: 409, code: "username_taken"},
		{name: "taken in capitals", body: `{"username":"TAKEN","password":"8 bytes!"}`, status: 409, code: "username_taken"},
		{name: "one letter", body: `{"username":"a","password":"8 bytes!"}`, status: 422, code: "username_invalid"},
		{name: "33 letters", body: `{"username":"` + strings.Repeat("a", 33) + `","password":"8 bytes!"}`, status: 422, code: "username_invalid"},
		{name: "begins with a dot", body: `{"username":".ada","password":"8 bytes!"}`, status: 422, code: "username_invalid"},
		{name: "space", body: `{"username":"ada l","password":"8 bytes!"}`, status: 422, code: "username_invalid"},
		{name: "Kelvin sign", body: `{"username":"\u212aelvin","password":"8 bytes!"}`, status: 422, code: "username_invalid"},
		{name: "NUL", body: `{"username":"ada\u0000","password":"8 bytes!"}`, status: 422, code: "username_invalid"},
		{name: "none", body: `{}`, status: 422, code: "username_invalid"},
		{name: "7 bytes", body: `{"username":"short","password":"1234567"}`, status: 422, code: "password_too_short"},
		{name: "common", body: `{"username":"common","password":"PassWord1"}`, status: 422, code: "password_common"},
		{name: "own name", body: `{"username":"Own-Name","password":"own-name"}`, status: 422, code: "password_common"},
		{name: "no password", body: `{"username":"short"}`, status: 422, code: "password_too_short"},
		{name: "257 bytes", body: `{"username":"short","password":"` + long + `"}`, status: 422, code: "password_too_long"},
		{name: "wrong type", body: `{"username":1,"password":"8 bytes!"}`, status: 400, code: "invalid_json"},
		{name: "broken", body: `{"username":`, status: 400, code: "invalid_json"},
		{name: "plain text", contentType: "text/plain", body: `{}`, status: 415, code: "unsupported_media_type"},
		{name: "65 KiB", body: `{"username":"` + strings.Repeat("a", 65<<10) + `"}`, status: 413, code: "too_large"},
	} {
		r.path = "/register"
		c := &client{t: t, url: b.url}
		a := r.run(t, c)
		if signedIn := c.cookie != ""; signedIn != (r.status == 201) {
			t.Errorf("%s: session %v", r.name, signedIn)
		}
		if r.name == "folded" && a.body != `{"role":"member","username":"grace.hopper-1"}` {
			t.Errorf("folded: %s", a.body)
		}
	}
	var accounts, sessions int
	row := b.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM sessions)`)
	if err := row.Scan(&accounts, &sessions); err != nil {
		t.Fatal(err)
	}
	if accounts != 5 || sessions != 5 {
		t.Errorf("%d accounts and %d sessions, want 5: bad input must change nothing", accounts, sessions)
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.register("ada")
	for _, r := range []request{
		{name: "good", body: `{"username":"Ada","password":"correct horse"}`, status: 200},
		{name: "wrong password", body: `{"username":"ada","password":"wrong horse"}`, status: 401, code: "bad_credentials"},
		{name: "unknown name", body: `{"username":"bob","password":"correct horse"}`, status: 401, code: "bad_credentials"},
		{name: "impossible name", body: `{"username":"\u0000","password":"correct horse"}`, status: 401, code: "bad_credentials"},
		{name: "nothing", body: `{}`, status: 401, code: "bad_credentials"},
		{name: "array", body: `[]`, status: 400, code: "invalid_json"},
		{name: "empty", body: ``, status: 400, code: "invalid_json"},
	} {
		r.path = "/login"
		c := &client{t: t, url: b.url}
		a := r.run(t, c)
		if signedIn := c.cookie != ""; signedIn != (r.status == 200) {
			t.Errorf("%s: session %v", r.name, signedIn)
		}
		if r.status == 200 && a.body != `{"username":"ada"}` {
			t.Errorf("%s: %s", r.name, a.body)
		}
	}
}

func TestRooms(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	for _, r := range []request{
		{name: "good", body: `{"name":"random"}`, status: 201},
		{name: "one letter", body: `{"name":"0"}`, status: 201},
		{name: "100 letters", body: `{"name":"` + strings.Repeat("z", 100) + `"}`, status: 201},
		{name: "there already", body: `{"name":"general"}`, status: 409, code: "room_exists"},
		{name: "101 letters", body: `{"name":"` + strings.Repeat("z", 101) + `"}`, status: 422, code: "room_name_invalid"},
		{name: "capitals", body: `{"name":"Random"}`, status: 422, code: "room_name_invalid"},
		{name: "space", body: `{"name":" random"}`, status: 422, code: "room_name_invalid"},
		{name: "slash", body: `{"name":"a/b"}`, status: 422, code: "room_name_invalid"},
		{name: "the stream's address", body: `{"name":"stream"}`, status: 422, code: "room_name_invalid"},
		{name: "begins with a dash", body: `{"name":"-a"}`, status: 422, code: "room_name_invalid"},
		{name: "line break at the end", body: `{"name":"a\n"}`, status: 422, code: "room_name_invalid"},
		{name: "NUL", body: `{"name":"a\u0000"}`, status: 422, code: "room_name_invalid"},
		{name: "empty", body: `{"name":""}`, status: 422, code: "room_name_invalid"},
		{name: "none", body: `{}`, status: 422, code: "room_name_invalid"},
		{name: "wrong type", body: `{"name":["random"]}`, status: 400, code: "invalid_json"},
		{name: "broken", body: `{"name"`, status: 400, code: "invalid_json"},
	} {
		r.path = "/chat"
		r.run(t, ada)
	}
	ada.post("/chat/random/messages", fields{"body": "hi"})
	var got mine
	ada.get("/chat").into(t, &got)
	want := "[0 0 0] [general 0 0] [random 1 1] [" + strings.Repeat("z", 100) + " 0 0]"
	if text := got.text(func(r room.Room) string { return fmt.Sprint([]any{r.Name, r.Head, r.Read}) }); text != want || got.Me != 4 {
		t.Errorf("list: %s, me %d\nwant %s, 4", text, got.Me, want)
	}
}

func TestPost(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	const there = "/chat/general/messages"
	longest := strings.Repeat("é", chat.MaxBody)
	for _, r := range []request{
		{name: "good", body: `{"body":"hi"}`, status: 201},
		{name: "4,000 characters", body: `{"body":" ` + longest + ` "}`, status: 201},
		{name: "inner space", body: `{"body":"\t a  b\n\nc \u2003"}`, status: 201},
		{name: "half a surrogate pair", body: `{"body":"\ud83d"}`, status: 201},
		{name: "client id", body: `{"body":"x","client_id":"1"}`, status: 201},
		{name: "client id again", body: `{"body":"y","client_id":"1"}`, status: 200},
		{name: "client id null", body: `{"body":"z","client_id":null}`, status: 201},
		{name: "client id of 100", body: `{"body":"z","client_id":"` + longest[:200] + `"}`, status: 201},
		{name: "utf-8 said", contentType: "application/json; charset=utf-8", body: `{"body":"hi"}`, status: 201},
		{name: "4,001 characters", body: `{"body":"` + longest + `x"}`, status: 422, code: "body_too_long"},
		{name: "empty", body: `{"body":""}`, status: 422, code: "body_empty"},
		{name: "blank", body: `{"body":" \n\t\u00a0\u3000"}`, status: 422, code: "body_empty"},
		{name: "no body", body: `{}`, status: 422, code: "body_empty"},
		{name: "null body", body: `{"body":null}`, status: 422, code: "body_empty"},
		{name: "NUL", body: `{"body":"a\u0000b"}`, status: 422, code: "body_invalid"},
		{name: "client id empty", body: `{"body":"x","client_id":""}`, status: 422, code: "client_id_invalid"},
		{name: "client id of 101", body: `{"body":"x","client_id":"` + longest[:202] + `"}`, status: 422, code: "client_id_invalid"},
		{name: "client id with NUL", body: `{"body":"x","client_id":"\u0000"}`, status: 422, code: "client_id_invalid"},
		{name: "client id a number", body: `{"body":"x","client_id":1}`, status: 400, code: "invalid_json"},
		{name: "nothing", body: ``, status: 400, code: "invalid_json"},
		{name: "broken", body: `{"body":"hi"`, status: 400, code: "invalid_json"},
		{name: "trailing garbage", body: `{"body":"hi"}}`, status: 400, code: "invalid_json"},
		{name: "two", body: `{"body":"hi"}{"body":"hi"}`, status: 400, code: "invalid_json"},
		{name: "wrong type", body: `{"body":1}`, status: 400, code: "invalid_json"},
		{name: "array", body: `[{"body":"hi"}]`, status: 400, code: "invalid_json"},
		{name: "null", body: `null`, status: 400, code: "invalid_json"},
		{name: "invalid UTF-8", body: "{\"body\":\"a\xffb\"}", status: 400, code: "invalid_json"},
		{name: "raw NUL", body: "{\"body\":\"a\x00b\"}", status: 400, code: "invalid_json"},
		{name: "deep", body: strings.Repeat("[", 30_000), status: 400, code: "invalid_json"},
		{name: "65 KiB", body: `{"body":"` + strings.Repeat("a", 65<<10) + `"}`, status: 413, code: "too_large"},
		{name: "65 KiB of garbage", body: strings.Repeat("x", 65<<10), status: 413, code: "too_large"},
		{name: "plain text", contentType: "text/plain", body: `{"body":"hi"}`, status: 415, code: "unsupported_media_type"},
		{name: "nonsense type", contentType: ";;", body: `{"body":"hi"}`, status: 415, code: "unsupported_media_type"},
		{name: "unknown room", path: "/chat/nowhere/messages", body: `{"body":"hi"}`, status: 404, code: "room_not_found"},
		{name: "impossible room", path: "/chat/No%00where/messages", body: `{"body":"hi"}`, status: 404, code: "room_not_found"},
		{name: "form", contentType: form, body: "body=hi&client_id=", status: 303},
		{name: "form of invalid UTF-8", contentType: form, body: "body=%ff", status: 422, code: "body_invalid"},
		{name: "form with NUL", contentType: form, body: "body=%00", status: 422, code: "body_invalid"},
		{name: "form without body", contentType: form, body: "x=1", status: 422, code: "body_empty"},
		{name: "broken form", contentType: form, body: "body=%zz", status: 400, code: "invalid_form"},
	} {
		if r.path == "" {
			r.path = there
		}
		r.run(t, ada)
	}
	var page stretch
	ada.get(there).into(t, &page)
	want := []string{"hi", longest, "a  b\n\nc", "\ufffd", "x", "z", "z", "hi", "hi"}
	if len(page.Messages) != len(want) {
		t.Fatalf("%d messages, want %d: bad input must change nothing", len(page.Messages), len(want))
	}
	for i, m := range page.Messages {
		if m.Body != want[i] || m.ID != int64(i+1) || m.Revision != m.ID || m.Username != "ada" || m.Room != "general" {
			t.Errorf("message %d: %+v, want body %q", i+1, m, want[i])
		}
	}
}

func TestPostSaysItsPosition(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada, bob := b.register("ada"), b.register("bob")
	steps := []struct {
		c      *client
		body   string
		status int
		want   string
	}{
		{ada, `{"body":"one","client_id":"x"}`, 201, `{"id":1}`},
		{bob, `{"body":"two","client_id":"x"}`, 201, `{"id":2}`},
		{ada, `{"body":"other","client_id":"x"}`, 200, `{"id":1}`},
		{ada, `{"body":"three"}`, 201, `{"id":3}`},
		{ada, `{"body":"three"}`, 201, `{"id":4}`},
	}
	for _, s := range steps {
		a := s.c.do(http.MethodPost, "/chat/general/messages", "application/json", strings.NewReader(s.body))
		if a.status != s.status || a.body != s.want {
			t.Errorf("%s: %d %s, want %d %s", s.body, a.status, a.body, s.status, s.want)
		}
	}
}

// stretch is the JSON of GET /chat/{room}/messages.
type stretch struct {
	Messages []chat.Message
	Head     int64
	More     bool
}

func TestHistory(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	const there = "/chat/general/messages"
	if a := ada.get(there); a.body != `{"messages":[],"head":0,"more":false}` {
		t.Errorf("of an empty room: %s", a.body)
	}
	const sent = 230
	for i := range sent {
		if _, err := b.app.committer.Post(t.Context(), post(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		query       string
		first, last int64
		more        bool
	}{
		{"", 181, 230, true},
		{"?limit=1", 230, 230, true},
		{"?limit=200", 31, 230, true},
		{"?limit=1000", 31, 230, true},
		{"?limit=99999999999999999999", 31, 230, true},
		{"?before=31", 1, 30, false},
		{"?before=51&limit=50", 1, 50, false},
		{"?before=52&limit=50", 2, 51, true},
		{"?before=9223372036854775807&limit=2", 229, 230, true},
	} {
		var page stretch
		ada.get(there+row.query).into(t, &page)
		if len(page.Messages) == 0 || page.Messages[0].ID != row.first || page.Messages[len(page.Messages)-1].ID != row.last ||
			len(page.Messages) != int(row.last-row.first+1) || page.Head != sent || page.More != row.more {
			t.Errorf("%s: %d messages, head %d, more %v; want %d to %d, %v",
				row.query, len(page.Messages), page.Head, page.More, row.first, row.last, row.more)
		}
	}
	if a := ada.get(there + "?before=1"); a.body != `{"messages":[],"head":230,"more":false}` {
		t.Errorf("before the first: %s", a.body)
	}
	for _, r := range []request{
		{name: "before 0", path: there + "?before=0", status: 422, code: "before_invalid"},
		{name: "before -1", path: there + "?before=-1", status: 422, code: "before_invalid"},
		{name: "before abc", path: there + "?before=abc", status: 422, code: "before_invalid"},
		{name: "before nothing", path: there + "?before=", status: 422, code: "before_invalid"},
		{name: "before too much", path: there + "?before=99999999999999999999", status: 422, code: "before_invalid"},
		{name: "limit 0", path: there + "?limit=0", status: 422, code: "limit_invalid"},
		{name: "limit -1", path: there + "?limit=-1", status: 422, code: "limit_invalid"},
		{name: "limit abc", path: there + "?limit=abc", status: 422, code: "limit_invalid"},
		{name: "unknown room", path: "/chat/nowhere/messages", status: 404, code: "room_not_found"},
		{name: "impossible room", path: "/chat/a%00b/messages", status: 404, code: "room_not_found"},
	} {
		r.method = http.MethodGet
		r.run(t, ada)
	}
}

func TestUnknownAddresses(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, r := range []request{
		{name: "address", method: http.MethodGet, path: "/nothing", status: 404, code: "not_found"},
		{name: "method", method: http.MethodDelete, path: "/login", status: 405, code: "method_not_allowed"},
		{name: "asset", method: http.MethodGet, path: "/assets/x/js/nothing.js", status: 404, code: "not_found"},
		{name: "folder of assets", method: http.MethodGet, path: "/assets/x/js", status: 404, code: "not_found"},
		{name: "out of the assets", method: http.MethodGet, path: "/assets/x/..%2fweb.go", status: 404, code: "not_found"},
	} {
		r.run(t, b.client)
	}
	if a := b.do(http.MethodHead, "/healthz", "", nil); a.status != 200 {
		t.Errorf("HEAD /healthz: %d", a.status)
	}
}

// Who asks with the wrong method is told the right ones.
func TestAllowedMethods(t *testing.T) {
	t.Parallel()
	b := start(t)
	for path, allowed := range map[string]string{
		"/login":                                 "GET, HEAD, POST",
		"/chat":                                  "GET, HEAD, POST",
		"/chat/general/messages":                 "GET, HEAD, POST",
		"/chat/general/messages/1":               "DELETE, PATCH",
		"/chat/general/messages/1/pin":           "DELETE, PUT",
		"/chat/general/messages/1/reactions/%2B": "DELETE, PUT",
		"/chat/general/members":                  "GET, HEAD",
		"/people/ada":                            "GET, HEAD, PATCH, POST",
		"/assets/x/js/app.js":                    "GET, HEAD",
	} {
		a := request{name: path, method: http.MethodOptions, path: path, status: 405, code: "method_not_allowed"}.run(t, b.client)
		if got := a.header.Get("Allow"); got != allowed {
			t.Errorf("%s allows %q, want %q", path, got, allowed)
		}
	}
}
