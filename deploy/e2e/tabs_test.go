package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/deploy/e2e/browser"
	"parley/deploy/e2e/client"
)

// client is that of somebody who has a browser.
func (p *person) client(t testing.TB) *client.User {
	t.Helper()
	user := client.NewUser(parley.URL(), p.name)
	must(t, user.Login(patient(t)))
	return user
}

// elsewhere opens another browser of the same person.
func (p *person) elsewhere(t testing.TB, screen browser.Screen) *browser.Page {
	t.Helper()
	page := newPage(t, screen)
	must(t, page.Go("/login"), page.Fill("#username", p.name), page.Fill("#password", client.Password), page.PressEnter())
	must(t, page.Await("signed in", `location.pathname.startsWith("/chat")`), page.Loaded())
	return page
}

// tabs opens tabs beside page until there is one for each path, and waits until
// all are live.
func tabs(t testing.TB, page *browser.Page, paths ...string) []*browser.Page {
	t.Helper()
	all := []*browser.Page{page}
	for range len(paths) - 1 {
		tab, err := page.Tab()
		must(t, err)
		t.Cleanup(func() {
			if err := tab.Close(); err != nil {
				t.Error(err)
			}
		})
		all = append(all, tab)
	}
	for i, path := range paths {
		must(t, all[i].Go(path))
	}
	for _, tab := range all {
		must(t, tab.Await("live", `document.documentElement.dataset.connection === "live"`))
	}
	return all
}

// act sends a request that must succeed.
func act(t testing.TB, user *client.User, method, path string, body any) *client.Answer {
	t.Helper()
	text, err := json.Marshal(body)
	must(t, err)
	req, err := user.Request(patient(t), method, path, bytes.NewReader(text))
	must(t, err)
	answer, err := user.Send(req)
	must(t, err)
	if answer.Status >= http.StatusMultipleChoices {
		t.Fatalf("%s %s: %s", method, path, answer)
	}
	return answer
}

// newPrivateRoom makes a private room of user's with others in it.
func newPrivateRoom(t testing.TB, user *client.User, others ...string) string {
	t.Helper()
	room := unique("private")
	act(t, user, http.MethodPost, "/chat", map[string]string{"name": room, "kind": "private"})
	for _, other := range others {
		act(t, user, http.MethodPut, "/chat/"+room+"/members/"+other, nil)
	}
	return room
}

func newDirect(t testing.TB, user *client.User, others ...string) string {
	t.Helper()
	var made struct{ Name string }
	answer := act(t, user, http.MethodPost, "/direct", map[string][]string{"people": others})
	must(t, json.Unmarshal(answer.Body, &made))
	return made.Name
}

// agreesWithin is how soon all that count must count the same.
const agreesWithin = 5 * time.Second

// awaitCounts waits until every tab counts as unread what is named, nothing
// else, and the sum in the title; and the server does.
func awaitCounts(t testing.TB, user *client.User, tabs []*browser.Page, unread map[string]int) {
	t.Helper()
	sum, want := 0, make(map[string]string)
	for room, n := range unread {
		sum += n
		want[room] = count(n)
	}
	for i, tab := range tabs {
		eventually(t, agreesWithin, fmt.Sprintf("tab %d counts %v", i+1, unread), func(context.Context) error {
			rooms, title, err := tab.Counts()
			maps.DeleteFunc(rooms, func(_, n string) bool { return n == "" })
			if err == nil && (!maps.Equal(rooms, want) || title != count(sum)) {
				err = fmt.Errorf("it counts %v, %q in the title", rooms, title)
			}
			return err
		})
	}
	eventually(t, agreesWithin, fmt.Sprintf("the server counts %v", unread), func(ctx context.Context) error {
		got, err := counted(ctx, user)
		if err == nil && !maps.Equal(got, unread) {
			err = fmt.Errorf("it counts %v", got)
		}
		return err
	})
}

// counted returns in which of their rooms the server says that user has
// something unread, and how much.
func counted(ctx context.Context, user *client.User) (map[string]int, error) {
	answer, err := user.Get(ctx, "/chat")
	if err != nil {
		return nil, err
	}
	var said struct {
		Rooms []struct {
			Name   string
			Unread int
		}
	}
	if err := json.Unmarshal(answer.Body, &said); err != nil {
		return nil, fmt.Errorf("read rooms: %w", err)
	}
	got := make(map[string]int)
	for _, room := range said.Rooms {
		if room.Unread > 0 {
			got[room.Name] = room.Unread
		}
	}
	return got, nil
}

func count(n int) string {
	switch {
	case n == 0:
		return ""
	case n > 99:
		return "99+"
	}
	return strconv.Itoa(n)
}

// A browser opens six connections to a host over HTTP/1.1: with a stream a tab
// the seventh would hang.
func TestTenTabsShareOneStream(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	all := tabs(t, ada.Page, slices.Repeat([]string{"/chat/" + room}, 10)...)
	var protocol string
	must(t, ada.Evaluate(`performance.getEntriesByType("navigation")[0].nextHopProtocol`, &protocol))
	if protocol != "http/1.1" {
		t.Errorf("the page came by %s", protocol)
	}
	streams := 0
	for _, request := range ada.Requests() {
		if strings.HasPrefix(request, "GET /chat/stream") {
			streams++
		}
	}
	if streams > 3 { // on the way here there were other pages
		t.Errorf("ten tabs opened %d streams", streams)
	}
	post(t, bob, room, "to all")
	for _, tab := range all {
		must(t, tab.AwaitMessages("to all"))
	}
	must(t, all[9].Write("from the last"))
	for _, tab := range all {
		must(t, tab.AwaitMessages("to all", "from the last"))
	}
}

// Without SharedWorker one tab holds the stream for the others; when it goes,
// the next takes over.
func TestTabsWithoutWorkersShareOneStream(t *testing.T) {
	b, err := browser.Start("shared-workers")
	must(t, err)
	t.Cleanup(b.Close)
	ada := &person{Page: openPage(t, b, browser.Desktop), name: unique("user")}
	must(t, ada.SignUp(ada.name, client.Password))
	must(t, ada.Await("there are no workers", `!("SharedWorker" in globalThis)`))
	bob := newUser(t)
	room := newRoom(t, bob)
	path := "/chat/" + room
	all := tabs(t, ada.Page, slices.Repeat([]string{path}, 10)...)
	post(t, bob, room, "to all")
	for _, tab := range all {
		must(t, tab.AwaitMessages("to all"))
	}
	want := []string{"to all"}
	for i := range 3 {
		text := "without tab " + strconv.Itoa(i)
		must(t, all[i].Evaluate(`location.replace("about:blank")`, nil))
		want = append(want, text, text+" too")
		post(t, bob, room, text)
		must(t, all[9].AwaitMessages(want[:len(want)-1]...), all[9].Write(text+" too"))
		for _, tab := range all[i+1:] {
			must(t, tab.AwaitMessages(want...))
		}
	}
}

// Three people; two browsers of ada's with four tabs each; an open, a private
// and a direct room.
func TestUnreadIsEqualEverywhere(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	phone := ada.elsewhere(t, browser.Phone)
	bob, carol := newUser(t), newUser(t)
	me := ada.client(t)
	open := newRoom(t, bob)
	act(t, me, http.MethodPost, "/chat/"+open+"/join", nil)
	private, direct := newPrivateRoom(t, bob, ada.name, carol.Name), newDirect(t, carol, ada.name)
	quiet := newRoom(t, me)
	paths := slices.Repeat([]string{"/chat/" + quiet}, 4)
	all := append(tabs(t, ada.Page, paths...), tabs(t, phone, paths...)...)
	awaitCounts(t, me, all, nil)
	for range 3 {
		post(t, bob, open, "open")
		post(t, carol, private, "private")
	}
	post(t, carol, direct, "direct")
	awaitCounts(t, me, all, map[string]int{open: 3, private: 3, direct: 1})
	last := post(t, bob, private, "one more")
	act(t, me, http.MethodPut, "/chat/"+private+"/read", map[string]int64{"id": last - 2})
	awaitCounts(t, me, all, map[string]int{open: 3, private: 2, direct: 1})
	must(t, phone.Go("/chat/"+open))
	awaitCounts(t, me, all, map[string]int{private: 2, direct: 1})
	post(t, me, direct, "an answer reads what was before it")
	awaitCounts(t, me, all, map[string]int{private: 2})
	for range 101 {
		post(t, carol, direct, "many")
	}
	awaitCounts(t, me, all, map[string]int{private: 2, direct: 100})
	must(t, all[2].Reload(), all[2].Go("/chat/"+direct), all[2].Click("#newest")) // it begins where the unread does
	awaitCounts(t, me, all, map[string]int{private: 2})
}

// Two browsers of ada's with four tabs each; she writes in both of them.
func TestRemovedWhileTyping(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	phone := ada.elsewhere(t, browser.Phone)
	bob, carol := newUser(t), newUser(t)
	private := newPrivateRoom(t, bob, ada.name, carol.Name)
	direct := newDirect(t, carol, ada.name)
	post(t, bob, private, "between us")
	post(t, carol, direct, "and us")
	paths := []string{"/chat/" + private, "/chat/general", "/chat/" + private, "/chat/" + direct}
	all := append(tabs(t, ada.Page, paths...), tabs(t, phone, paths...)...)
	for _, page := range []*browser.Page{ada.Page, phone} {
		must(t, page.AwaitMessages("between us"), page.Fill("#composer-body", "what I was about to"))
	}
	act(t, bob, http.MethodDelete, "/chat/"+private+"/members/"+ada.name, nil)
	post(t, carol, private, "behind her back")
	for i, tab := range all {
		must(t, tab.Await("the room is gone from the list", `!document.querySelector(".room-link[data-room='`+private+`']")`))
		if i%2 == 0 {
			must(t, tab.Await("the page says so, and shows a way on", `document.querySelector("#room-gone a[href='/chat']")`))
		}
	}
	for _, page := range []*browser.Page{ada.Page, phone} {
		must(t, page.Await("what was written can be copied", `document.querySelector("#composer-body").value === "what I was about to"`))
	}
	for i, tab := range all {
		for _, text := range []string{"between us", "behind her back"} {
			var shown bool
			must(t, tab.Evaluate(fmt.Sprintf(`document.body.textContent.includes(%q)`, text), &shown))
			if shown {
				t.Errorf("in tab %d ada still sees %q", i+1, text)
			}
		}
	}
	must(t, all[3].AwaitMessages("and us"), all[7].AwaitMessages("and us"))
	act(t, bob, http.MethodPut, "/chat/"+private+"/members/"+ada.name, nil)
	for _, page := range []*browser.Page{ada.Page, phone} {
		must(t, page.AwaitMessages("between us", "behind her back"), page.Live())
	}
}

// Two browsers of ada's with four tabs each look on.
func TestInvitedWhileWatching(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	phone := ada.elsewhere(t, browser.Phone)
	bob, carol := newUser(t), newUser(t)
	paths := slices.Repeat([]string{"/chat/general"}, 4)
	all := append(tabs(t, ada.Page, paths...), tabs(t, phone, paths...)...)
	private := newPrivateRoom(t, bob, carol.Name)
	act(t, bob, http.MethodPatch, "/chat/"+private, map[string]string{"title": "The Launch"})
	post(t, bob, private, "before ada came")
	act(t, carol, http.MethodPut, "/chat/"+private+"/members/"+ada.name, nil)
	direct := newDirect(t, carol, ada.name, bob.Name)
	post(t, bob, private, "welcome")
	post(t, bob, direct, "hello both")
	me := ada.client(t)
	awaitCounts(t, me, all, map[string]int{private: 1, direct: 1})
	for _, tab := range all {
		must(t, tab.Await("the title is shown",
			`document.querySelector("#room-list .room-link[data-room='`+private+`'] .room-name").textContent === "The Launch"`))
		must(t, tab.Await("the direct room is among those of people", `document.querySelector("#direct-list .room-link[data-room='`+direct+`']")`))
	}
	must(t, all[1].Click(".room-link[data-room='"+private+"']"), all[1].Await("in the room", `location.pathname === "/chat/`+private+`"`), all[1].Loaded())
	must(t, all[1].AwaitMessages("before ada came", "welcome"))
	awaitCounts(t, me, all, map[string]int{direct: 1})
}

func TestSigningOutReachesAllTabs(t *testing.T) {
	for _, row := range []struct {
		name   string
		end    func(testing.TB, *person)
		search string
	}{
		{"in one tab", func(t testing.TB, ada *person) { must(t, ada.Click("#sign-out")) }, ""},
		{"elsewhere", func(t testing.TB, ada *person) { endOthers(t, ada.client(t)) }, "reason=ended"},
	} {
		t.Run(row.name, func(t *testing.T) {
			ada := newPerson(t, browser.Desktop)
			room := newRoom(t, newUser(t))
			all := tabs(t, ada.Page, "/chat/"+room, "/chat/"+room, "/chat/general", "/chat/general")
			must(t, all[1].Write("for nobody else"), all[0].AwaitMessages("for nobody else"))
			must(t, all[2].Fill("#composer-body", "half a thought"))
			awaitKept(t, all[0], ada.name, 1)
			row.end(t, ada)
			for _, tab := range all {
				must(t, tab.Await("at the door", `location.pathname === "/login"`), tab.Loaded())
			}
			must(t, all[3].Await("the door is told why", fmt.Sprintf(`location.search.includes(%q)`, row.search)))
			keepsNothing(t, all[0], ada.name)
		})
	}
}

// awaitKept waits until the browser keeps so many messages, at least, and what
// belongs to them: rooms whose titles are known, so that nobody need be asked.
func awaitKept(t testing.TB, tab *browser.Page, username string, messages int) {
	t.Helper()
	eventually(t, patience, "messages are kept", func(context.Context) error {
		kept, err := tab.Kept(username)
		rows := kept.Counts()
		if err == nil && (rows["messages"] < messages || rows["rooms"] == 0 || rows["me"] == 0) {
			err = fmt.Errorf("kept are %v", rows)
		}
		if i := slices.IndexFunc(kept["rooms"], func(row string) bool { return strings.Contains(row, `"titled":false`) }); i >= 0 {
			err = fmt.Errorf("no title is known in %s", kept["rooms"][i])
		}
		return err
	})
}

// The worker is killed, so that the next page begins with what was kept.
func TestAReloadResumes(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room, other := newRoom(t, bob), newRoom(t, bob)
	me := ada.client(t)
	act(t, me, http.MethodPost, "/chat/"+other+"/join", nil)
	must(t, ada.Enter(room))
	post(t, bob, room, "one")
	must(t, ada.AwaitMessages("one"))
	post(t, bob, other, "unread")
	awaitCounts(t, me, []*browser.Page{ada.Page}, map[string]int{other: 1})
	awaitKept(t, ada.Page, ada.name, 2)
	for i := range 3 {
		must(t, ada.KillWorkers())
		before := len(ada.Requests())
		post(t, bob, other, "while she was away")
		post(t, bob, room, "and here")
		must(t, ada.Reload(), ada.Live())
		must(t, ada.AwaitMessages(append([]string{"one"}, slices.Repeat([]string{"and here"}, i+1)...)...))
		awaitCounts(t, me, []*browser.Page{ada.Page}, map[string]int{other: i + 2})
		asked := ada.Requests()[before:]
		resumed := slices.ContainsFunc(asked, func(request string) bool {
			return strings.Contains(request, "GET /chat/stream?after=@"+ada.name+":") && // the body of another may stand before it
				strings.Contains(request, room+":") && strings.Contains(request, other+":")
		})
		if !resumed || slices.Contains(asked, "GET /chat") {
			t.Errorf("the page began anew: it asked for %q", asked)
		}
		awaitKept(t, ada.Page, ada.name, 2*(i+2))
	}
}

// Two tabs write by turns without a network: what they wrote is stored in that
// order, once, though the tab that wrote first is gone by then.
func TestTwoTabsSendInOrder(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	room := newRoom(t, newUser(t))
	all := tabs(t, ada.Page, "/chat/general", "/chat/"+room, "/chat/"+room)
	must(t, ada.Offline(true), ada.Await("the banner tells", `!document.querySelector("#banner").hidden`))
	var want []string
	for i := range 10 {
		text := strconv.Itoa(i)
		must(t, all[1+i%2].Write(text), all[1].AwaitPending(text, ""), all[2].AwaitPending(text, ""))
		want = append(want, text)
	}
	must(t, all[1].Evaluate(`location.replace("about:blank")`, nil), ada.Offline(false))
	must(t, all[2].AwaitMessages(want...))
}

// A message and a reload at once: it is stored once, whoever sends it.
func TestAReloadWhileSendingSendsOnce(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	room := newRoom(t, newUser(t))
	must(t, ada.Enter(room))
	var want []string
	for i := range 5 {
		text := "message " + strconv.Itoa(i)
		must(t, ada.Write(text), ada.Reload(), ada.Live())
		want = append(want, text)
	}
	must(t, ada.AwaitMessages(want...))
}
