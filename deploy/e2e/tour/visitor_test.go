package tour

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"parley/deploy/e2e/browser"
)

const password = "correct horse battery"

// visitor is somebody at a browser who looks at every page on every screen.
type visitor struct {
	*browser.Page
	t    testing.TB
	name string
}

func visit(t testing.TB, name string) *visitor {
	t.Helper()
	return visitAt(t, parley.URL(), name)
}

func visitAt(t testing.TB, url, name string) *visitor {
	t.Helper()
	page, err := chromium.Open(url, browser.Desktop)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := page.Close(); err != nil {
			t.Error(err)
		}
	})
	return &visitor{Page: page, t: t, name: name}
}

func (v *visitor) must(errs ...error) {
	v.t.Helper()
	for _, err := range errs {
		if err != nil {
			v.t.Fatalf("%s: %v", v.name, err)
		}
	}
}

// at waits until the page at path is there.
func (v *visitor) at(path string) {
	v.t.Helper()
	v.must(v.Await("at "+path, fmt.Sprintf(`location.pathname === %q`, path)), v.Loaded())
}

// sees waits until the page says something.
func (v *visitor) sees(text string) {
	v.t.Helper()
	v.must(v.Await("says "+text, fmt.Sprintf(`document.body.innerText.includes(%q)`, text)))
}

// submits sends the form that selector finds by its first button, with these
// values, and waits for the page that answers.
func (v *visitor) submits(form string, values map[string]string) {
	v.t.Helper()
	for name, value := range values {
		v.sets(form+` [name="`+name+`"]`, value)
	}
	v.must(v.Evaluate(`window.before = true`, nil))
	v.must(v.Evaluate(fmt.Sprintf(`(() => {
		const form = document.querySelector(%q);
		form.requestSubmit(form.querySelector("button:not([data-spare]):not([type=button])"));
	})()`, form), nil))
	v.must(v.Await("an answer to "+form, `!window.before`), v.Loaded())
}

// sets gives a field its value, as if it was typed or chosen.
func (v *visitor) sets(selector, value string) {
	v.t.Helper()
	set, err := json.Marshal(value)
	v.must(err)
	v.must(v.Evaluate(fmt.Sprintf(`(() => {
		const found = [...document.querySelectorAll(%q)];
		const choice = found.find((f) => (f.type === "radio" || f.type === "checkbox") && f.value === %s);
		if (choice) choice.checked = true; else found[0].value = %s;
		(choice ?? found[0]).dispatchEvent(new Event("input", { bubbles: true }));
	})()`, selector, set, set), nil))
}

// text returns what an element has: its value, or its text.
func (v *visitor) text(selector string) (text string) {
	v.t.Helper()
	v.must(v.Evaluate(fmt.Sprintf(`(({ value, textContent }) => value ?? textContent)(document.querySelector(%q))`, selector), &text))
	return text
}

// looks checks that the page fits every screen, down to 320 pixels, and keeps
// pictures of it if they are wanted.
func (v *visitor) looks(what string) {
	v.t.Helper()
	screens := map[string]browser.Screen{"phone": browser.Phone, "narrow": {Width: 320, Height: 640, Phone: true}, "desktop": browser.Desktop}
	for _, screen := range []string{"narrow", "phone", "desktop"} {
		v.must(v.Resize(screens[screen]))
		overflow, err := v.Overflow()
		v.must(err)
		if overflow > 0 {
			v.t.Errorf("%s is %d pixels wider than the %s screen", what, overflow, screen)
		}
		if screen != "narrow" {
			v.keeps(what, screen)
		}
	}
}

// keeps keeps pictures of what the screen shows, if they are wanted.
func (v *visitor) keeps(what, screen string) {
	v.t.Helper()
	if folder := os.Getenv("TOUR"); folder != "" {
		for _, scheme := range []string{"dark", "light"} {
			v.must(v.Scheme(scheme), v.Await("nothing moves", `document.getAnimations().every((a) => a.playState !== "running" || a.effect.getTiming().iterations === Infinity)`))
			v.must(v.Shoot(filepath.Join(folder, fmt.Sprintf("%s-%s-%s.png", what, screen, scheme))))
		}
	}
}
