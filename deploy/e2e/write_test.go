package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"parley/deploy/e2e/browser"
)

// look leaves a picture of the page in the folder that LOOK names, if any.
func (p *person) look(t testing.TB, name string) {
	t.Helper()
	if folder := os.Getenv("LOOK"); folder != "" {
		must(t, p.Shoot(filepath.Join(folder, name+".png")))
	}
}

// enters opens a room, and waits for what helps to write there.
func (p *person) enters(t testing.TB, room string) {
	t.Helper()
	must(t, p.Enter(room), p.helped())
}

// helped waits for what helps to write: it is fetched when the first key comes.
func (p *person) helped() error {
	if err := p.Evaluate(`document.querySelector("#composer-body").focus()`, nil); err != nil {
		return err
	}
	if err := p.Press("Shift"); err != nil {
		return err
	}
	return p.Await("there is help with writing", `"helped" in document.documentElement.dataset`)
}

// draft is what stands in the composer.
const draft = `document.querySelector("#composer-body").value`

func (p *person) awaitDraft(t testing.TB, want string) {
	t.Helper()
	must(t, p.Await(fmt.Sprintf("the draft is %q", want), fmt.Sprintf(`%s === %q`, draft, want)))
}

func TestFormattedMessagesAreShown(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	must(t, ada.Enter(room))
	post(t, bob, room, "Look, @"+ada.name+" and @room: **bold**, *italic*, ~~gone~~, `code`\n\n```go\nfunc main() {\n\tprintln(\"hi\")\n}\n```\n"+
		"> quoted\n\n- one\n- two\n\n| a | b |\n|---|--:|\n| 1 | 2 |")
	post(t, bob, room, "🎉 👍")
	post(t, bob, room, "back to [the start]("+parley.URL()+"/chat/"+room+"/1)")
	must(t, ada.Await("it is formatted", `document.querySelector("#log [data-id='1'] .markup strong") && document.querySelector("#log [data-id='1'] .markup table")`))
	must(t, ada.Await("one's own mentions stand out", `[...document.querySelectorAll("#log [data-id='1'] .mention")].every((m) => m.dataset.me === "")`))
	must(t, ada.Await("emoji alone are big", `parseFloat(getComputedStyle(document.querySelector("#log [data-id='2'] .body")).fontSize) > 30`))
	must(t, ada.Evaluate(`navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }`, nil))
	must(t, ada.Evaluate(`document.querySelector("#log [data-id='1'] .code-copy").focus()`, nil), ada.Await("the button is seen", `getComputedStyle(document.activeElement).opacity === "1"`))
	ada.look(t, "markup")
	must(t, ada.PressEnter(), ada.Await("the code is copied", `globalThis.copied === 'func main() {\n\tprintln("hi")\n}'`))
	must(t, ada.Await("it says so", `document.activeElement.getAttribute("aria-label") === "Copied"`))
	must(t, ada.Scheme("dark"))
	ada.look(t, "markup-dark")
	must(t, ada.Scheme("light"), ada.Resize(browser.Phone))
	ada.look(t, "markup-phone")
	checkFits(t, ada.Page, "a formatted message")
}

func TestKeysFormat(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	room := newRoom(t, newUser(t))
	ada.enters(t, room)
	must(t, ada.Fill("#composer-body", "so bold"))
	must(t, ada.Evaluate(`document.querySelector("#composer-body").setSelectionRange(3, 7)`, nil), ada.Chord(browser.Ctrl, "b", "KeyB"))
	ada.awaitDraft(t, "so **bold**")
	must(t, ada.Chord(browser.Ctrl, "i", "KeyI"))
	ada.awaitDraft(t, "so **_bold_**")
	must(t, ada.Evaluate(`document.execCommand("undo")`, nil))
	ada.awaitDraft(t, "so **bold**")
	must(t, ada.Click(`[data-format="quote"]`))
	ada.awaitDraft(t, "> so **bold**")
	ada.look(t, "toolbar")
	must(t, ada.PressEnter(), ada.Await("it is sent, and formatted", `document.querySelector("#log blockquote strong")`))
	must(t, ada.Evaluate(`document.querySelector("[data-format=bold]").focus()`, nil), ada.Press("ArrowRight"), ada.Press("End"))
	must(t, ada.Await("the buttons are one stop of Tab", `document.activeElement.dataset.format === "block"
		&& document.querySelectorAll("#tools [tabindex='0']").length === 1`))
	must(t, ada.Fill("#composer-body", "so *bold*"), ada.Await("it is explained", `!document.querySelector("#star-hint").hidden`))
	ada.look(t, "starhint")
	must(t, ada.Click("#star-hint button"), ada.Fill("#composer-body", "still *bold*"), ada.Await("once", `document.querySelector("#star-hint").hidden`))
	must(t, ada.Reload(), ada.helped(), ada.Fill("#composer-body", "yet *bold*"), ada.Await("for good", `document.querySelector("#star-hint").hidden`))
}

func TestPastesKeepTheirForm(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	room := newRoom(t, newUser(t))
	ada.enters(t, room)
	for _, c := range []struct {
		clipboard map[string]string
		want      string
	}{
		{map[string]string{"text/plain": "a\tb\n1\t2", "text/html": "<meta charset=utf-8><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"},
			"| a | b |\n| --- | --- |\n| 1 | 2 |\n"},
		{map[string]string{"text/plain": "if x {\n\ty()\n}", "text/html": `<div style="font-family: 'Fira Code', monospace; white-space: pre;"><div>if x {</div></div>`, "vscode-editor-data": `{"mode":"go"}`},
			"```go\nif x {\n\ty()\n}\n```\n"},
		{map[string]string{"text/plain": "a\nb", "text/html": "<pre>a\nb</pre>"}, "```\na\nb\n```\n"},
		{map[string]string{"text/plain": "two\nlines", "text/html": "<p>two<br>lines</p>"}, ""},
		{map[string]string{"text/plain": "two\nlines"}, ""},
	} {
		must(t, ada.Evaluate(`document.querySelector("#composer-body").value = ""; document.querySelector("#composer-body").focus()`, nil), ada.Paste(c.clipboard))
		ada.awaitDraft(t, c.want)
	}
	must(t, ada.Fill("#composer-body", "see this"), ada.Evaluate(`document.querySelector("#composer-body").setSelectionRange(4, 8)`, nil))
	must(t, ada.Paste(map[string]string{"text/plain": "https://x.example/"}))
	ada.awaitDraft(t, "see [this](https://x.example/)")
}

func TestNamesAreCompleted(t *testing.T) {
	ada := newPerson(t, browser.Desktop)
	bob := newUser(t)
	room := newRoom(t, bob)
	post(t, bob, room, "hello")
	ada.enters(t, room)
	must(t, ada.Fill("#composer-body", "hi @"+bob.Name[:6]))
	const shown = `document.querySelectorAll("#suggestions:not([hidden]) [role=option]").length`
	must(t, ada.Await("people are proposed", shown+` >= 2`))
	ada.look(t, "complete-people")
	must(t, ada.Await("the first is chosen, and told", `document.querySelector("#composer-body").getAttribute("aria-activedescendant") === "suggestions-0"`))
	must(t, ada.Press("Escape"), ada.Await("it goes away", shown+` === 0`), ada.Type("x"), ada.Await("and stays away", shown+` === 0`))
	must(t, ada.Fill("#composer-body", "hi @"+bob.Name), ada.Await("bob is proposed", shown+` > 0`), ada.PressEnter())
	ada.awaitDraft(t, "hi @"+bob.Name+" ")
	must(t, ada.Type("@roo"), ada.Await("so are groups", `document.querySelector("#suggestions [aria-selected=true]")?.textContent.includes("@room")`), ada.Press("Tab"))
	ada.awaitDraft(t, "hi @"+bob.Name+" @room ")
	must(t, ada.Type(":tad"), ada.Await("and emoji", `document.querySelector("#suggestions [aria-selected=true]")?.textContent.includes(":tada:")`))
	ada.look(t, "complete-emoji")
	must(t, ada.Press("ArrowDown"), ada.Press("ArrowUp"), ada.PressEnter(), ada.Type(":+1: #gen"))
	must(t, ada.Await("and rooms", `document.querySelector("#suggestions [aria-selected=true]")?.textContent.includes("General")
		|| document.querySelector("#suggestions [aria-selected=true]")?.textContent.includes("general")`), ada.PressEnter())
	must(t, ada.Await("all of it is there", fmt.Sprintf(`%s.startsWith("hi @%s @room 🎉 👍 [#") && %s.endsWith("/chat/general) ")`, draft, bob.Name, draft)))
	must(t, ada.PressEnter(), ada.Await("it is a mention", `document.querySelector("#log .mention[data-mention='`+bob.Name+`']")`))
	must(t, ada.Evaluate(`globalThis.document_ = true`, nil), ada.Click(`#log .markup a[href$="/chat/general"]`))
	must(t, ada.Await("the link leads to the room, in the page", `location.pathname === "/chat/general" && globalThis.document_`))
}
