package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/core/session"
	"parley/core/wire"
)

func TestReplayThenReadyThenLive(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	for i := range 5 {
		b.post("general", fmt.Sprint("before ", i))
	}
	c := b.listen("/chat/general/stream", ada, "2")
	c.want("room.general 3", "room.general 4", "room.general 5", "ready 5")
	b.post("general", "live")
	c.want("room.general 6")

	head := b.listen("/chat/general/stream", ada, "")
	head.want("ready 6")
	after := b.listen("/chat/general/stream?after=4", ada, "")
	after.want("room.general 5", "room.general 6", "ready 6")
	wins := b.listen("/chat/general/stream?after=1", ada, "5")
	wins.want("room.general 6", "ready 6")
	all := b.listen("/chat/general/stream", ada, "0")
	all.want(positions(1, 6)...)
	all.want("ready 6")
}

func TestFramesAreGolden(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	m := b.insert("general", "hi <b>\n\"there\" \u2028 🎉")
	_, err := b.pool.Exec(t.Context(), `UPDATE messages SET created_at = '2026-11-23T09:00:00.5Z', client_id = 'c-1' WHERE id = $1`, m.ID)
	if err != nil {
		t.Fatal(err)
	}
	resp := b.get("/chat/general/stream", ada, "0")
	for name, want := range map[string]string{
		"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	go func() { _ = b.stop() }() // ends the stream, so that it can be read whole
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	retry, frames, _ := bytes.Cut(body, []byte("\n\n"))
	var ms int
	if _, err := fmt.Sscanf(string(retry), "retry: %d", &ms); err != nil || ms < 1000 || ms > 5000 {
		t.Errorf("the stream begins with %q", retry)
	}
	golden(t, "stream.txt", frames)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCursorsThatCannotBeServed(t *testing.T) {
	t.Parallel()
	b := start(t, func(c *Config) { c.ReplayLimit = 3 })
	ada := b.signIn("ada", time.Hour)
	for range 5 {
		b.post("general", "x")
	}
	for _, cursor := range []string{"abc", "-1", "+1", "1.5", "99999999999999999999", "6", "1", "0", " 2 x"} {
		c := b.listen("/chat/general/stream", ada, cursor)
		c.want("reset 5", "ready 5")
	}
	c := b.listen("/chat/general/stream", ada, "2")
	c.want("room.general 3", "room.general 4", "room.general 5", "ready 5")
}

func TestManyRooms(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	b.room("random")
	b.room("quiet")
	b.post("general", "1")
	b.post("general", "2")
	b.post("random", "1")
	c := b.listen("/chat/stream?after=general:1,random:0,quiet", ada, "")
	c.want("ready @ada:0", "room.general general:2", "ready general:2", "ready quiet:0", "room.random random:1", "ready random:1")
	b.post("quiet", "live")
	c.want("room.quiet quiet:1")

	resumed := b.listen("/chat/stream?after=general:0", ada, "general:1")
	resumed.want("ready @ada:0", "room.general general:2", "ready general:2")
	bad := b.listen("/chat/stream?after=general:x", ada, "")
	bad.want("reset general:2", "ready @ada:0", "ready general:2")
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	expired := b.signIn("bob", -time.Hour)
	rooms := strings.Repeat("general,", wire.MaxCursors) + "random"
	for _, tc := range []struct {
		name, path string
		token      session.Token
		status     int
		code       string
	}{
		{"no cookie", "/chat/general/stream", "", http.StatusUnauthorized, "not_signed_in"},
		{"forged cookie", "/chat/general/stream", session.NewToken(), http.StatusUnauthorized, "not_signed_in"},
		{"malformed cookie", "/chat/general/stream", "x", http.StatusUnauthorized, "not_signed_in"},
		{"expired session", "/chat/general/stream", expired, http.StatusUnauthorized, "not_signed_in"},
		{"unknown room", "/chat/nowhere/stream", ada, http.StatusNotFound, "room_not_found"},
		{"impossible room", "/chat/No%20Where/stream", ada, http.StatusNotFound, "room_not_found"},
		{"readiness is internal", "/readyz", "", http.StatusNotFound, "not_found"},
		{"impossible rooms", "/chat/stream?after=,,", ada, http.StatusUnprocessableEntity, "after_invalid"},
		{"too many rooms", "/chat/stream?after=" + rooms, ada, http.StatusUnprocessableEntity, "after_invalid"},
		{"elsewhere", "/chat", ada, http.StatusNotFound, "not_found"},
	} {
		resp := b.get(tc.path, tc.token, "")
		var body struct {
			Error struct{ Code, Message string }
		}
		if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if resp.StatusCode != tc.status || body.Error.Code != tc.code || body.Error.Message == "" {
			t.Errorf("%s: %d %+v, want %d %s", tc.name, resp.StatusCode, body.Error, tc.status, tc.code)
		}
	}
}

func TestPingAndAge(t *testing.T) {
	t.Parallel()
	b := start(t, func(c *Config) { c.Heartbeat, c.MaxAge = 300*time.Millisecond, 2*time.Second })
	c := b.listen("/chat/general/stream", b.signIn("ada", time.Hour), "0")
	c.want("ready 0", "ping 0", "ping 0")
	if reason := c.ended(patience); reason != `{"reason":"max_age"}` {
		t.Errorf("ended with %s", reason)
	}
}

func TestEditsComeOnceAsTheyAre(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.signIn("ada", time.Hour)
	first := b.post("general", "first")
	live := b.listen("/chat/general/stream", ada, "0")
	live.want("room.general 1", "ready 1")
	b.post("general", "second")
	b.publish(b.edit(first, "edited"))
	b.publish(b.edit(first, "edited again"))
	live.want("room.general 2", "room.general 3", "room.general 4")

	fresh := startOn(t, b.app.cfg.DatabaseURL, b.redis)
	c := fresh.listen("/chat/general/stream", ada, "0")
	c.want("room.general 2")
	e := c.next()
	if e.ID != "4" || !strings.Contains(e.Data, `"id":1,"revision":4`) || !strings.Contains(e.Data, "edited again") {
		t.Errorf("got %+v", e)
	}
	c.want("ready 4")
}

func TestNoticesPassWithoutAnID(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.listen("/chat/general/stream", b.signIn("ada", time.Hour), "0")
	c.want("ready 0")
	err := b.rdb.Publish(t.Context(), "chat:room.general", "{\"type\":\"typing\",\n\"room\":\"general\",\"username\":\"bob\"}").Err()
	if err != nil {
		t.Fatal(err)
	}
	e := c.next()
	if e.Name != "typing" || e.ID != "0" || e.Data != `{"type":"typing","room":"general","username":"bob"}` {
		t.Errorf("got %+v", e)
	}
}

// Whoever reaches Redis can publish anything: what is no notice of the room goes
// to nobody, and moves no cursor.
func TestForgedNoticesGoNowhere(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.listen("/chat/general/stream", b.signIn("ada", time.Hour), "0")
	c.want("ready 0")
	for _, forged := range []string{
		`{"type":"typing","room":"launch","username":"bob"}`,
		`{"type":"typing","room":"general","username":"bob\nid: 9"}`,
		`{"type":"typing","room":"general","revision":7,"username":"bob"}`,
		`{"type":"presence","room":"general","username":"bob","state":"<b>"}`,
		`{"type":"presence","room":"general","revision":7,"username":"bob","state":"away"}`,
		`{"type":"end","room":"general","reason":"session"}`,
	} {
		if err := b.rdb.Publish(t.Context(), "chat:room.general", forged).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.rdb.Publish(t.Context(), "chat:room.general", `{"html":"<b>","type":"typing","room":"general","username":"bob"}`).Err(); err != nil {
		t.Fatal(err)
	}
	if e := c.next(); e.Name != "typing" || e.ID != "0" || e.Data != `{"type":"typing","room":"general","username":"bob"}` {
		t.Errorf("got %+v", e)
	}
}

// Who is here is told on streams of everything, to others: whoever follows one
// room wants what is said.
func TestPresenceGoesToStreamsOfEverything(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada, bob := b.signIn("ada", time.Hour), b.signIn("bob", time.Hour)
	b.member("ada", "general", true)
	b.member("bob", "general", true)
	all, own, one := b.listen("/chat/stream", ada, ""), b.listen("/chat/stream", bob, ""), b.listen("/chat/general/stream", ada, "")
	for _, c := range []*client{all, own} {
		for e := c.next(); e.Name != "ready" || e.ID != "general:0"; e = c.next() {
		}
	}
	one.want("ready 0")
	for _, notice := range []string{
		`{"type":"presence","room":"general","username":"bob","state":"away"}`,
		`{"type":"typing","room":"general","username":"carl"}`,
	} {
		if err := b.rdb.Publish(t.Context(), "chat:room.general", notice).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if e := all.next(); e.Name != "presence" || e.Data != `{"type":"presence","room":"general","username":"bob","state":"away"}` {
		t.Errorf("got %+v", e)
	}
	for _, c := range []*client{all, own, one} {
		if e := c.next(); e.Name != "typing" {
			t.Errorf("got %+v", e)
		}
	}
}

// A page of another site whose name leads here (DNS rebinding) hears nothing.
func TestForeignHostsAreRefused(t *testing.T) {
	t.Parallel()
	b := start(t, func(c *Config) { c.PublicURL = "https://chat.example.org" })
	ada := b.signIn("ada", time.Hour)
	for host, status := range map[string]int{"": 200, "chat.example.org": 200, "localhost:1": 200, "evil.example": 421} {
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+"/chat/general/stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		req.AddCookie(&http.Cookie{Name: session.CookieName, Value: string(ada)})
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != status {
			t.Errorf("%q: %d, want %d", host, resp.StatusCode, status)
		}
		cancel()
		_ = resp.Body.Close()
	}
}
