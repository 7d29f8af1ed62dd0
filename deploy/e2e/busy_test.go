package e2e

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"parley/deploy/e2e/browser"
	"parley/deploy/e2e/client"
)

// mostShown is how many messages a page holds at most: js/model/history.js.
const mostShown = 400

// longest is what one task of a page may take: the thread's own time, which does
// not depend on what else the machine does.
const longest = 50 * time.Millisecond

// shiftsScript sums up the layout shifts of all but the messages, which move up by
// each that comes.
const shiftsScript = `globalThis.shifts = 0; new PerformanceObserver((list) => {
	const besides = ({ node }) => !(node?.parentElement ?? node)?.closest?.("#scroller");
	for (const { value, sources } of list.getEntries()) if (sources.some(besides)) shifts += value;
}).observe({ type: "layout-shift" })`

// sayMany posts n messages, some at a time, and waits for all of them.
func sayMany(t testing.TB, users []*client.User, room string, n int) {
	t.Helper()
	var all sync.WaitGroup
	for i, user := range users {
		all.Go(func() {
			for j := i; j < n; j += len(users) {
				if _, err := user.Post(patient(t), room, "message "+strconv.Itoa(j), ""); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// awaitHead waits until a page shows the message at a position.
func (p *person) awaitHead(t testing.TB, id int) {
	t.Helper()
	must(t, p.Await(fmt.Sprintf("message %d is shown", id), fmt.Sprintf(`document.querySelector("#log .message:last-child")?.dataset.id === "%d"`, id)))
}

// TestABusyRoomStaysSmooth has a room full of messages, and 20 a second arrive.
func TestABusyRoomStaysSmooth(t *testing.T) {
	const second, seconds = 20, 8
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	must(t, ada.Enter(room))
	sayMany(t, []*client.User{bob}, room, mostShown)
	ada.awaitHead(t, mostShown)
	must(t, ada.Await("as many are in view as can be", fmt.Sprintf(`document.querySelectorAll("#log .message").length === %d`, mostShown)))
	must(t, ada.Evaluate(shiftsScript, nil))
	tasks, err := ada.Tasks(func() error {
		tick := time.NewTicker(time.Second / second)
		defer tick.Stop()
		for i := range second * seconds {
			<-tick.C
			if _, err := bob.Post(patient(t), room, "one of 20 a second, **formatted** and with a `little` more to it "+strconv.Itoa(i), ""); err != nil {
				return err
			}
		}
		ada.awaitHead(t, mostShown+second*seconds)
		return nil
	})
	must(t, err)
	if len(tasks) < second*seconds {
		t.Fatalf("the trace has %d tasks only", len(tasks))
	}
	byWork := func(a, b browser.Task) int { return cmp.Compare(a.Worked, b.Worked) }
	byClock := func(a, b browser.Task) int { return cmp.Compare(a.Took, b.Took) }
	most := slices.MaxFunc(tasks, byWork).Worked
	var work time.Duration
	for _, task := range tasks {
		work += task.Worked
	}
	t.Logf("%d tasks: the longest took %s of work, %s by the clock; %s of work for each message", len(tasks), most, slices.MaxFunc(tasks, byClock).Took, work/(second*seconds))
	if most > longest {
		t.Errorf("a task takes %s of work", most)
	}
	var shift float64
	must(t, ada.Evaluate(`shifts`, &shift))
	if shift > 0 {
		t.Errorf("the layout shifts by %.4f", shift)
	}
}

// TestMemoryOfATabIsFlat has thousands of messages go by.
func TestMemoryOfATabIsFlat(t *testing.T) {
	const few, many = 1000, 10_000
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	must(t, ada.Enter(room))
	users := []*client.User{bob}
	for range 7 {
		users = append(users, newUser(t))
	}
	held := func(head int) (held browser.Held, shown int64) {
		t.Helper()
		ada.awaitHead(t, head)
		must(t, ada.Await("all is read out", `document.querySelector("#announcer").childElementCount === 0`))
		must(t, ada.Evaluate(`document.querySelectorAll("#log .message").length`, &shown))
		held, err := ada.Held()
		must(t, err)
		t.Logf("after %d messages: %d are shown, %d bytes, %d nodes", head, shown, held.Heap, held.Nodes)
		if shown > mostShown {
			t.Errorf("%d messages are shown", shown)
		}
		return held, shown
	}
	sayMany(t, users, room, few)
	before, shownBefore := held(few)
	sayMany(t, users, room, many-few)
	after, shownAfter := held(many)
	if after.Heap > before.Heap*5/4 {
		t.Errorf("its scripts held %d bytes, and hold %d", before.Heap, after.Heap)
	}
	if was, is := before.Nodes/shownBefore, after.Nodes/shownAfter; is > was*5/4 {
		t.Errorf("it had %d nodes for each message, and has %d", was, is)
	}
}
