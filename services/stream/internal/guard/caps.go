package guard

import (
	"errors"
	"net/netip"
	"sync"
)

// ErrTooMany is returned for a stream beyond a cap.
var ErrTooMany = errors.New("too many streams")

// Caps bound the open streams of one user and of one address, in this replica.
// A bound of 0 is off.
type Caps struct {
	PerUser    int
	PerAddress int

	mu        sync.Mutex
	users     map[string]int
	addresses map[netip.Addr]int
}

// Take counts a stream of username from addr, or returns [ErrTooMany]. An
// unknown address, the zero Addr, is not bounded.
func (c *Caps) Take(username string, addr netip.Addr) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.PerUser > 0 && c.users[username] >= c.PerUser {
		return ErrTooMany
	}
	if c.PerAddress > 0 && addr.IsValid() && c.addresses[addr] >= c.PerAddress {
		return ErrTooMany
	}
	if c.users == nil {
		c.users, c.addresses = make(map[string]int), make(map[netip.Addr]int)
	}
	if c.PerUser > 0 {
		c.users[username]++
	}
	if c.PerAddress > 0 {
		c.addresses[addr]++
	}
	return nil
}

// Give takes back what [Caps.Take] has counted.
func (c *Caps) Give(username string, addr netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.PerUser > 0 {
		release(c.users, username)
	}
	if c.PerAddress > 0 {
		release(c.addresses, addr)
	}
}

func release[K comparable](counts map[K]int, key K) {
	if counts[key]--; counts[key] == 0 {
		delete(counts, key)
	}
}
