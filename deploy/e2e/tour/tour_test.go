package tour

import (
	"net/url"
	"testing"
)

func TestTour(t *testing.T) {
	ada := visit(t, "ada")
	link := ada.setsUp()
	grace := visit(t, "grace")
	grace.joins(link, "ada invites you")
	ada.makesRooms()
	grace.browses()
	ada.manages()
	yael := visit(t, "yael")
	yael.joins(ada.invites("guest", "launch"), "Guest")
	yael.isGuest()
	grace.writesTo("ada", "yael")
	ada.answers()
	mallory := visit(t, "mallory")
	mallory.joins(link, "ada invites you")
	ada.bans(mallory)
	ada.ownsUp()
	visit(t, "stranger").isTurnedAway(link)
}

// setsUp makes the first account and returns the invite that it is shown.
func (v *visitor) setsUp() (invite string) {
	v.must(v.Go("/register"))
	v.sees("Set up Parley")
	v.looks("setup")
	v.submits("form", map[string]string{"username": v.name, "password": "short"})
	v.sees("8 characters")
	v.submits("form", map[string]string{"username": v.name, "password": password})
	v.at("/welcome")
	v.looks("welcome")
	v.submits(`form[action="/invites"]`, nil)
	v.at("/welcome")
	v.looks("welcome-made")
	return v.text(".copy-text")
}

// joins signs up by an invite.
func (v *visitor) joins(invite, says string) {
	v.t.Helper()
	v.must(v.Go(pathOf(v.t, invite)))
	v.sees(says)
	v.looks("join-" + v.name)
	v.submits("form", map[string]string{"username": v.name, "password": password})
	v.at("/chat")
	v.looks("home-" + v.name)
}

func pathOf(t testing.TB, link string) string {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Path == "" {
		t.Fatalf("the invite is %q: %v", link, err)
	}
	return u.Path
}

// makesRooms makes an open room and a private one, and adds grace to that.
func (v *visitor) makesRooms() {
	v.must(v.Go("/chat?browse=1"))
	v.sets("#new-title", "Reading group")
	v.must(v.Await("a handle is suggested", `document.querySelector("#new-name").value === "reading-group"`))
	v.submits("#new form", nil)
	v.at("/chat/reading-group")
	v.must(v.Go("/chat?browse=1"))
	for name, value := range map[string]string{"title": "Launch", "name": "reading-group", "kind": "private"} {
		v.sets(`#new form [name="`+name+`"]`, value)
	}
	v.must(v.Click("#new form .button"))
	v.sees("of this name already")
	v.must(v.Await("the focus is where it failed", `document.activeElement.name === "name"`))
	v.looks("browse-failed")
	v.submits("#new form", map[string]string{"name": "launch"})
	v.at("/chat/launch")
	v.looks("room-empty")

	v.must(v.Click("#new-room"), v.Await("the dialog is open", `document.querySelector("#room-dialog").open`))
	v.sets("#room-dialog-label", "Secret plans")
	v.sets(`#room-dialog [name="kind"]`, "private")
	v.looks("room-dialog")
	v.must(v.Click("#room-dialog .button:not([value])"))
	v.at("/chat/secret-plans")
	v.must(v.Await("it is private", `document.querySelector('#room-list [data-room="secret-plans"][data-kind="private"]')`))

	v.must(v.Go("/chat/launch/members?q=gra"))
	v.sees("@grace")
	v.looks("members-adding")
	v.submits(`form[action="/chat/launch/members/add"]`, nil)
	v.at("/chat/launch/members")
	v.sees("@grace")
	v.looks("members")
}

// browses finds an open room and joins it.
func (v *visitor) browses() {
	v.must(v.Go("/chat?browse=1"))
	v.must(v.Await("private rooms are not listed", `!document.querySelector('#results a[href="/chat/launch"]')`))
	v.looks("browse")
	v.sets(`[data-search] [name="q"]`, "reading")
	v.must(v.Await("the others are gone", `document.querySelectorAll("#results .item").length === 1`))
	v.submits(`form[action="/chat/reading-group/join"]`, nil)
	v.at("/chat/reading-group")
	v.must(v.Await("it is at the side", `document.querySelector('#room-list [data-room="reading-group"][aria-current]')`))
}

// manages changes a room's settings, and one's own in it.
func (v *visitor) manages() {
	v.must(v.Go("/chat/launch/settings"))
	v.submits(`form[action$="/settings"]`, map[string]string{"title": "Launch", "topic": "Until the 12th.\nBring figures."})
	v.sees("Everybody sees it")
	v.looks("settings")
	v.submits(`form[action$="/notify"]`, map[string]string{"level": "mentions"})
	v.sees("all your devices")
	v.must(v.Go("/chat/reading-group/settings"), v.Click(`form[data-confirm-button="Archive"] button`))
	v.sees("Archive Reading group?")
	v.looks("confirm")
	v.must(v.Click(`#confirm-dialog [value="confirm"]`))
	v.sees("Open it again")
	v.must(v.Go("/chat/reading-group"))
	v.sees("This room is archived")
	v.looks("room-archived")
}

// invites makes an invite and returns its link.
func (v *visitor) invites(role, rooms string) string {
	v.must(v.Go("/invites"))
	v.submits(`form[action="/invites"]`, map[string]string{"role": role, "uses": "1", "rooms": rooms})
	v.sees("The invite is ready")
	v.looks("invites")
	return v.text(".made .copy-text")
}

// isGuest sees the one room, and no way to others.
func (v *visitor) isGuest() {
	v.must(v.Go("/chat"))
	v.sees("Launch")
	v.must(v.Await("no way to browse", `!document.querySelector('[href^="/chat?browse"]') && document.querySelectorAll("#room-list a").length === 1`))
	v.must(v.Go("/people"))
	v.sees("@grace")
	v.must(v.Go("/chat/launch"))
	v.looks("room-guest")
}

// writesTo begins a conversation with others, chosen one by one.
func (v *visitor) writesTo(others ...string) {
	v.must(v.Go("/direct/new"))
	for _, name := range others {
		v.sets(`[data-search] [name="q"]`, name)
		box := `#picked input[value="` + name + `"]`
		v.must(v.Await(name+" is found", `document.querySelectorAll("#picked .item").length === 1 && document.querySelector('`+box+`')`))
		v.must(v.Click(box), v.Await(name+" is chosen", `document.querySelector('.chosen input[value="`+name+`"]:checked')`))
	}
	v.looks("direct")
	v.submits("#picker", nil)
	v.must(v.Await("in the conversation", `location.pathname.startsWith("/chat/dm-")`), v.Loaded(), v.Live())
	v.must(v.Write("Shall we?"), v.AwaitMessages("Shall we?"))
	v.looks("room-direct")
}

// answers finds the conversation at the side, with what is unread in it.
func (v *visitor) answers() {
	v.must(v.Go("/chat"))
	v.must(v.Await("one message is unread", `parseInt(document.querySelector("#direct-list .count").textContent) === 1`))
	v.looks("home-unread")
	v.must(v.Click("#direct-list a"), v.Await("in the conversation", `location.pathname.startsWith("/chat/dm-")`), v.Loaded())
	v.must(v.AwaitMessages("Shall we?"))
}

// bans makes grace an admin, and bans somebody.
func (v *visitor) bans(who *visitor) {
	v.must(v.Go("/people"))
	v.looks("people")
	v.must(v.Go("/people/grace"))
	v.submits(`form[action="/people/grace"]`, map[string]string{"role": "admin"})
	v.sees("Saved")
	v.looks("person")
	v.must(v.Go("/people/"+who.name), v.Click(`form[action$="/ban"] button`))
	v.sees("Ban " + who.name + "?")
	v.must(v.Click(`#confirm-dialog [value="confirm"]`))
	v.sees("Let back in")
	who.must(who.Await("at the door", `location.pathname === "/login"`))
	v.must(v.Go("/people/ada"), v.Go("/audit"))
	v.sees("made grace an admin")
	v.sees("banned " + who.name)
	v.looks("audit")
	v.must(v.Go("/admin"))
	v.sees("Open streams")
	v.looks("status")
}

// ownsUp changes the display name.
func (v *visitor) ownsUp() {
	v.must(v.Go("/account"))
	v.submits(`form[action="/me"]`, map[string]string{"display_name": "Ada Lovelace"})
	v.sees("what others see")
	v.must(v.Await("it is at the side", `document.querySelector("#me").textContent.includes("Ada Lovelace")`), v.Click("#me"))
	v.sees("Audit log")
	v.looks("account")
}

// isTurnedAway is what somebody sees who has no valid invite.
func (v *visitor) isTurnedAway(link string) {
	v.must(v.Go("/register"))
	v.sees("You need an invite")
	v.looks("no-invite")
	v.submits("form", map[string]string{"invite": "nonsense"})
	v.sees("neither")
	v.submits("form", map[string]string{"invite": " " + link + " "})
	v.at(pathOf(v.t, link))
	v.must(v.Go("/join/AAAAAAAAAAAAAAAAAAAAAA"))
	v.sees("lets nobody in")
	v.looks("invite-broken")
	v.must(v.Go("/login"))
	v.looks("login")
}
