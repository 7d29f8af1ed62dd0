package app

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
)

func assertLimited(t *testing.T, what string, a answer) {
	t.Helper()
	wait, err := strconv.Atoi(a.header.Get("Retry-After"))
	if a.status != 429 || a.code() != "rate_limited" || err != nil || wait < 1 {
		t.Errorf("%s: %d %s, Retry-After %q", what, a.status, a.body, a.header.Get("Retry-After"))
	}
}

func TestLoginLimit(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.RateLimitLogin = 3 })
	b.register("ada")
	b.register("bob")
	try := func(name, password, from string) answer {
		return b.post("/login", fields{"username": name, "password": password}, "X-Forwarded-For", from)
	}
	for range 5 {
		if a := try("ada", password, "10.0.0.1"); a.status != 200 {
			t.Fatalf("success does not count: %d", a.status)
		}
	}
	for range 3 {
		if a := try("ada", "wrong horse", "10.0.0.1"); a.status != 401 {
			t.Fatalf("failure: %d", a.status)
		}
	}
	assertLimited(t, "another failure", try("ada", "wrong horse", "10.0.0.1"))
	assertLimited(t, "from elsewhere", try("Ada", password, "10.0.0.2"))
	if a := try("bob", password, "10.0.0.1"); a.status != 200 {
		t.Errorf("another name: %d", a.status)
	}
	for i := range 12 { // 15 failures an address; three were above
		if a := try(fmt.Sprint("nobody", i), password, "10.0.0.1"); a.status != 401 {
			t.Fatalf("unknown name %d: %d", i, a.status)
		}
	}
	assertLimited(t, "from this address", try("bob", password, "10.0.0.1"))
	if a := try("bob", password, "10.0.0.2"); a.status != 200 {
		t.Errorf("another address: %d", a.status)
	}
}

func TestLoginLimitHoldsForManyAtOnce(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.RateLimitLogin = 3 })
	b.register("ada")
	statuses := make(chan int, 20)
	var tries sync.WaitGroup
	for range cap(statuses) {
		c := &client{t: t, url: b.url}
		tries.Go(func() { statuses <- c.post("/login", fields{"username": "ada", "password": "wrong horse"}).status })
	}
	tries.Wait()
	close(statuses)
	checked := 0
	for status := range statuses {
		if status == 401 {
			checked++
		}
	}
	if checked < 3 || checked > 4 { // two are checked at a time
		t.Errorf("%d passwords were checked, want 3 or 4", checked)
	}
}

func TestRegisterAndMessageLimits(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.RateLimitRegister, cfg.RateLimitMessages = 2, 3 })
	ada := b.register("ada")
	b.register("bob")
	c := &client{t: t, url: b.url}
	assertLimited(t, "register", c.post("/register", fields{"username": "carl", "password": password}))
	if a := c.post("/register", fields{"username": "dora", "password": password}, "X-Forwarded-For", "10.0.0.9"); a.status != 201 {
		t.Errorf("from elsewhere: %d", a.status)
	}
	for range 3 {
		if a := ada.post("/chat/general/messages", fields{"body": "hi"}); a.status != 201 {
			t.Fatalf("message: %d", a.status)
		}
	}
	assertLimited(t, "message", ada.post("/chat/general/messages", fields{"body": "hi"}))
}
