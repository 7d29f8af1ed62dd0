package app

import (
	"strings"
	"testing"

	"parley/messages/internal/account"
)

// led asserts that an answer leads on to an address that begins so, and returns
// the address.
func led(t *testing.T, what string, a answer, begins string) string {
	t.Helper()
	to := a.header.Get("Location")
	if a.status != 303 || !strings.HasPrefix(to, begins) {
		t.Errorf("%s: %d to %q, want 303 to %q\n%.300s", what, a.status, to, begins, a.body)
	}
	return to
}

func TestFirstRunPages(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.SignUp = account.SignUpInvite })
	ada := &client{t: t, url: b.url, accept: "text/html"}
	assertPage(t, "first run", ada.get("/register"), 200, "Set up Parley")
	assertPage(t, "first run, failed", ada.form("/register", "username=ada&password=short"), 422, "Set up Parley", "password-problem")
	led(t, "first account", ada.form("/register", "username=ada&password=correct+horse"), "/welcome")
	assertPage(t, "welcome", ada.get("/welcome"), 200, "Parley is yours", `action="/invites"`)
	made := led(t, "invite of the welcome", ada.form("/invites", "uses=25&role=member&next=/welcome"), "/welcome?made=")
	code := strings.TrimPrefix(made, "/welcome?made=")
	assertPage(t, "welcome with invite", ada.get(made), 200, "/join/"+code)
	assertPage(t, "welcome, failed", ada.form("/invites", "uses=x&next=/welcome"), 422, "10,000 uses", "Parley is yours")

	bob := &client{t: t, url: b.url, accept: "text/html"}
	assertPage(t, "second account", bob.get("/register"), 200, "You need an invite", `action="/join"`)
	assertPage(t, "second account, posted", bob.form("/register", "username=bob&password=correct+horse"), 403, "You need an invite")
	assertPage(t, "join", bob.get("/join/"+code), 200, "<strong dir=\"auto\">ada</strong>", "Member", `value="`+code+`"`)
	assertPage(t, "join, name taken", bob.form("/register", "username=ada&password=correct+horse&invite="+code), 409, "username-problem", `value="`+code+`"`)
	assertPage(t, "no such invite", bob.get("/join/AAAAAAAAAAAAAAAAAAAAAA"), 404, "lets nobody in")
	led(t, "a pasted link", bob.get("/join?invite=+https%3A%2F%2Fchat.example%2Fjoin%2F"+code+"+"), "/join/"+code)
	led(t, "a pasted code", bob.get("/join?invite="+code), "/join/"+code)
	for _, typed := range []string{"", "nonsense", "%22%3E", "https%3A%2F%2Fx%2Fjoin%2F"} {
		assertPage(t, "pasted "+typed, bob.get("/join?invite="+typed), 422, "neither")
	}
	led(t, "join, posted", bob.form("/register", "username=bob&password=correct+horse&invite="+code), "/chat")
	assertPage(t, "welcome is for admins", bob.get("/welcome"), 403)
	led(t, "join when signed in", bob.get("/join/"+code), "/chat")
	assertPage(t, "sign in again", (&client{t: t, url: b.url, accept: "text/html"}).get("/login?reason=ended"), 200, "signed out elsewhere")
}

func TestClosedSignUpPages(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.SignUp = account.SignUpClosed })
	c := &client{t: t, url: b.url, accept: "text/html"}
	assertPage(t, "the first account may", c.get("/register"), 200, "Set up Parley")
	b.register("ada")
	assertPage(t, "closed", c.get("/register"), 200, "Sign-up is closed")
	assertPage(t, "closed, posted", c.form("/register", "username=bob&password=correct+horse"), 403, "Sign-up is closed")
}
