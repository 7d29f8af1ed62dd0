package e2e

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"parley/deploy/e2e/browser"
	"parley/deploy/e2e/client"
)

// chromium is started by the first test that needs it.
var chromium = sync.OnceValues(func() (*browser.Browser, error) {
	b, err := browser.Start()
	if err == nil {
		closeChromium = b.Close
	}
	return b, err
})

var closeChromium = func() {}

// person is somebody at a browser, and what of their account the tests need.
type person struct {
	*browser.Page
	name string
}

// newPerson opens a browser and signs up.
func newPerson(t testing.TB, screen browser.Screen) *person {
	t.Helper()
	p := &person{Page: newPage(t, screen), name: unique("user")}
	must(t, p.SignUp(p.name, client.Password))
	return p
}

func newPage(t testing.TB, screen browser.Screen) *browser.Page {
	t.Helper()
	b, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	return openPage(t, b, screen)
}

func openPage(t testing.TB, b *browser.Browser, screen browser.Screen) *browser.Page {
	t.Helper()
	page, err := b.Open(parley.URL(), screen)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := page.Close(); err != nil {
			t.Error(err)
		}
	})
	return page
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPagesTalkLive(t *testing.T) {
	ada, bob := newPerson(t, browser.Desktop), newPerson(t, browser.Desktop)
	room := newRoom(t, newUser(t))
	must(t, ada.Enter(room), bob.Enter(room))
	must(t, ada.Write("hello bob"), bob.AwaitMessages("hello bob"))
	must(t, bob.Write("hello ada"), ada.AwaitMessages("hello bob", "hello ada"))
	must(t, bob.AwaitMessages("hello bob", "hello ada"))
	must(t, ada.Reload(), ada.AwaitMessages("hello bob", "hello ada"))
	must(t, ada.Live(), bob.Write("after the reload"), ada.AwaitMessages("hello bob", "hello ada", "after the reload"))
	var author string
	must(t, ada.Evaluate(`document.querySelector("#log .message:last-child").dataset.username`, &author))
	if author != bob.name {
		t.Errorf("the last message is shown as %q's, want %q", author, bob.name)
	}
}

// Bob loses the network; what was said meanwhile is there when he comes back,
// and what he wrote meanwhile is sent, once.
func TestPageComesBackFromOffline(t *testing.T) {
	ada, bob := newPerson(t, browser.Desktop), newPerson(t, browser.Desktop)
	room := newRoom(t, newUser(t))
	must(t, ada.Enter(room), bob.Enter(room))
	must(t, ada.Write("before"), bob.AwaitMessages("before"))
	must(t, bob.Offline(true))
	must(t, bob.Await("the banner tells", `!document.querySelector("#banner").hidden`))
	must(t, ada.Write("one"), ada.Write("two"), ada.AwaitMessages("before", "one", "two"))
	must(t, bob.Write("from the tunnel"), bob.AwaitPending("from the tunnel", "Waiting"))
	shown, err := bob.Messages()
	must(t, err)
	if !slices.Equal(shown, []string{"before"}) {
		t.Errorf("bob is offline and sees %q", shown)
	}
	must(t, bob.Offline(false))
	all := []string{"before", "one", "two", "from the tunnel"}
	must(t, bob.AwaitMessages(all...), bob.Live(), ada.AwaitMessages(all...))
	must(t, bob.Reload(), bob.AwaitMessages(all...))
}

func TestPageShowsMarkupAsText(t *testing.T) {
	ada, bob := newPerson(t, browser.Desktop), newPerson(t, browser.Desktop)
	room := newRoom(t, newUser(t))
	must(t, ada.Enter(room), bob.Enter(room))
	attacks := []string{
		`<img src=x onerror="document.title='owned'">`,
		`<script>document.title='owned'</script>`,
		`"><svg onload=document.title='owned'>{{.}}`,
		`javascript:document.title='owned'`,
	}
	for i, attack := range attacks {
		must(t, ada.Write(attack), bob.AwaitMessages(attacks[:i+1]...))
	}
	for _, look := range []func() error{bob.Live, bob.Reload} { // as the script shows them, then as the server does
		must(t, look(), bob.AwaitMessages(attacks...))
		var title string
		var elements int
		must(t, bob.Evaluate(`document.title`, &title),
			bob.Evaluate(`document.querySelectorAll("#log .body *").length`, &elements))
		if strings.Contains(title, "owned") || elements != 0 {
			t.Errorf("text became part of the page: title %q, %d elements in messages", title, elements)
		}
	}
}

func TestPageFollowsFiveRooms(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	must(t, ada.Enter("general"))
	var rooms []string
	for range 5 {
		name := unique("five")
		must(t, ada.Click("#new-room"), ada.Fill("#room-dialog-name", name), ada.PressEnter())
		must(t, ada.Await("in the new room", `location.pathname === "/chat/`+name+`"`), ada.Loaded(), ada.Live())
		rooms = append(rooms, name)
	}
	open := rooms[4]
	for n, room := range rooms[:4] {
		for range n + 1 {
			post(t, bob, room, "to "+room)
		}
	}
	post(t, bob, open, "to the open one")
	must(t, ada.AwaitMessages("to the open one"))
	for n, room := range rooms[:4] {
		must(t, ada.AwaitUnread(room, n+1))
	}
	must(t, ada.Click(`.room-link[data-room="`+rooms[1]+`"]`))
	must(t, ada.Await("in the other room", `location.pathname === "/chat/`+rooms[1]+`"`), ada.Loaded())
	must(t, ada.AwaitMessages("to "+rooms[1], "to "+rooms[1]), ada.AwaitUnread(rooms[1], 0), ada.AwaitUnread(rooms[2], 3))
}

// The room is gone when the message comes, and back when it is tried again.
func TestPageRetriesWhatFailed(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	must(t, ada.Enter(room))
	query(t, `DELETE FROM rooms WHERE name = $1`, room)
	must(t, ada.Write("keep this"), ada.AwaitPending("keep this", "Not sent"))
	query(t, `INSERT INTO rooms (name) VALUES ($1)`, room)
	must(t, ada.Click(".delivery-retry"), ada.AwaitMessages("keep this"))
	must(t, ada.Reload(), ada.AwaitMessages("keep this"))
}

func TestPageSendsAgainWhenPostgresIsBack(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	room := newRoom(t, newUser(t))
	must(t, ada.Enter(room))
	t.Run("killed", func(t *testing.T) {
		breakPart(t, "postgres", parley.Kill, parley.Start)
		must(t, ada.Write("patience"), ada.AwaitPending("patience", "Waiting"))
	})
	must(t, ada.AwaitMessages("patience"))
}

func TestPageKeepsDraftsOfEachRoom(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	room := newRoom(t, newUser(t))
	must(t, ada.Enter(room), ada.Fill("#composer-body", "half a thou"))
	must(t, ada.Enter("general"), ada.Fill("#composer-body", "another"))
	must(t, ada.Enter(room), ada.Await("the draft is kept", `document.querySelector("#composer-body").value === "half a thou"`))
	must(t, ada.Reload(), ada.Await("the draft is kept", `document.querySelector("#composer-body").value === "half a thou"`))
	must(t, ada.Click("#composer-body"), ada.PressEnter(), ada.AwaitMessages("half a thou"))
	must(t, ada.Reload(), ada.Await("the draft is gone", `document.querySelector("#composer-body").value === ""`))
}

func TestPageFitsAPhone(t *testing.T) {
	stranger := newPage(t, browser.Phone)
	for _, path := range []string{"/login", "/register"} {
		must(t, stranger.Go(path))
		checkFits(t, stranger, path)
	}
	ada := newPerson(t, browser.Phone)
	checkFits(t, ada.Page, "the rooms")
	room := strings.Repeat("w", 80) + unique("w")
	bob := newUser(t)
	must(t, bob.CreateRoom(patient(t), room), ada.Enter(room))
	long := strings.Repeat("unbreakable", 60)
	post(t, bob, room, long)
	must(t, ada.AwaitMessages(long), ada.Write("short"), ada.AwaitMessages(long, "short"))
	checkFits(t, ada.Page, "a room")
	must(t, ada.Click("#drawer-open"), ada.Await("the drawer is open", `document.querySelector("#sidebar").getBoundingClientRect().left >= 0`))
	checkFits(t, ada.Page, "the drawer")
}

func checkFits(t testing.TB, page *browser.Page, what string) {
	t.Helper()
	overflow, err := page.Overflow()
	must(t, err)
	if overflow > 0 {
		t.Errorf("%s is %d pixels wider than the phone", what, overflow)
	}
}

func TestPageSignsOutAndIn(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	must(t, ada.Enter("general"), ada.Click("#sign-out"))
	must(t, ada.Await("at the door", `location.pathname === "/login"`), ada.Go("/chat/general"))
	must(t, ada.Await("sent back to the door", `location.pathname === "/login"`))
	must(t, ada.Fill("#username", ada.name), ada.Fill("#password", "a wrong one"), ada.PressEnter())
	must(t, ada.Await("an error is shown", `document.body.innerText.includes("wrong")`))
	must(t, ada.Fill("#password", client.Password), ada.PressEnter())
	must(t, ada.Await("in the room asked for", `location.pathname === "/chat/general"`), ada.Loaded(), ada.Live())
}

// History above the first page comes when it is scrolled to, and what is being
// read stays in sight.
func TestPageLoadsOlderMessages(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	say(t, bob, room, 120)
	must(t, ada.Enter(room))
	all := make([]string, 120)
	for i := range all {
		all[i] = strconv.Itoa(i + 1)
	}
	shown, err := ada.Messages()
	must(t, err)
	if !slices.Equal(shown, all[70:]) {
		t.Fatalf("the page begins with %q", shown)
	}
	for first := 71; first > 1; {
		const top = `document.querySelector("#log .message")`
		id := strconv.Itoa(first)
		must(t, ada.Evaluate(top+`.scrollIntoView()`, nil))
		must(t, ada.Await("older messages than "+id, top+`.dataset.id !== "`+id+`"`))
		must(t, ada.Await(id+" is still in sight",
			`(({ top, bottom }) => bottom > 0 && top < innerHeight)(document.querySelector("#log [data-id='`+id+`']").getBoundingClientRect())`))
		must(t, ada.Evaluate(`Number(`+top+`.dataset.id)`, &first))
	}
	must(t, ada.AwaitMessages(all...), ada.Await("the beginning is shown", `!document.querySelector("#beginning").hidden`))
}
