package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/deploy/e2e/browser"
)

// How soon after a click a room is painted. These tests run on machines that do
// much else meanwhile, so what they judge is how long the page's own thread works
// for it, paint included; how long it took by the clock on the wall, they print.
// On a machine whose processors are all taken even that is more than it would be
// elsewhere, so they fail at twice what is wanted only.
const (
	seenWithin   = 16 * time.Millisecond  // a room that was seen before
	unseenWithin = 100 * time.Millisecond // another
)

// clickScript clicks on a room, and notes by the clock when its messages were laid
// out, and that the next frame was painted.
const clickScript = `((room) => {
	const link = document.querySelector('.room-link[data-room="' + room + '"]');
	const name = link.querySelector(".room-name").textContent;
	const there = () => document.querySelector("#scroller")?.getAttribute("aria-label") === "Messages in " + name && document.querySelector("#log .message:last-child");
	const begun = performance.now();
	const done = () => {
		there().getBoundingClientRect();
		globalThis.took = performance.now() - begun;
		requestAnimationFrame(() => setTimeout(() => { globalThis.painted = true; }));
	};
	delete globalThis.took;
	delete globalThis.painted;
	link.click();
	if (there()) done();
	else new MutationObserver((_, observer) => {
		if (!there()) return;
		observer.disconnect();
		done();
	}).observe(document.querySelector("#stage"), { childList: true, subtree: true });
})`

// TestRoomsArePaintedAtOnce goes through rooms, and back through them.
func TestRoomsArePaintedAtOnce(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob, me := newUser(t), ada.client(t)
	var rooms []string
	for range 8 {
		room := newRoom(t, bob)
		act(t, me, http.MethodPost, "/chat/"+room+"/join", nil)
		say(t, bob, room, 60)
		rooms = append(rooms, room)
	}
	must(t, ada.Enter("general"))
	documents := func() int {
		return len(slices.DeleteFunc(ada.Requests(), func(request string) bool {
			return !strings.HasPrefix(request, "GET /chat/") || strings.Contains(request, "/stream") || strings.Contains(request[len("GET /chat/"):], "/")
		}))
	}
	before := documents()
	work, clock := map[string][]time.Duration{}, map[string][]time.Duration{}
	for _, pass := range []string{"unseen", "seen", "seen", "seen"} {
		for _, room := range rooms {
			worked, took := click(t, ada, room)
			work[pass], clock[pass] = append(work[pass], worked), append(clock[pass], took)
		}
	}
	for pass, most := range map[string]time.Duration{"unseen": unseenWithin, "seen": seenWithin} {
		t.Logf("%s: %s of work in the middle, %s at p95 (wanted %s); laid out after %s in the middle, %s at p95 by the clock",
			pass, quantile(work[pass], 50), quantile(work[pass], 95), most, quantile(clock[pass], 50), quantile(clock[pass], 95))
		if p95 := quantile(work[pass], 95); p95 > 2*most {
			t.Errorf("%s rooms take %s of work", pass, p95)
		}
	}
	if after := documents(); after != before {
		t.Errorf("going through rooms loaded %d documents", after-before)
	}
	must(t, ada.Evaluate(`history.back()`, nil))
	must(t, ada.Await("back in the room before", fmt.Sprintf(`location.pathname === "/chat/%s"`, rooms[6])))
}

// click goes to a room, and returns how long the page worked for it, and how
// long it took until the room was laid out.
func click(t testing.TB, ada *person, room string) (worked, took time.Duration) {
	t.Helper()
	must(t, ada.Evaluate(`globalThis.clicks ??= `+clickScript, nil)) // compiled before it counts
	before, err := ada.Worked()
	must(t, err, ada.Evaluate(`clicks("`+room+`")`, nil))
	for painted := false; !painted; { // asking is work, too: not often
		time.Sleep(100 * time.Millisecond)
		must(t, ada.Evaluate(`globalThis.painted ?? false`, &painted))
	}
	after, err := ada.Worked()
	var ms float64
	must(t, err, ada.Evaluate(`globalThis.took`, &ms))
	return after - before, time.Duration(ms * float64(time.Millisecond)).Round(time.Microsecond)
}

func quantile(all []time.Duration, percent int) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)*percent/100].Round(100 * time.Microsecond)
}

// firstLoad is what the first load of a room may have, in bytes with all heads.
const firstLoad = 80 << 10

// TestFirstLoadIsSmall counts what a browser without anything fetches for a
// room, and how soon its messages are painted.
func TestFirstLoadIsSmall(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	say(t, bob, room, 60)
	page := ada.elsewhere(t, browser.Desktop)
	must(t, page.Go("/robots.txt"), page.KillWorkers(), page.Forget())
	asked, received := len(page.Requests()), page.Received()
	must(t, page.Go("/chat/"+room), page.Await("live", `document.documentElement.dataset.connection === "live"`))
	requests, bytes := page.Requests()[asked:], page.Received()-received
	var paint float64
	must(t, page.Await("it is painted", `performance.getEntriesByName("first-contentful-paint").length`),
		page.Evaluate(`performance.getEntriesByName("first-contentful-paint")[0].startTime`, &paint))
	var elsewhere []string
	must(t, page.Evaluate(`performance.getEntriesByType("resource").map(({ name }) => new URL(name).host).filter((host) => host !== location.host)`, &elsewhere))
	t.Logf("%d requests, %d bytes with their heads, first paint after %.0f ms: %q", len(requests), bytes, paint, requests)
	if len(requests) > 12 || len(elsewhere) > 0 {
		t.Errorf("%d requests, and %q are elsewhere", len(requests), elsewhere)
	}
	if bytes > firstLoad {
		t.Errorf("%d bytes", bytes)
	}
	checkStill(t, page, "the first load")
}
