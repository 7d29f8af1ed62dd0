package app

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"
)

func assertLimited(t *testing.T, what string, a answer) {
	t.Helper()
	wait, err := strconv.Atoi(a.header.Get("Retry-After"))
	if a.status != 429 || a.code() != "rate_limited" || err != nil || wait < 1 {
		t.Errorf("%s: %d %s, Retry-After %q", what, a.status, a.body, a.header.Get("Retry-After"))
	}
}

// try signs in from an address, in a browser that nobody knows.
func (b *bundle) try(name, password, from string) answer {
	b.t.Helper()
	return b.tryAs(&client{t: b.t, url: b.url}, name, password, from)
}

func (b *bundle) tryAs(c *client, name, password, from string) answer {
	b.t.Helper()
	return c.post("/login", fields{"username": name, "password": password}, "X-Forwarded-For", from)
}

// exhaust fails by try until a limit is used up, and will stay so for the next
// seconds: what grows back meanwhile, on a slow machine, is used up too.
func exhaust(t *testing.T, try func(i int) answer) {
	t.Helper()
	i := 0
	eventually(t, time.Minute, func() bool {
		a := try(i)
		i++
		wait, _ := strconv.Atoi(a.header.Get("Retry-After"))
		return a.status == 429 && wait >= 5
	})
}

func TestLoginLimit(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.RateLimitLogin = 3 })
	b.register("ada")
	b.register("bob")
	if a := b.try("ada", password, "10.0.0.1"); a.status != 200 {
		t.Fatalf("success: %d", a.status)
	}
	for range 3 {
		if a := b.try("ada", "wrong horse", "10.0.0.1"); a.status != 401 {
			t.Fatalf("failure: %d", a.status)
		}
	}
	assertLimited(t, "another failure", b.try("ada", "wrong horse", "10.0.0.1"))
	assertLimited(t, "the right one", b.try("Ada", password, "10.0.0.1"))
	if a := b.try("ada", password, "10.0.0.2"); a.status != 200 {
		t.Errorf("from elsewhere: %d", a.status)
	}
	for i := range 15 {
		if a := b.try(fmt.Sprint("nobody", i), password, "10.0.0.3"); a.status != 401 {
			t.Fatalf("unknown name %d: %d", i, a.status)
		}
	}
	exhaust(t, func(i int) answer { return b.try(fmt.Sprint("someone", i), password, "10.0.0.3") })
	assertLimited(t, "from this address", b.try("bob", password, "10.0.0.3"))
	if a := b.try("bob", password, "10.0.0.4"); a.status != 200 {
		t.Errorf("another address: %d", a.status)
	}
}

// Ten wrong passwords from anywhere, and ever so many more, lock out strangers
// alone.
func TestStrangersLockNobodyOut(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.RateLimitLogin = 2 })
	ada := &client{t: t, url: b.url}
	if a := ada.post("/register", fields{"username": "ada", "password": password}, "X-Forwarded-For", "10.0.0.1"); a.status != 201 || ada.device == "" {
		t.Fatalf("register: %d, device %q", a.status, ada.device)
	}
	bobs := b.register("bob")
	for i := range 20 {
		if a := b.try("ada", "wrong horse", fmt.Sprint("10.1.0.", i)); a.status != 401 {
			t.Fatalf("failure %d: %d", i, a.status)
		}
	}
	exhaust(t, func(i int) answer { return b.try("ada", "wrong horse", fmt.Sprintf("10.4.%d.%d", i>>8, i&255)) })
	assertLimited(t, "a stranger from elsewhere", b.try("ada", password, "10.2.0.1"))
	forged := &client{t: t, url: b.url, device: "ada:AAAAAAAAAAAAAAAAAAAAAA:AAAA"}
	assertLimited(t, "a forged cookie", b.tryAs(forged, "ada", password, "10.2.0.2"))
	assertLimited(t, "the device of another account", b.tryAs(bobs, "ada", password, "10.2.0.3"))
	if a := b.tryAs(ada, "ada", password, "10.3.0.1"); a.status != 200 {
		t.Errorf("the known device, from elsewhere: %d %s", a.status, a.body)
	}
	if a := b.try("ada", password, "10.0.0.1"); a.status != 200 {
		t.Errorf("an unknown device, from the known address: %d %s", a.status, a.body)
	}
}

func TestAKnownDeviceIsBoundedToo(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.RateLimitLogin = 2 })
	ada := b.register("ada")
	for range 2 {
		if a := b.tryAs(ada, "ada", "wrong horse", "10.0.0.1"); a.status != 401 {
			t.Fatalf("failure: %d", a.status)
		}
	}
	assertLimited(t, "the device, from elsewhere too", b.tryAs(ada, "ada", password, "10.0.0.2"))
	if a := b.try("ada", password, "10.0.0.3"); a.status != 200 {
		t.Errorf("another: %d", a.status)
	}
}

func TestSignInsThatSucceedAreBounded(t *testing.T) {
	t.Parallel()
	b := start(t, func(cfg *Config) { cfg.RateLimitLogin = 3 })
	ada := b.register("ada")
	for i := range 5 { // 6 in all
		if a := b.tryAs(ada, "ada", password, fmt.Sprint("10.0.0.", i)); a.status != 200 {
			t.Fatalf("sign-in %d: %d", i, a.status)
		}
	}
	assertLimited(t, "the seventh", b.tryAs(ada, "ada", password, "10.0.0.9"))
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
