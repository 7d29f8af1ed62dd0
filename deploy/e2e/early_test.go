package e2e

import (
	"net/http"
	"testing"
)

// nothingLater is true while what acts on messages has not been fetched.
const nothingLater = `!performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/js/later.js"))`

// TestWhatIsAskedForEarlyIsDone acts before what acts has been fetched: a click
// and a key are done when it is there, and what can't be fetched is said.
func TestWhatIsAskedForEarlyIsDone(t *testing.T) {
	ada, bob, room := two(t, "one", "two")
	act(t, bob.client(t), http.MethodPut, "/chat/"+room+"/messages/1/reactions/%F0%9F%91%8D", nil)

	must(t, ada.Go("/chat/"+room), ada.Live(), ada.Forget(), ada.Await("nothing is fetched", nothingLater), ada.Offline(true))
	must(t, ada.Click("#room-pins"), ada.Await("it is said", `!document.querySelector("#notice").hidden && !document.querySelector("#pins")`))
	must(t, ada.Offline(false), ada.Live(), ada.Click("#room-pins"), ada.Await("the list opens", `document.querySelector("#pins")?.open`))

	must(t, ada.Go("/chat/"+room), ada.Await("nothing is fetched", nothingLater))
	must(t, ada.Evaluate(`document.querySelector("#log [data-id='1'] .reaction[data-emoji]").click()`, nil))
	must(t, bob.Await("the click has reacted", `document.querySelector("#log [data-id='1'] .reaction-count")?.textContent === "2"`))

	must(t, ada.Go("/chat/"+room), ada.Await("nothing is fetched", nothingLater))
	must(t, ada.Evaluate(`document.querySelector("#composer-body").focus()`, nil), ada.Press("ArrowUp"), ada.Await("the last is edited", focused("#log [data-id='2'] .editor-text")))
	must(t, ada.Type("!"), ada.PressEnter(), bob.AwaitMessages("one", "two!"))
}
