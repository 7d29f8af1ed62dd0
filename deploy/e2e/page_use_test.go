package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"parley/deploy/e2e/browser"
)

// inView is whether an element can be seen in the conversation.
const inView = `((element) => {
	const box = document.querySelector("#scroller").getBoundingClientRect();
	const at = element?.getBoundingClientRect();
	return Boolean(at) && at.bottom > box.top && at.top < box.bottom;
})`

// unreadRoom makes a room that ada is in, with n messages that she has not read.
func unreadRoom(t testing.TB, ada *person, n int) string {
	t.Helper()
	bob := newUser(t)
	room := newRoom(t, bob)
	act(t, ada.client(t), http.MethodPost, "/chat/"+room+"/join", nil)
	say(t, bob, room, n)
	return room
}

func TestPageOpensWhereTheUnreadBegins(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	loaded, clicked := unreadRoom(t, ada, 130), unreadRoom(t, ada, 130)
	must(t, ada.Enter(loaded))
	check := func(room string) {
		t.Helper()
		must(t, ada.Await("the page begins where the unread does", inView+`(document.querySelector("#log .unread"))`))
		must(t, ada.Await("what was seen is read, and no more",
			fmt.Sprintf(`(n => n > 80 && n < 130)(parseInt(document.querySelector('.room-link[data-room=%q] .count').textContent))`, room)))
		must(t, ada.Await("the button says how much is new", `/^\d+\+? new messages$/.test(document.querySelector("#newest-text").textContent)`))
		must(t, ada.Click("#newest"), ada.Await("the newest is shown", inView+`(document.querySelector("#log [data-id='130']"))`), ada.AwaitUnread(room, 0))
	}
	check(loaded)
	must(t, ada.Evaluate(`globalThis.document_ = true`, nil))
	must(t, ada.Click(`.room-link[data-room="`+clicked+`"]`), ada.Await("in the other room", `location.pathname === "/chat/`+clicked+`"`))
	check(clicked)
	must(t, ada.Await("it is one document", `globalThis.document_`))
}

func TestTheButtonLeadsToWhatIsNew(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	say(t, bob, room, 60)
	must(t, ada.Enter(room), ada.Evaluate(`document.querySelector("#scroller").scrollTop = -1200`, nil))
	must(t, ada.Await("the button is there", `!document.querySelector("#newest").hidden`))
	for i := range 40 {
		post(t, bob, room, "new "+strconv.Itoa(i))
	}
	must(t, ada.Await("forty are new", `document.querySelector("#newest-text").textContent === "40 new messages"`))
	must(t, ada.Click("#newest"), ada.Await("the first of them is shown", inView+`(document.querySelector("#log .unread"))`))
	must(t, ada.Click("#newest"), ada.Await("the last of them is shown", inView+`(document.querySelector("#log [data-id='100']"))`), ada.AwaitUnread(room, 0))
}

// A room that is archived while one writes there closes, and what was written is
// there again when it opens.
func TestArchivedRoomClosesAtOnce(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	must(t, ada.Enter(room), ada.Live(), ada.Fill("#composer-body", "half a thought"))
	const closed = `document.querySelector("#composer").hidden && !document.querySelector("#composer-closed").hidden`
	act(t, bob, http.MethodPatch, "/chat/"+room, map[string]any{"archived": true})
	must(t, ada.Await("nothing can be written", closed), ada.Reload(), ada.Live(), ada.Await("nor after a reload", closed))
	act(t, bob, http.MethodPatch, "/chat/"+room, map[string]any{"archived": false, "title": "Tea"})
	must(t, ada.Await("one can go on", `!document.querySelector("#composer").hidden && document.querySelector("#composer-closed").hidden &&
		document.querySelector("#tools").checkVisibility() && document.querySelector("#composer-body").value === "half a thought" && document.querySelector("#composer-body").placeholder === "Message #Tea"`))
}

func TestGoingBackKeepsThePlace(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	say(t, bob, room, 120)
	must(t, ada.Enter(room), ada.Fill("#composer-body", "half a thought"))
	must(t, ada.Evaluate(`globalThis.document_ = true; document.querySelector("#log [data-id='90']").scrollIntoView({ block: "start" })`, nil))
	must(t, ada.Await("older messages are loaded", `document.querySelector("#log [data-id='21']")`))
	var before, after float64
	const top = `document.querySelector("#log [data-id='90']").getBoundingClientRect().top`
	must(t, ada.Evaluate(top, &before), ada.Click(`.room-link[data-room="general"]`))
	must(t, ada.Await("in the other room", `document.querySelector("#composer-body").placeholder === "Message #general" && document.title.includes("general")`))
	must(t, ada.Evaluate(`history.back()`, nil), ada.Await("back", `document.querySelector("#log [data-id='90']") && document.querySelector("#composer-body").value === "half a thought"`))
	must(t, ada.Evaluate(top, &after), ada.Await("it is one document", `globalThis.document_`))
	if after < before-2 || after > before+2 {
		t.Errorf("what was read was at %.0f and is at %.0f", before, after)
	}
	must(t, ada.Evaluate(`history.forward()`, nil), ada.Await("forward", `location.pathname === "/chat/general" && document.querySelector("#composer-body").value === ""`))
}

func TestAddressesOfMessages(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	say(t, bob, room, 200)
	must(t, ada.Go("/chat/"+room+"/50"), ada.Live(), ada.Await("the message is shown", inView+`(document.querySelector("#log [data-id='50'][data-linked]"))`))
	must(t, ada.Await("what follows is loaded when it is needed", `(document.querySelector("#scroller").scrollTop = 0, document.querySelector("#log [data-id='200']"))`))
	must(t, ada.Go("/chat/"+room+"/5000"), ada.Await("that one is gone, and the page says so", `document.querySelector("#notice").textContent.includes("not here any more")`))
	must(t, ada.Go("/chat/"+room+"#m60"), ada.Await("links of before lead there, too", inView+`(document.querySelector("#log [data-id='60'][data-linked]"))`))
}

func TestTheDocumentNeverScrolls(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob, me := newUser(t), ada.client(t)
	var last string
	for range 40 {
		last = newRoom(t, bob)
		act(t, me, http.MethodPost, "/chat/"+last+"/join", nil)
	}
	busy := newRoom(t, bob) // its time stamps are no stops
	say(t, bob, busy, 40)
	must(t, ada.Enter(busy))
	for range 2 {
		post(t, bob, last, "below the fold")
	}
	must(t, ada.AwaitUnread(last, 2))
	var over, stops int
	must(t, ada.Evaluate(`document.documentElement.scrollHeight - innerHeight`, &over))
	if over > 0 {
		t.Errorf("the document is %d pixels higher than the window", over)
	}
	must(t, ada.Evaluate(`[...document.querySelectorAll("a[href], button, textarea, [tabindex]")]
		.filter((e) => e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }) && !e.disabled).length`, &stops))
	if stops > 20 {
		t.Errorf("%d stops of the Tab key with 41 rooms", stops)
	}
	must(t, ada.Evaluate(`document.querySelector(".room-link[aria-current]").focus()`, nil), ada.Press("ArrowUp")) // general is before all others
	must(t, ada.Await("the arrow goes to the room before", `document.activeElement.matches(".room-link") && !document.activeElement.matches("[aria-current]")`))
}

func TestPageMakesRooms(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	taken := newRoom(t, newUser(t))
	must(t, ada.Go("/chat?browse=1#new"), ada.Fill("#new-name", taken), ada.PressEnter())
	must(t, ada.Await("it says why not, in sight, and keeps the focus", `((problem) => problem
		&& problem.getBoundingClientRect().bottom <= innerHeight && problem.getBoundingClientRect().top >= 0
		&& document.activeElement.id === "new-name")(document.querySelector("#new .problem"))`))
	title := unique("Launch") + " Plan"
	must(t, ada.Fill("#new-name", title), ada.PressEnter())
	must(t, ada.Await("in the room", `location.pathname.endsWith("-plan")`), ada.Loaded())
	must(t, ada.Await("the title is kept", fmt.Sprintf(`document.querySelector("#room-name").textContent === %q`, title)))
}

// Rooms that one has just made, joined, or opened with somebody are entered in
// the same document; so are those that one goes to from a search or mentions.
func TestNewRoomsAreEnteredInThePage(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	theirs, others := newRoom(t, bob), newRoom(t, bob)
	word := unique("quince")
	post(t, bob, theirs, "see you there, "+word)
	stays := func(what, path string) {
		t.Helper()
		must(t, ada.Await(what, fmt.Sprintf(`location.pathname.startsWith(%q) && globalThis.document_ && document.querySelector("#stage").checkVisibility()`, path)))
	}
	must(t, ada.Enter("general"), ada.Live(), ada.Evaluate(`globalThis.document_ = true`, nil))
	name := unique("made")
	must(t, ada.Click("#new-room"), ada.Await("it asks", `document.querySelector("#room-dialog").open`), ada.Fill("#room-dialog [name=name]", name), ada.Click("#room-dialog .button:not([value])"))
	stays("in the room that was made", "/chat/"+name)
	must(t, ada.Write("first"), ada.AwaitMessages("first"), ada.Await("the dialog is closed", `!document.querySelector("#room-dialog").open`))
	must(t, ada.Chord(browser.Ctrl, "k", "KeyK"), ada.Type(bob.Name), ada.Await("bob is found", `document.querySelector(".switcher [aria-selected=true]")?.textContent.includes("@`+bob.Name+`")`), ada.PressEnter())
	stays("with bob", "/chat/dm-")
	must(t, ada.Write(location(t, ada)+"/chat/"+others), ada.Click("#log .body a"))
	stays("in a room that was joined by a link", "/chat/"+others)

	for _, page := range []string{"/search?q=" + word, "/mentions"} {
		if page == "/mentions" {
			post(t, bob, theirs, "@"+ada.name)
		}
		must(t, ada.Go(page), ada.Await("it is found", `document.querySelector("#found .found-item")`), ada.Loaded(), ada.Evaluate(`globalThis.document_ = true`, nil))
		before := len(streams(ada))
		must(t, ada.Click("#found .item-link"))
		stays("in the room of it", "/chat/"+theirs)
		must(t, ada.Await("it is shown", `document.querySelector("#log [data-linked]")`))
		post(t, bob, theirs, "more on "+page)
		must(t, ada.Await("what is said comes", fmt.Sprintf(`[...document.querySelectorAll("#log .body")].at(-1).textContent === %q`, "more on "+page)))
		must(t, ada.Evaluate(`history.back()`, nil), ada.Await("back at what was found", `!document.querySelector("#found").hidden && document.querySelector("#found .found-item") && globalThis.document_`))
		if after := len(streams(ada)); after != before {
			t.Errorf("%s: %d streams were opened by going", page, after-before)
		}
	}
	must(t, ada.Go("/search?q="+word), ada.Loaded(), ada.Evaluate(`globalThis.document_ = true`, nil), ada.Fill("#found input[type=search]", "nothing like it"), ada.PressEnter())
	must(t, ada.Await("it searches in the page", `/Nothing found/.test(document.querySelector("#found").textContent) && globalThis.document_`))
}

// location is where the page comes from.
func location(t *testing.T, who *person) (origin string) {
	t.Helper()
	must(t, who.Evaluate(`location.origin`, &origin))
	return origin
}

// streams are the requests for streams that a page has made.
func streams(who *person) (found []string) {
	for _, request := range who.Requests() {
		if strings.Contains(request, "/chat/stream") {
			found = append(found, request)
		}
	}
	return found
}

func TestAPhoneWritesTwoLines(t *testing.T) {
	ada := newPerson(t, browser.Phone)
	room := newRoom(t, newUser(t))
	must(t, ada.Enter(room), ada.Fill("#composer-body", "one"), ada.PressEnter(), ada.Type("two"), ada.Click("#send"))
	must(t, ada.AwaitMessages("one\ntwo"))
}

func TestLettersGoToTheComposer(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	must(t, ada.Enter("general"), ada.Evaluate(`document.querySelector("#scroller").focus()`, nil), ada.Type("hello"))
	must(t, ada.Await("what was typed is in the composer", `document.querySelector("#composer-body").value === "hello"`))
}

func TestWhatTurnsTextAroundIsShown(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	room := newRoom(t, newUser(t))
	must(t, ada.Enter(room))
	bob := newUser(t)
	post(t, bob, room, "see \u202egnp.exe")
	post(t, bob, room, "*see* `\u202egnp.exe` [\u202egnp.exe](https://x.example)")
	for _, look := range []func() error{ada.Live, ada.Reload} { // as the script shows it, then as the server does
		must(t, look(), ada.AwaitMessages("see U+202Egnp.exe", "see U+202Egnp.exe U+202Egnp.exe"))
		must(t, ada.Await("each is set apart", `document.querySelectorAll("#log .markup :is(code, a) .mark").length === 2`))
	}
}

func TestADroppedFileStaysOut(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	for _, path := range []string{"/chat/general", "/people"} {
		must(t, ada.Go(path), ada.Await("a dropped file is held", `["dragover", "drop"].every((type) => {
			const dataTransfer = new DataTransfer();
			dataTransfer.items.add(new File(["x"], "x.txt"));
			return !document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
		})`))
	}
}

func TestAScreenReaderIsToldOnce(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	must(t, ada.Enter(room))
	post(t, bob, room, "hello ada")
	const said = `[...document.querySelectorAll("#announcer p")].map((p) => p.textContent).join("; ")`
	must(t, ada.AwaitMessages("hello ada"), ada.Await("who said what", said+` === "`+bob.Name+`: hello ada"`))
	must(t, ada.Await("the text comes before the time", `((m) => m.querySelector(".author").compareDocumentPosition(m.querySelector(".body")) & 4
		&& m.querySelector(".body").compareDocumentPosition(m.querySelector("time")) & 4)(document.querySelector("#log .message"))`))
	must(t, ada.Offline(true), ada.Write("mine"), ada.Await("that it waits", said+`.endsWith("Waiting to be sent")`))
	must(t, ada.Offline(false), ada.AwaitMessages("hello ada", "mine"), ada.Live())
	var all string
	must(t, ada.Evaluate(said, &all))
	if want := bob.Name + ": hello ada; Waiting to be sent"; all != want {
		t.Errorf("a screen reader is told %q, want %q", all, want)
	}
}

func TestWhoWasSignedOutElsewhereIsTold(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	must(t, ada.Enter("general"), ada.Fill("#composer-body", "half a thought"))
	must(t, ada.Evaluate(`location.replace("/robots.txt")`, nil), ada.Await("away", `location.pathname === "/robots.txt"`))
	endOthers(t, ada.client(t))
	must(t, ada.Go("/chat/general"), ada.Await("the door says why", `document.querySelector(".door-notice")`))
	keepsNothing(t, ada.Page, ada.name)
}

// keepsNothing checks that nothing of a person's is left in their browser.
func keepsNothing(t testing.TB, page *browser.Page, username string) {
	t.Helper()
	kept, err := page.Kept(username)
	must(t, err)
	stored, err := page.Stored()
	must(t, err)
	if rows := kept.Counts(); len(rows) > 0 || stored > 0 {
		t.Errorf("%v are left, and %d in the storage", rows, stored)
	}
}
