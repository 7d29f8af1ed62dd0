package browser

import "errors"

// Shown is what a page shows of a room.
type Shown struct {
	Title string
	Order []string          // the ids of the messages, from the top
	Rows  map[string]string // the HTML of each, by id
}

// Shown returns what the page shows of the open room: each message with what
// belongs to it, but without the marks of where its reader is.
func (p *Page) Shown() (shown Shown, err error) {
	const rows = `Object.fromEntries([...document.querySelectorAll("#log .message")].map((article) => {
		const row = article.querySelector(".message-row").outerHTML.replace(/<!--.*?-->/gs, "");
		const { id, revision, username, clientId = "", deleted } = article.dataset;
		return [id, [revision, username, clientId, deleted !== undefined, row].join(" ")];
	}))`
	err = errors.Join(
		p.Evaluate(`document.querySelector("#room-title").innerText`, &shown.Title),
		p.Evaluate(`[...document.querySelectorAll("#log .message")].map((article) => article.dataset.id)`, &shown.Order),
		p.Evaluate(rows, &shown.Rows))
	return shown, err
}

// Sidebar returns the HTML of the page's lists of rooms, without the mark of the
// open one.
func (p *Page) Sidebar() (list string, err error) {
	err = p.Evaluate(`[...document.querySelectorAll("#rooms .room-link")].map((link) => {
		const copy = link.cloneNode(true);
		for (const mark of ["aria-current", "tabindex"]) copy.removeAttribute(mark);
		return copy.outerHTML.replace(/<!--.*?-->/gs, "");
	}).join("\n")`, &list)
	return list, err
}
