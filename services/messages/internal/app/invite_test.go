package app

import (
	"net/http"
	"strings"
	"testing"
)

// An invite into a private room is that room's secret: with its code an admin
// could sign up once more, and be in it.
func TestInvitesIntoPrivateRoomsAreNotToldToOthers(t *testing.T) {
	t.Parallel()
	_, all := everybody(t)
	for _, room := range []fields{{"name": "cabinet", "kind": "private"}, {"name": "lounge"}} {
		if a := all["owner"].post("/chat", room); a.status != 201 {
			t.Fatalf("make room: %d %s", a.status, a.body)
		}
	}
	secret := all["owner"].invite(fields{"rooms": []string{"cabinet", "lounge"}}).Code
	public := all["owner"].invite(fields{"rooms": []string{"lounge"}}).Code
	page := &client{t: t, url: all["admin"].url, cookie: all["admin"].cookie, accept: "text/html"}
	for _, path := range []string{"/invites", "/audit", "/invites?after=" + public} {
		for _, c := range []*client{all["admin"], page} {
			if a := c.get(path); a.status != 200 || strings.Contains(a.body, "cabinet") || strings.Contains(a.body, secret) {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
	}
	if a := all["admin"].get("/invites"); !strings.Contains(a.body, public) {
		t.Errorf("an invite into an open room is not listed: %s", a.body)
	}
	if a := all["owner"].get("/invites"); !strings.Contains(a.body, secret) || !strings.Contains(a.body, "cabinet") {
		t.Errorf("its maker does not see it: %s", a.body)
	}
	if a := all["owner"].do(http.MethodPut, "/chat/cabinet/members/admin", "", nil); a.status != 204 {
		t.Fatalf("add: %d %s", a.status, a.body)
	}
	if a := all["admin"].get("/invites"); !strings.Contains(a.body, secret) {
		t.Errorf("who is in the room does not see it: %s", a.body)
	}
}
