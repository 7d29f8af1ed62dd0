package app

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func (b *bundle) browser(name string) *client {
	b.t.Helper()
	c := b.register(name)
	c.accept = "text/html,application/xhtml+xml,*/*;q=0.8"
	return c
}

func assertPage(t *testing.T, what string, a answer, status int, contains ...string) {
	t.Helper()
	if a.status != status || a.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%s: %d %s, want %d html\n%.200s", what, a.status, a.header.Get("Content-Type"), status, a.body)
	}
	if a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: Cache-Control %q", what, a.header.Get("Cache-Control"))
	}
	for _, text := range contains {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s lacks %q\n%s", what, text, a.body)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	b := start(t)
	stranger := &client{t: t, url: b.url, accept: "text/html"}
	if a := stranger.get("/"); a.status != 303 || a.header.Get("Location") != "/chat" {
		t.Errorf("/: %d %s", a.status, a.header.Get("Location"))
	}
	assertPage(t, "sign in", stranger.get("/login?next=/chat/random"), 200, `value="/chat/random"`)
	assertPage(t, "sign up", stranger.get("/register"), 200, "password")
	assertPage(t, "nowhere", stranger.get("/nowhere"), 404)

	ada := b.browser("ada")
	ada.post("/chat/general/messages", fields{"body": "<script>alert(1)</script>"})
	assertPage(t, "rooms", ada.get("/chat"), 200, "general")
	a := ada.get("/chat/general")
	assertPage(t, "room", a, 200, "&lt;script&gt;alert(1)&lt;/script&gt;", "ada")
	if strings.Contains(a.body, "<script>alert") {
		t.Error("a message is markup")
	}
	assertPage(t, "no room", ada.get("/chat/nowhere"), 404)
	for _, path := range []string{"/login", "/register"} {
		if a := ada.get(path + "?next=/chat/x"); a.status != 303 || a.header.Get("Location") != "/chat/x" {
			t.Errorf("%s when signed in: %d %s", path, a.status, a.header.Get("Location"))
		}
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := &client{t: t, url: b.url, accept: "text/html"}
	goesTo := func(what string, a answer, want string) {
		t.Helper()
		if a.status != 303 || a.header.Get("Location") != want {
			t.Errorf("%s: %d to %q, want 303 to %q\n%.300s", what, a.status, a.header.Get("Location"), want, a.body)
		}
	}
	assertPage(t, "common password", c.form("/register", "username=ada&password=sunshine&next=/chat/x"), 422, `value="ada"`, `value="/chat/x"`, "anybody would try")
	assertPage(t, "short password", c.form("/register", "username=ada&password=short&next=/chat/x"), 422, `value="ada"`, `value="/chat/x"`, "8 characters")
	goesTo("the first account", c.form("/register", "username=ada&password=correct+horse"), "/welcome")
	c.cookie = ""
	goesTo("register", c.form("/register", "username=bob&password=correct+horse"), "/chat")
	c.cookie = ""
	assertPage(t, "taken", c.form("/register", "username=ada&password=correct+horse"), 409, "taken")
	assertPage(t, "wrong password", c.form("/login", "username=ada&password=wrong+horse"), 401, `value="ada"`, "wrong")
	goesTo("login", c.form("/login", "username=ada&password=correct+horse&next=/chat/general"), "/chat/general")
	goesTo("room", c.form("/chat", "name=random"), "/chat/random")
	goesTo("a title for a handle", c.form("/chat", "name=Launch+Plan"), "/chat/launch-plan")
	assertPage(t, "its title", c.get("/chat/launch-plan"), 200, ">Launch Plan<")
	assertPage(t, "bad room", c.form("/chat", "name=Bad/Name"), 422, "Bad/Name")
	goesTo("message", c.form("/chat/random/messages", "body=a%0D%0Ab"), "/chat/random")
	assertPage(t, "message too long", c.form("/chat/random/messages", "body="+strings.Repeat("x", 4001)), 422, strings.Repeat("x", 4001))
	assertPage(t, "message to nowhere", c.form("/chat/nowhere/messages", "body=x"), 404)
	var page stretch
	c.accept = ""
	c.get("/chat/random/messages").into(t, &page)
	if len(page.Messages) != 1 || page.Messages[0].Body != "a\nb" {
		t.Errorf("stored %+v, want one message of two lines", page.Messages)
	}
	goesTo("logout", c.form("/logout", ""), "/login")
}

func TestNextStaysOnThisSite(t *testing.T) {
	t.Parallel()
	b := start(t)
	c := b.browser("ada")
	for next, want := range map[string]string{
		"/chat/general?x=1#2":    "/chat/general?x=1#2",
		"":                       "/chat",
		"chat":                   "/chat",
		"//evil.example":         "/chat",
		`/\evil.example`:         "/chat",
		"/\t/evil.example":       "/chat",
		"https://evil.example":   "/chat",
		"javascript:alert(1)":    "/chat",
		"/x\r\nSet-Cookie: evil": "/chat",
		"/%zz":                   "/chat",
	} {
		form := "username=ada&password=correct+horse&next=" + escape(next)
		if a := c.form("/login", form); a.status != 303 || a.header.Get("Location") != want {
			t.Errorf("next=%q: %d to %q, want %q", next, a.status, a.header.Get("Location"), want)
		}
	}
}

func escape(s string) string {
	return regexp.MustCompile(`[^a-z0-9]`).ReplaceAllStringFunc(s, func(c string) string {
		return "%" + strings.ToUpper(string("0123456789abcdef"[c[0]>>4])+string("0123456789abcdef"[c[0]&15]))
	})
}

func TestAssets(t *testing.T) {
	t.Parallel()
	b := start(t)
	page := (&client{t: t, url: b.url, accept: "text/html"}).get("/login").body
	assets := regexp.MustCompile(`/assets/[0-9a-f]{12}/[^"]+`).FindAllString(page, -1)
	if len(assets) == 0 {
		t.Fatal("the page has no assets")
	}
	types := map[string]string{"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "woff2": "font/woff2", "svg": "image/svg+xml"}
	for _, path := range assets {
		a := b.get(path, "Accept-Encoding", "identity")
		ext := path[strings.LastIndexByte(path, '.')+1:]
		if a.status != 200 || a.header.Get("Cache-Control") != "public, max-age=31536000, immutable" || a.header.Get("Content-Type") != types[ext] {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
		if packed := b.get(path, "Accept-Encoding", "br, gzip"); ext != "woff2" &&
			(packed.header.Get("Content-Encoding") != "gzip" || len(packed.body) >= len(a.body) || packed.header.Get("ETag") == a.header.Get("ETag")) {
			t.Errorf("%s is not packed: %d bytes of %d, %v", path, len(packed.body), len(a.body), packed.header)
		}
		if again := b.get(path, "Accept-Encoding", "identity", "If-None-Match", a.header.Get("ETag")); again.status != 304 {
			t.Errorf("%s again: %d, want 304", path, again.status)
		}
		old := "/assets/000000000000" + path[len("/assets/000000000000"):]
		if a := b.get(old); a.status != 200 || a.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s of another release: %d %s", path, a.status, a.header.Get("Cache-Control"))
		}
	}
	if a := b.get("/robots.txt"); a.status != 200 || !strings.Contains(a.body, "Disallow: /") {
		t.Errorf("robots.txt: %d %s", a.status, a.body)
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, path := range []string{"/login", "/nowhere", "/chat", "/healthz"} {
		h := b.get(path).header
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s %q", path, name, h.Get(name))
			}
		}
	}
	a := b.get("/login", "X-Request-ID", "from-the-gateway")
	if a.header.Get("X-Request-ID") != "from-the-gateway" {
		t.Errorf("request id %q", a.header.Get("X-Request-ID"))
	}
	if a := b.do(http.MethodHead, "/login", "", nil); a.status != 200 || a.body != "" {
		t.Errorf("HEAD: %d %q", a.status, a.body)
	}
}
