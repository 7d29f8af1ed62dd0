package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"parley/core/session"
	"parley/core/wire"
	"parley/deploy/e2e/client"
	"parley/deploy/e2e/system"
)

func TestStreamPassesTheGatewayUntouched(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	stream := open(t, user, "/chat/general/stream", "")
	for name, want := range map[string]string{
		"Content-Type":      "text/event-stream",
		"Cache-Control":     "no-store",
		"Content-Encoding":  "",
		"X-Accel-Buffering": "no", // for a proxy before the gateway
	} {
		if got := stream.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// What the gateway refuses by itself has the form of the contract, too.
func TestGatewayRefusesInTheFormOfTheContract(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	for _, row := range []struct {
		name, method, path string
		header             http.Header
		status             int
		code               string
	}{
		{name: "TRACE", method: http.MethodTrace, path: "/chat", status: 405, code: "method_not_allowed"},
		{name: "NUL", method: http.MethodGet, path: "/chat/%00", status: 400, code: "bad_request"},
		{name: "long address", method: http.MethodGet, path: "/chat?q=" + strings.Repeat("x", 17<<10), status: 414, code: "uri_too_long"},
		{name: "large header", method: http.MethodGet, path: "/chat", header: http.Header{"X": {strings.Repeat("x", 17<<10)}}, status: 400, code: "bad_request"},
	} {
		req, err := user.Request(patient(t), row.method, row.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range row.header {
			req.Header[name] = values
		}
		answer, err := user.Send(req)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		want(t, answer, err, row.status, row.code)
	}
}

func TestPageIsPackedAndGuarded(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	req, err := user.Request(patient(t), http.MethodGet, "/chat/general", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Accept-Encoding", "gzip")
	answer, err := user.Send(req)
	want(t, answer, err, http.StatusOK, "")
	for name, value := range map[string]string{
		"Content-Encoding":       "gzip",
		"Content-Type":           "text/html; charset=utf-8",
		"Cache-Control":          "no-store",
		"X-Content-Type-Options": "nosniff",
	} {
		if got := answer.Header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	policy := answer.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("policy %q lacks %q", policy, part)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q allows what is unsafe", policy)
	}
	if page := unpack(t, answer.Body); !strings.Contains(page, user.Name) || strings.Contains(page, "<style") || strings.Contains(page, " style=") || strings.Contains(page, "<script>") {
		t.Errorf("the page lacks its user, or has inline script or style:\n%.2000s", page)
	}
}

func TestSessionCookieIsGuarded(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	for proto, name := range map[string]string{"http": session.CookieName, "https": session.HostCookieName} {
		// Behind the gateway's back, as a gateway with TLS would ask.
		direct := user.At(replica(t, "messages-1"))
		req, err := direct.Request(patient(t), http.MethodPost, "/login",
			strings.NewReader(`{"username":"`+user.Name+`","password":"`+client.Password+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Forwarded-Proto", proto)
		answer, err := direct.Send(req)
		want(t, answer, err, http.StatusOK, "")
		cookie := setCookie(t, answer, name)
		if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" ||
			cookie.MaxAge <= 0 || len(cookie.Value) != 43 || cookie.Secure != (proto == "https") {
			t.Errorf("by %s the cookie is %s", proto, cookie)
		}
	}
}

func setCookie(t testing.TB, answer *client.Answer, name string) *http.Cookie {
	t.Helper()
	for _, line := range answer.Header.Values("Set-Cookie") {
		if cookie, err := http.ParseSetCookie(line); err == nil && cookie.Name == name {
			return cookie
		}
	}
	t.Fatalf("no cookie %s among %q", name, answer.Header.Values("Set-Cookie"))
	return nil
}

func TestWritesFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	room := newRoom(t, user)
	for header, value := range map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"} {
		req, err := user.Request(patient(t), http.MethodPost, "/chat/"+room+"/messages", strings.NewReader(`{"body":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(header, value)
		answer, err := user.Send(req)
		want(t, answer, err, http.StatusForbidden, "cross_origin")
	}
	req, err := user.Request(patient(t), http.MethodPost, "/chat/"+room+"/messages", strings.NewReader(`{"body":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Origin", parley.URL())
	answer, err := user.Send(req)
	want(t, answer, err, http.StatusCreated, "")
}

func TestRequestHasAnID(t *testing.T) {
	t.Parallel()
	user := newUser(t)
	seen := make(map[string]bool)
	for _, path := range []string{"/chat", "/chat/no-such-room", "/chat/no-such-room/stream"} {
		answer, err := user.Get(patient(t), path)
		if err != nil {
			t.Fatal(err)
		}
		id := answer.Header.Get("X-Request-ID")
		if len(id) != 32 || seen[id] {
			t.Errorf("GET %s has id %q, want a new one of the gateway's", path, id)
		}
		seen[id] = true
	}
}

// What is stored is published as the JSON that streams carry.
func TestMessageIsPublished(t *testing.T) {
	t.Parallel()
	ctx := patient(t)
	user := newUser(t)
	room := newRoom(t, user)
	client := redisClient(t)
	subscription := client.Subscribe(ctx, wire.RoomTopic(room).Channel())
	defer subscription.Close()
	if _, err := subscription.Receive(ctx); err != nil { // the confirmation
		t.Fatal(err)
	}
	stream := open(t, user, "/chat/"+room+"/stream", "")
	expect(t, stream, "ready 0")
	for range 3 {
		post(t, user, room, "heard twice: <&>")
		published, err := subscription.ReceiveMessage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if e := next(t, stream); e.Data != published.Payload {
			t.Errorf("published %s, streamed %s", published.Payload, e.Data)
		}
	}
}

// Whether a service is ready, nobody outside need know.
func TestServicesAreHealthy(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"messages-1", "messages-2", "stream-1", "stream-2"} {
		answer, err := client.NewUser(replica(t, part), "").Get(patient(t), "/healthz")
		want(t, answer, err, http.StatusOK, "")
		if err := system.Ready(patient(t), parley, part); err != nil {
			t.Error(err)
		}
	}
	awaitGateway(t)
}

func awaitGateway(t testing.TB) {
	t.Helper()
	eventually(t, patience, "the gateway reaches a service that is ready", func(ctx context.Context) error {
		return system.Ready(ctx, parley, "nginx")
	})
}

// redisClient returns a client that goes to Redis itself.
func redisClient(t testing.TB) *redis.Client {
	t.Helper()
	url, err := parley.RedisURL(patient(t))
	if err != nil {
		t.Fatal(err)
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(options)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func unpack(t testing.TB, packed []byte) string {
	t.Helper()
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
