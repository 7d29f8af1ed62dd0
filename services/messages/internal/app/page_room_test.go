package app

import (
	"strings"
	"testing"
)

// pageCast are people at browsers: ada runs the place, bob is a member, and gil
// a guest.
func pageCast(t *testing.T) (b *bundle, ada, bob, gil *client) {
	t.Helper()
	b = start(t)
	ada, bob = b.browser("ada"), b.browser("bob")
	gil, _ = b.join("gil", b.owned(ada).invite(fields{"role": "guest"}).Code)
	gil.accept = ada.accept
	return b, ada, bob, gil
}

// owned is the same person as a program.
func (b *bundle) owned(c *client) *client { return &client{t: b.t, url: b.url, cookie: c.cookie} }

func TestBrowsePage(t *testing.T) {
	t.Parallel()
	_, ada, bob, gil := pageCast(t)
	led(t, "open room", ada.form("/chat", "title=Book+%26+club&name=books&kind=open"), "/chat/books")
	led(t, "private room", ada.form("/chat", "title=Secret&name=secret&kind=private"), "/chat/secret")
	a := bob.get("/chat?browse=1")
	assertPage(t, "browse", a, 200, "Book &amp; club", "1 person", `action="/chat/books/join"`)
	if strings.Contains(a.body, "ecret") {
		t.Error("a private room can be found")
	}
	assertPage(t, "found", bob.get("/chat?browse=1&q=CLUB"), 200, "Book &amp; club")
	assertPage(t, "not found", bob.get("/chat?browse=1&q=secret"), 200, "Nothing like")
	assertPage(t, "behind all", bob.get("/chat?browse=1&after=z"), 200, "No more rooms")
	led(t, "join", bob.form("/chat/books/join", ""), "/chat/books")
	assertPage(t, "joined", bob.get("/chat"), 200, `data-room="books"`)
	a = bob.form("/chat", "title=Mine&name=Bad%2FName&kind=private")
	assertPage(t, "bad handle", a, 422, "new-name-problem", `value="Mine"`, `value="private" checked`)
	assertPage(t, "taken handle", bob.form("/chat", "title=Mine&name=secret"), 409, "new-name-problem")
	assertPage(t, "long title", bob.form("/chat", "name=long&title="+strings.Repeat("x", 81)), 422, "new-title-problem")

	assertPage(t, "browse of a guest", gil.get("/chat?browse=1"), 403)
	a = gil.get("/chat")
	assertPage(t, "home of a guest", a, 200, "As a guest")
	if strings.Contains(a.body, "/chat?browse") {
		t.Error("a guest is offered to browse")
	}
}

func TestMembersPage(t *testing.T) {
	t.Parallel()
	_, ada, bob, gil := pageCast(t)
	led(t, "private room", ada.form("/chat", "title=Secret&name=secret&kind=private"), "/chat/secret")
	assertPage(t, "members", ada.get("/chat/secret/members"), 200, "Add somebody", "Moderator", "You")
	a := ada.get("/chat/secret/members?q=bo")
	assertPage(t, "candidates", a, 200, `value="bob"`, "/chat/secret/members/add")
	led(t, "add", ada.form("/chat/secret/members/add", "username=bob"), "/chat/secret/members")
	assertPage(t, "in already", ada.get("/chat/secret/members?q=bo"), 200, "Nobody else")
	assertPage(t, "nobody", ada.form("/chat/secret/members/add", "username=nobody"), 404, "There is no such person", "In this room")
	assertPage(t, "no name", ada.form("/chat/secret/members/add", "username=%22"), 404, "There is no such person")

	a = bob.get("/chat/secret/members")
	assertPage(t, "members for a member", a, 200, "Add somebody", "/people/ada")
	if strings.Contains(a.body, "Remove ada") {
		t.Error("a member is offered to remove")
	}
	assertPage(t, "removal by a member", bob.form("/chat/secret/members/remove", "username=ada"), 403, "problem")
	led(t, "remove", ada.form("/chat/secret/members/remove", "username=bob"), "/chat/secret/members")
	assertPage(t, "the room of others", bob.get("/chat/secret/members"), 404)
	led(t, "guest in", ada.form("/chat/secret/members/add", "username=gil"), "/chat/secret/members")
	assertPage(t, "room for a guest", gil.get("/chat/secret"), 200, "Private: ", ">2</span>")
}

func TestSettingsPage(t *testing.T) {
	t.Parallel()
	_, ada, bob, _ := pageCast(t)
	led(t, "room", ada.form("/chat", "title=Tea&name=tea"), "/chat/tea")
	assertPage(t, "settings", ada.get("/chat/tea/settings"), 200, `value="Tea"`, "Archive Tea", "Leave Tea")
	led(t, "save", ada.form("/chat/tea/settings", "title=Green+tea&topic=Hot%0D%0Aor+iced"), "/chat/tea/settings?saved=about")
	assertPage(t, "saved", ada.get("/chat/tea/settings?saved=about"), 200, "Everybody sees it", "Hot or iced")
	assertPage(t, "room", ada.get("/chat/tea"), 200, "Green tea", "Hot or iced")
	long := strings.Repeat("x", 251)
	assertPage(t, "long topic", ada.form("/chat/tea/settings", "title=Black&topic="+long), 422, "topic-problem", long, `value="Black"`)
	assertPage(t, "not one's own", bob.form("/chat/tea/settings", "title=Mine"), 403, "not in this room")
	assertPage(t, "notify before joining", bob.form("/chat/tea/notify", "level=all"), 409, "not in this room")
	led(t, "join", bob.form("/chat/tea/join", ""), "/chat/tea")
	led(t, "notify", bob.form("/chat/tea/notify", "level=mentions"), "/chat/tea/settings?saved=notify")
	assertPage(t, "notified", bob.get("/chat/tea/settings?saved=notify"), 200, `value="mentions" checked`, "all your devices")
	assertPage(t, "no level", bob.form("/chat/tea/notify", "level=loud"), 422, "problem")
	led(t, "keep", ada.form("/chat/tea/settings", "retention=45"), "/chat/tea/settings?saved=retention#retention-heading")
	assertPage(t, "kept", ada.get("/chat/tea/settings?saved=retention"), 200, "are kept for 45 days", `<option value="45" selected>`)
	assertPage(t, "not kept so", ada.form("/chat/tea/settings", "retention=x"), 422, "retention-problem", "1 to 36500 days")
	assertPage(t, "told", bob.get("/chat/tea/settings"), 200, "are kept for 45 days", "Admins and owners can change it")
	led(t, "keep", ada.form("/chat/tea/settings", "retention="), "/chat/tea/settings?saved=retention#retention-heading")
	led(t, "archive", ada.form("/chat/tea/settings", "archived=true"), "/chat/tea/settings?saved=archive")
	assertPage(t, "archived", ada.get("/chat/tea"), 200, "it can be read, and nothing can be added")
	assertPage(t, "settings of the archived", ada.get("/chat/tea/settings"), 200, "Open it again")
	led(t, "leave", bob.form("/chat/tea/leave", ""), "/chat")
	assertPage(t, "archived, without being in it", bob.get("/chat/tea"), 200, "Green tea", "archived")
	assertPage(t, "join the archived", bob.form("/chat/tea/join", ""), 409)
	led(t, "bring back", ada.form("/chat/tea/settings", "archived=false"), "/chat/tea/settings")
}

func TestDirectPages(t *testing.T) {
	t.Parallel()
	b, ada, bob, gil := pageCast(t)
	led(t, "a name", ada.form("/me", "display_name=Ada+Lovelace"), "/account")
	assertPage(t, "picker", bob.get("/direct/new"), 200, "Ada Lovelace", `value="ada"`)
	assertPage(t, "chosen", bob.get("/direct/new?q=gi&people=ada"), 200, `value="ada" checked`, `value="gil"`)
	assertPage(t, "nobody chosen", bob.form("/direct", "q="), 422, "2 to 9 people")
	assertPage(t, "nobody of that name", bob.form("/direct", "people=ada&people=nobody"), 404, "no such person", `value="ada" checked`)
	room := led(t, "direct", bob.form("/direct", "people=ada&people=gil"), "/chat/dm-")
	assertPage(t, "conversation", bob.get(room), 200, "Ada Lovelace, gil", `data-kind="direct"`)
	led(t, "the same from the other side", ada.form("/direct", "people=gil&people=bob"), room)
	assertPage(t, "its people", ada.get(room+"/members"), 200, "never change")
	a := ada.get(room + "/settings")
	assertPage(t, "its settings", a, 200, "Notifications")
	if strings.Contains(a.body, "/leave") || strings.Contains(a.body, "Archive") {
		t.Error("a conversation can be left or archived")
	}
	assertPage(t, "a guest knows them now", gil.get("/direct/new"), 200, `value="bob"`)
	b.register("dora")
	if a := gil.get("/direct/new?people=dora"); strings.Contains(a.body, "dora") {
		t.Error("a guest is shown whom they share no room with")
	}
}

// What a page says of a room that is hidden is what it says of none.
func TestPagesHidePrivateRooms(t *testing.T) {
	t.Parallel()
	_, ada, bob, gil := pageCast(t)
	led(t, "private room", ada.form("/chat", "title=Secret&name=secret&kind=private"), "/chat/secret")
	for who, c := range map[string]*client{"member": bob, "guest": gil} {
		for _, path := range []string{"", "/members", "/settings", "/members?q=a"} {
			hidden, none := c.get("/chat/secret"+path), c.get("/chat/hidden"+path)
			if hidden.status != 404 || none.status != 404 || hidden.body != none.body {
				t.Errorf("%s: GET %s: %d and %d, or not the same page", who, path, hidden.status, none.status)
			}
		}
		for path, form := range map[string]string{
			"/settings": "title=x", "/notify": "level=all", "/members/add": "username=bob", "/members/remove": "username=ada", "/join": "", "/leave": "",
		} {
			hidden, none := c.form("/chat/secret"+path, form), c.form("/chat/hidden"+path, form)
			if hidden.status != 404 || none.status != 404 || hidden.body != none.body {
				t.Errorf("%s: POST %s: %d and %d, or not the same page", who, path, hidden.status, none.status)
			}
		}
	}
}
