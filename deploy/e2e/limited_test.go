package e2e

import (
	"net/http"
	"strconv"
	"testing"

	"parley/deploy/e2e/client"
	"parley/deploy/e2e/system"
)

// Who changes messages without end is told to wait, on whichever replica; what
// they may do besides, they may still, and others are not held up. It needs a
// Parley of its own, with limits, and so a driver that can run two.
func TestChangesOfMessagesAreLimited(t *testing.T) {
	const changes, messages = 30, 20
	limited := another(t, system.Options{Log: "limited", Settings: map[string]string{
		"LIMITS": "on", "RATE_LIMIT_CHANGES": strconv.Itoa(changes), "RATE_LIMIT_MESSAGES": strconv.Itoa(messages),
	}})
	if limited == nil {
		return
	}
	ctx := patient(t)
	ada, bob := newUserAt(t, limited.URL()), newUserAt(t, limited.URL())
	addr, err := limited.Addr(ctx, "messages-1")
	if err != nil {
		t.Fatal(err)
	}
	id := post(t, ada, "general", "hello")
	other := client.NewUser("http://"+addr, ada.Name) // the same person, another session, by another way
	if err := other.Login(ctx); err != nil {
		t.Fatal(err)
	}
	devices := []*client.User{ada, other}
	exceeds(t, "changes", changes, func(i int) *client.Answer {
		method := []string{http.MethodPut, http.MethodDelete}[i%2]
		return ask(t, devices[i%2], method, client.ReactionPath("general", id, thumb), nil)
	})
	for _, route := range []struct{ method, path string }{
		{"PATCH", ""}, {"DELETE", ""}, {"PUT", "/reactions/" + thumbRaw}, {"DELETE", "/reactions/" + thumbRaw}, {"PUT", "/pin"}, {"DELETE", "/pin"},
	} {
		var body any
		if route.method == "PATCH" {
			body = map[string]string{"body": "x"}
		}
		limitedAnswer(t, ask(t, ada, route.method, client.MessagePath("general", id)+route.path, body))
	}
	// Messages have a limit of their own, and to read has none.
	exceeds(t, "messages", messages-1, func(int) *client.Answer {
		return ask(t, ada, http.MethodPost, "/chat/general/messages", map[string]any{"body": "x", "reply_to": id})
	})
	for _, path := range []string{"/chat/general/messages", "/chat/general/pins", "/mentions"} {
		if answer := ask(t, ada, http.MethodGet, path, nil); answer.Status != http.StatusOK {
			t.Errorf("GET %s: %s", path, answer)
		}
	}
	if _, err := bob.React(ctx, "general", id, thumb, true); err != nil {
		t.Error(err)
	}
}

// exceeds does something until it is refused. What is allowed grows back while
// it lasts, so it may be somewhat more than most.
func exceeds(t *testing.T, what string, most int, do func(i int) *client.Answer) {
	t.Helper()
	for i := range 3 * most {
		answer := do(i)
		switch {
		case answer.Status == http.StatusOK || answer.Status == http.StatusCreated:
			continue
		case i < most:
			t.Fatalf("%s: number %d is answered %s, and %d are allowed", what, i+1, answer, most)
		}
		limitedAnswer(t, answer)
		t.Logf("%d %s were let through", i, what)
		return
	}
	t.Errorf("%d %s were let through, want about %d", 3*most, what, most)
}

func limitedAnswer(t *testing.T, answer *client.Answer) {
	t.Helper()
	if answer.Status != http.StatusTooManyRequests || answer.Code() != "rate_limited" {
		t.Errorf("answer is %s, want 429 rate_limited", answer)
	}
	if wait, err := strconv.Atoi(answer.Header.Get("Retry-After")); err != nil || wait < 1 {
		t.Errorf("Retry-After is %q", answer.Header.Get("Retry-After"))
	}
}

func ask(t *testing.T, user *client.User, method, path string, value any) *client.Answer {
	t.Helper()
	answer, err := user.Do(patient(t), method, path, value)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func newUserAt(t *testing.T, url string) *client.User {
	t.Helper()
	user := client.NewUser(url, unique("user"))
	if err := user.Register(patient(t)); err != nil {
		t.Fatal(err)
	}
	return user
}
