package app

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/core/wire"
)

// me is what GET /me answers.
type me struct {
	DisplayName string  `json:"display_name"`
	Avatar      string  `json:"avatar"`
	StatusText  string  `json:"status_text"`
	StatusEmoji string  `json:"status_emoji"`
	StatusUntil *string `json:"status_until"`
	TimeZone    string  `json:"time_zone"`
	Language    string  `json:"language"`
	Theme       string  `json:"theme"`
}

func (c *client) me() (m me) {
	c.t.Helper()
	c.get("/me").into(c.t, &m)
	return m
}

func TestProfileIsChanged(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	for _, row := range []struct {
		change string
		status int
		code   string
	}{
		{`{}`, 200, ""},
		{`{"display_name":" Ada "}`, 200, ""},
		{`{"display_name":"` + strings.Repeat("x", 81) + `"}`, 422, "display_name_invalid"},
		{`{"status_text":"a\nb"}`, 422, "status_invalid"},
		{`{"status_text":"` + strings.Repeat("x", 101) + `"}`, 422, "status_invalid"},
		{`{"status_emoji":"x"}`, 422, "status_emoji_invalid"},
		{`{"status_emoji":"🌴🌴"}`, 422, "status_emoji_invalid"},
		{`{"status_for":-1}`, 422, "status_until_invalid"},
		{`{"status_for":9223372036854775807}`, 422, "status_until_invalid"},
		{`{"status_text":"x","status_until":"9999-01-01T00:00:00Z"}`, 422, "status_until_invalid"},
		{`{"status_until":"soon"}`, 400, "invalid_json"},
		{`{"time_zone":"Moon/Tranquility"}`, 422, "time_zone_invalid"},
		{`{"time_zone":"../../etc/passwd"}`, 422, "time_zone_invalid"},
		{`{"time_zone":"Local"}`, 422, "time_zone_invalid"},
		{`{"language":"<b>"}`, 422, "language_invalid"},
		{`{"theme":"pink"}`, 422, "theme_invalid"},
		{`{"status_text":"On holiday","status_emoji":" 🌴 ","status_for":3600}`, 200, ""},
		{`{"time_zone":"Europe/Berlin","language":"de","theme":"dark"}`, 200, ""},
	} {
		if a := ada.patch("/me", row.change); a.status != row.status || a.code() != row.code {
			t.Errorf("%s: %d %s", row.change, a.status, a.body)
		}
	}
	m := ada.me()
	if m.StatusUntil == nil {
		t.Fatal("the status has no end")
	}
	if until, err := time.Parse(time.RFC3339, *m.StatusUntil); err != nil || time.Until(until) < 50*time.Minute || time.Until(until) > time.Hour {
		t.Errorf("the status ends at %s, %v", *m.StatusUntil, err)
	}
	m.StatusUntil = nil
	if want := (me{DisplayName: "Ada", StatusText: "On holiday", StatusEmoji: "🌴", TimeZone: "Europe/Berlin", Language: "de", Theme: "dark"}); m != want {
		t.Errorf("%+v, want %+v", m, want)
	}
	if a := ada.patch("/me", `{"status_text":"","status_emoji":""}`); a.status != 200 || ada.me().StatusUntil != nil {
		t.Errorf("no status: %d %s", a.status, a.body)
	}
}

func TestStatusIsOverAtItsTime(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada, bob := b.register("ada"), b.register("bob")
	if a := ada.patch("/me", `{"status_text":"Lunch","status_until":"2020-01-01T00:00:00Z"}`); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for path, c := range map[string]*client{"/me": ada, "/people/ada": bob, "/people": bob, "/people?usernames=ada": bob, "/chat/general/members": bob} {
		if a := c.get(path); strings.Contains(a.body, "Lunch") {
			t.Errorf("%s: %s", path, a.body)
		}
	}
}

// What others see goes by the logs of the rooms, each once; what they don't, by
// one's own alone; and a change that is none by nothing.
func TestChangesOfProfilesAreOnTheLogs(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada, bob := b.register("ada"), b.register("bob")
	ada.post("/chat", fields{"name": "launch", "kind": "private"})
	bob.post("/chat", fields{"name": "elsewhere"})
	room, own := subscribe(t, b, wire.RoomTopic("launch").Channel()), subscribe(t, b, wire.PersonTopic("ada").Channel())
	heads := func() string {
		var text string
		if err := b.db.QueryRow(t.Context(), `SELECT string_agg(name || head, ' ' ORDER BY rooms.name) FROM rooms`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	if before := heads(); before != "elsewhere0 general0 launch0" {
		t.Fatalf("heads are %s", before)
	}
	for _, change := range []string{`{"display_name":"Ada"}`, `{"display_name":"Ada"}`, `{"theme":"dark"}`, `{"status_emoji":"🌴"}`} {
		if a := ada.patch("/me", change); a.status != 200 {
			t.Fatalf("%s: %d %s", change, a.status, a.body)
		}
	}
	for _, want := range []string{
		`{"type":"profile","revision":1,"room":"launch","username":"ada","version":3,"display_name":"Ada"}`,
		`{"type":"profile","revision":2,"room":"launch","username":"ada","version":5,"display_name":"Ada","status_emoji":"🌴"}`,
	} {
		if got := receive(t, room); got != want {
			t.Errorf("published %s, want %s", got, want)
		}
	}
	for _, want := range []string{
		`{"type":"person","revision":3,"username":"ada","display_name":"Ada","role":"owner"}`,
		`{"type":"person","revision":4,"username":"ada","display_name":"Ada","role":"owner","theme":"dark"}`,
		`{"type":"person","revision":5,"username":"ada","display_name":"Ada","role":"owner","status_emoji":"🌴","theme":"dark"}`,
	} {
		if got := receive(t, own); got != want {
			t.Errorf("published %s, want %s", got, want)
		}
	}
	if after := heads(); after != "elsewhere0 general2 launch2" {
		t.Errorf("heads are %s", after)
	}
}

func TestNamesAreOnPages(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada, bob := b.register("ada"), b.register("bob")
	ada.accept, bob.accept = "text/html", "text/html"
	bob.post("/chat/general/messages", fields{"body": "hello @ada"})
	if page := ada.get("/chat/general"); !strings.Contains(page.body, `<span class="author" dir="auto">bob</span>`) {
		t.Error("bob is not bob")
	}
	bob.patch("/me", `{"display_name":"Bob <i>","status_text":"On a boat"}`)
	for path, want := range map[string]string{
		"/chat/general":         `<span class="author" dir="auto">Bob &lt;i&gt; <span class="author-handle">@bob</span></span>`,
		"/mentions":             `Bob &lt;i&gt; <span class="author-handle">@bob</span>`,
		"/people":               "On a boat",
		"/people/bob":           "On a boat",
		"/chat/general/members": "Bob &lt;i&gt;",
	} {
		if page := ada.get(path); page.status != 200 || !strings.Contains(page.body, want) {
			t.Errorf("%s: %d, without %s", path, page.status, want)
		}
	}
}

func TestTheme(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.register("ada")
	ada.accept = "text/html"
	for _, theme := range []string{"dark", "light", ""} {
		led(t, "theme", ada.form("/me", "theme="+theme+"&time_zone=&language="), "/account?saved=looks#looks")
		want := `<html lang="en" data-theme="` + theme + `">`
		if theme == "" {
			want = `<html lang="en">`
		}
		for _, path := range []string{"/chat", "/chat/general", "/account", "/search"} {
			if page := ada.get(path); !strings.Contains(page.body, want) {
				t.Errorf("%s: no %s", path, want)
			}
		}
	}
}

func picture(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload sends a form with a file.
func (c *client) upload(path, field string, content []byte) answer {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(field, "me.png")
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return c.do(http.MethodPost, path, form.FormDataContentType(), &body)
}

func TestPictures(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada, bob := b.register("ada"), b.register("bob")
	put := func(kind string, content []byte) answer {
		return ada.do(http.MethodPut, "/me/avatar", kind, bytes.NewReader(content))
	}
	for _, row := range []struct {
		name, kind string
		content    []byte
		status     int
		code       string
	}{
		{"JSON", "application/json", []byte(`{}`), 415, "unsupported_media_type"},
		{"text", "text/html", []byte("<b>"), 415, "unsupported_media_type"},
		{"nothing", "image/png", nil, 422, "picture_missing"},
		{"no picture", "image/png", []byte("<svg/>"), 422, "picture_invalid"},
		{"a form without an end", "multipart/form-data", []byte("x"), 415, "unsupported_media_type"},
		{"half a form", "multipart/form-data; boundary=x", []byte("--x\r\n"), 422, "picture_missing"},
		{"too much", "image/png", make([]byte, 5<<20), 413, "picture_too_large"},
		{"one", "image/png", picture(t, 300), 200, ""},
		{"the same", "image/jpeg", picture(t, 300), 200, ""},
	} {
		if a := put(row.kind, row.content); a.status != row.status || a.code() != row.code {
			t.Errorf("%s: %d %s", row.name, a.status, a.body)
		}
	}
	if n := count(t, b, `SELECT count(*) FROM users WHERE username = 'ada' AND head = 2`); n != 1 {
		t.Error("the same picture is a change")
	}
	address := "/people/ada/avatar/" + ada.me().Avatar
	a := bob.get(address)
	if a.status != 200 || a.header.Get("Content-Type") != "image/jpeg" || a.header.Get("X-Content-Type-Options") != "nosniff" ||
		a.header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || a.header.Get("Cache-Control") != "private, max-age=31536000, immutable" {
		t.Errorf("%d %v", a.status, a.header)
	}
	if a := bob.get("/people/ada/avatar/" + strings.Repeat("0", 32)); a.status != 404 {
		t.Errorf("another digest: %d", a.status)
	}
	if a := (&client{t: t, url: b.url}).get(address); a.status != 401 {
		t.Errorf("a stranger: %d", a.status)
	}
	if a := ada.do(http.MethodDelete, "/me/avatar", "", nil); a.status != 204 || ada.me().Avatar != "" {
		t.Errorf("remove: %d %s", a.status, a.body)
	}
	if a := ada.do(http.MethodDelete, "/me/avatar", "", nil); a.status != 204 {
		t.Errorf("remove again: %d", a.status)
	}
	if a := bob.get(address); a.status != 404 {
		t.Errorf("removed: %d", a.status)
	}
	ada.accept = "text/html"
	led(t, "upload", ada.upload("/me/avatar", "avatar", picture(t, 20)), "/account?saved=picture#picture")
	assertPage(t, "with a picture", ada.get("/account?saved=picture"), 200, `<img src="/people/ada/avatar/`, "Remove picture")
	assertPage(t, "no picture", ada.upload("/me/avatar", "avatar", []byte("hi")), 422, "picture-problem")
	assertPage(t, "nothing chosen", ada.upload("/me/avatar", "other", nil), 422, "Choose a picture")
	led(t, "remove", ada.form("/me/avatar", "remove=1"), "/account?saved=picture#picture")
	if n := count(t, b, `SELECT count(*) FROM avatars`); n != 0 {
		t.Error("a picture is left")
	}
}

// A guest sees those with whom they share a room, and nobody else's picture.
func TestGuestsSeePicturesOfTheirRooms(t *testing.T) {
	t.Parallel()
	b, all := everybody(t)
	for _, role := range []string{"owner", "member"} {
		if a := all[role].do(http.MethodPut, "/me/avatar", "image/png", bytes.NewReader(picture(t, 9))); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	all["owner"].post("/chat", fields{"name": "shared", "kind": "private"})
	if a := all["owner"].do(http.MethodPut, "/chat/shared/members/guest", "", nil); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if _, err := b.db.Exec(t.Context(), `UPDATE memberships SET member = false WHERE username = 'guest' AND room = 'general'`); err != nil {
		t.Fatal(err)
	}
	guest := all["guest"]
	for role, want := range map[string]int{"owner": 200, "member": 404} {
		if a := guest.get("/people/" + role + "/avatar/" + all[role].me().Avatar); a.status != want {
			t.Errorf("%s: %d, want %d", role, a.status, want)
		}
	}
	if a := guest.get("/people?usernames=owner,member,nobody,B!"); !strings.Contains(a.body, `"username":"owner"`) || strings.Contains(a.body, `"username":"member"`) {
		t.Errorf("people: %s", a.body)
	}
	if a := guest.get("/people?usernames=" + strings.Repeat("aa,", 101)); a.code() != "too_many_names" {
		t.Errorf("many names: %d %s", a.status, a.body)
	}
}

func TestProfilesAreLimited(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.RateLimitProfile = 2 })
	ada := b.register("ada")
	for i, want := range []int{200, 200, 429} {
		if a := ada.patch("/me", `{"display_name":"Ada `+strings.Repeat("x", i)+`"}`); a.status != want {
			t.Errorf("change %d: %d %s", i, a.status, a.body)
		}
	}
	if a := ada.do(http.MethodPut, "/me/avatar", "image/png", bytes.NewReader(picture(t, 9))); a.status != 429 {
		t.Errorf("picture: %d %s", a.status, a.body)
	}
	if a := ada.patch("/me", `{}`); a.status != 200 {
		t.Errorf("nothing: %d %s", a.status, a.body)
	}
}
