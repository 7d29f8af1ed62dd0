package app

import (
	"strings"
	"testing"
)

func TestPeoplePages(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada, bob := b.browser("ada"), b.browser("bob") // an owner and a member
	assertPage(t, "people", ada.get("/people"), 200, "/people/bob", "Manage", "Invite people")
	a := bob.get("/people?q=ad")
	assertPage(t, "people found by a member", a, 200, "/people/ada", "Owner")
	if strings.Contains(a.body, "Manage") || strings.Contains(a.body, `href="/audit"`) {
		t.Error("a member is offered what admins do")
	}
	assertPage(t, "nobody found", bob.get("/people?q=%3Cb%3E"), 200, "Nobody is called", "&lt;b&gt;")
	assertPage(t, "no such person", ada.get("/people/nobody"), 404)

	for path, want := range map[string]int{"/people/BOB": 308, "/people/NOBODY": 308, "/people/%C3%84da": 404} {
		a := ada.get(path)
		if to := a.header.Get("Location"); a.status != want || want == 308 && to != strings.ToLower(path) {
			t.Errorf("%s: %d, to %q", path, a.status, to)
		}
	}
	assertPage(t, "person", ada.get("/people/bob"), 200, `value="guest"`, "Ban bob")
	led(t, "role", ada.form("/people/bob", "role=guest"), "/people/bob?saved=role")
	assertPage(t, "role saved", ada.get("/people/bob?saved=role"), 200, "Saved", "Guest")
	assertPage(t, "no role", ada.form("/people/bob", "role=king"), 422, "A role is")
	assertPage(t, "last owner", ada.form("/people/ada", "role=member"), 409, "There must be an owner")
	assertPage(t, "not by a member", bob.form("/people/ada", "role=guest"), 403)
	led(t, "ban", ada.form("/people/bob/ban", ""), "/people/bob")
	assertPage(t, "banned", ada.get("/people/bob"), 200, "Unban bob")
	led(t, "unban", ada.form("/people/bob/unban", ""), "/people/bob")
	assertPage(t, "audit", ada.get("/audit"), 200, "a guest", "banned", "let ")
	assertPage(t, "older than all", ada.get("/audit?before=1"), 200, "Nothing older")
}

func TestInvitePages(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada, bob := b.browser("ada"), b.browser("bob")
	assertPage(t, "no invites", ada.get("/invites"), 200, "No invites yet")
	made := led(t, "invite", ada.form("/invites", "role=guest&uses=1&expires_in=86400&rooms=general"), "/invites?made=")
	code := strings.TrimPrefix(made, "/invites?made=")
	assertPage(t, "invite made", ada.get(made), 200, "The invite is ready", "/join/"+code, "Guest", "#general")
	assertPage(t, "wrong invite", ada.form("/invites", "uses=0"), 422, "10,000 uses")
	led(t, "revoke", ada.form("/invites/"+code+"/revoke", ""), "/invites")
	led(t, "revoke again", ada.form("/invites/"+code+"/revoke", ""), "/invites")
	assertPage(t, "revoked", (&client{t: t, url: b.url, accept: "text/html"}).get("/join/"+code), 404, "lets nobody in")
	for _, path := range []string{"/invites", "/audit", "/admin"} {
		assertPage(t, path+" of a member", bob.get(path), 403)
	}
}

func TestNamePage(t *testing.T) {
	t.Parallel()
	b := start(t)
	ada := b.browser("ada")
	led(t, "name", ada.form("/me", "display_name=Ada+%3Ci%3E"), "/account?saved=name")
	assertPage(t, "name saved", ada.get("/account?saved=name"), 200, "what others see", `value="Ada &lt;i&gt;"`)
	assertPage(t, "name too long", ada.form("/me", "display_name="+strings.Repeat("x", 81)), 422, "display-name-problem", strings.Repeat("x", 81))
	var me struct {
		DisplayName string `json:"display_name"`
	}
	ada.accept = ""
	ada.get("/me").into(t, &me)
	if me.DisplayName != "Ada <i>" {
		t.Errorf("the name is %q", me.DisplayName)
	}
}
