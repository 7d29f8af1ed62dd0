package browser

import (
	"encoding/json"
	"errors"
	"fmt"
)

// SignUp makes an account by the form, and ends on the page of rooms, or on the
// welcome of the first account.
func (p *Page) SignUp(username, password string) error {
	if err := p.Go("/register"); err != nil {
		return err
	}
	if err := p.Fill("#username", username); err != nil {
		return err
	}
	if err := p.Fill("#password", password); err != nil {
		return err
	}
	if err := p.PressEnter(); err != nil {
		return err
	}
	if err := p.Await("signed in", `["/chat", "/welcome"].includes(location.pathname)`); err != nil {
		return err
	}
	return p.Loaded()
}

// Enter opens a room and waits until it is live.
func (p *Page) Enter(room string) error {
	if err := p.Go("/chat/" + room); err != nil {
		return err
	}
	return p.Live()
}

// Live waits until the page's stream is live and nothing is said of a lost connection.
func (p *Page) Live() error {
	return p.Await("live", `document.documentElement.dataset.connection === "live" && document.querySelector("#banner").hidden`)
}

// Write types a message and sends it with Enter, which on a phone begins a line:
// there is a button.
func (p *Page) Write(text string) error {
	if err := p.Fill("#composer-body", text); err != nil {
		return err
	}
	if p.screen.Phone {
		return p.Click("#send")
	}
	return p.PressEnter()
}

// Messages returns the bodies of the stored messages that the page shows, from the top.
func (p *Page) Messages() (bodies []string, err error) {
	err = p.Evaluate(`[...document.querySelectorAll("#log .message .body")].map((e) => e.textContent)`, &bodies)
	return bodies, err
}

// AwaitMessages waits until the page shows exactly these messages as stored, and
// none on its way.
func (p *Page) AwaitMessages(bodies ...string) error {
	want, err := json.Marshal(bodies)
	if err != nil {
		return err
	}
	// A string is compared, so that what differs can be read.
	shown := `JSON.stringify([...document.querySelectorAll("#log .message .body")].map((e) => e.textContent))`
	err = p.Await("messages "+string(want), fmt.Sprintf(
		`%s === JSON.stringify(%s) && !document.querySelector("#outbox .message")`, shown, want))
	if err != nil {
		var got string
		if evaluateErr := p.Evaluate(shown, &got); evaluateErr == nil {
			return fmt.Errorf("%w; messages are %s", err, got)
		}
	}
	return err
}

// AwaitPending waits until the page shows text on its way, with this word on its delivery.
func (p *Page) AwaitPending(text, delivery string) error {
	return p.Await(fmt.Sprintf("%q is %q", text, delivery), fmt.Sprintf(
		`[...document.querySelectorAll("#outbox .message")].some((e) =>
			e.querySelector(".body").textContent === %q && e.querySelector(".delivery-text").textContent.startsWith(%q))`,
		text, delivery))
}

// AwaitUnread waits until the list of rooms counts n unread messages in room.
func (p *Page) AwaitUnread(room string, n int) error {
	count := fmt.Sprintf(`document.querySelector('.room-link[data-room=%q] .count')`, room)
	if n == 0 {
		return p.Await(room+" is read", count+".hidden")
	}
	return p.Await(fmt.Sprintf("%s has %d unread", room, n), fmt.Sprintf(`!%s.hidden && parseInt(%s.textContent) === %d`, count, count, n))
}

// Counts returns what the list of rooms counts as unread, by room, and the
// number in the title.
func (p *Page) Counts() (rooms map[string]string, title string, err error) {
	err = errors.Join(
		p.Evaluate(`Object.fromEntries([...document.querySelectorAll("#rooms .room-link")]
			.map((link) => [link.dataset.room, /^\d+\+?/.exec(link.querySelector(".count").textContent)?.[0] ?? ""]))`, &rooms),
		p.Evaluate(`/^\((\d+\+?)\) /.exec(document.title)?.[1] ?? ""`, &title))
	return rooms, title, err
}

// Overflow returns by how many pixels the page is wider than the screen.
func (p *Page) Overflow() (pixels int, err error) {
	err = p.Evaluate(`document.documentElement.scrollWidth - document.documentElement.clientWidth`, &pixels)
	return pixels, err
}
