package guard

import (
	"errors"
	"net/netip"
	"sync"
)

// ErrTooMany is returned for a stream beyond a cap.
var ErrTooMany = errors.New("too many streams")

// Caps bound the open streams of one user and of one network (see
// [serve.Network]), in this replica. A bound of 0 is off.
type Caps struct {
	PerUser    int
	PerAddress int

	mu       sync.Mutex
	users    map[string]int
	networks map[netip.Prefix]int
}

// Take counts a stream of username from network, or returns [ErrTooMany]. An
// unknown one, the zero Prefix, is not bounded.
func (c *Caps) Take(username string, network netip.Prefix) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.PerUser > 0 && c.users[username] >= c.PerUser {
		return ErrTooMany
	}
	if c.PerAddress > 0 && network.IsValid() && c.networks[network] >= c.PerAddress {
		return ErrTooMany
	}
	if c.users == nil {
		c.users, c.networks = make(map[string]int), make(map[netip.Prefix]int)
	}
	if c.PerUser > 0 {
		c.users[username]++
	}
	if c.PerAddress > 0 {
		c.networks[network]++
	}
	return nil
}

// Give takes back what [Caps.Take] has counted.
func (c *Caps) Give(username string, network netip.Prefix) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.PerUser > 0 {
		release(c.users, username)
	}
	if c.PerAddress > 0 {
		release(c.networks, network)
	}
}

func release[K comparable](counts map[K]int, key K) {
	if counts[key]--; counts[key] == 0 {
		delete(counts, key)
	}
}
