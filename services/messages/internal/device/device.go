// Package device knows the browsers in which an account has signed in before,
// by a signed cookie. Such a browser is no stranger: other people's wrong
// passwords don't count for it.
//
// The cookie gives no access. It is a list of the last accounts that signed in:
//
//	ada:{id}:{mac}~bob:{id}:{mac}
//
// id is random, and names the device for this account alone; mac is the
// HMAC-SHA256 of both under a key that the replicas share.
package device

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/chat"
)

const (
	cookieName     = "parley_device"
	hostCookieName = "__Host-" + cookieName // under https; see core/session
	lifetime       = 365 * 24 * time.Hour

	maxAccounts = 5 // in one browser
	idBytes     = 16
	keyKept     = time.Minute // then it is read again: it may be replaced at any time
)

// Devices reads and writes the cookie.
type Devices struct {
	pool  *pgxpool.Pool
	https func(*http.Request) bool

	mu   sync.Mutex
	key  []byte
	read time.Time
}

// New returns the devices whose key is in pool's database. https says whether
// a request came by https.
func New(pool *pgxpool.Pool, https func(*http.Request) bool) *Devices {
	return &Devices{pool: pool, https: https}
}

// Card is what a browser's cookie says.
type Card struct {
	key     []byte
	entries []entry
}

// entry is one account that has signed in.
type entry struct {
	username, id string
}

// Read returns the card of the request. What somebody else has signed is not
// on it. An error is Postgres's.
func (d *Devices) Read(r *http.Request) (Card, error) {
	key, err := d.currentKey(r.Context())
	if err != nil {
		return Card{}, err
	}
	card := Card{key: key}
	for _, name := range []string{hostCookieName, cookieName} {
		if cookie, err := r.Cookie(name); err == nil {
			if card.entries = parse(key, cookie.Value); len(card.entries) > 0 {
				break
			}
		}
	}
	return card, nil
}

// ID returns how this browser is known to the account; "" if it isn't.
func (c Card) ID(username string) string {
	for _, e := range c.entries {
		if e.username == username {
			return e.id
		}
	}
	return ""
}

// Remember gives the browser a card on which username comes first.
func (d *Devices) Remember(w http.ResponseWriter, r *http.Request, card Card, username string) {
	name, https := cookieName, d.https(r)
	if https {
		name = hostCookieName
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // G124: it is secure where https is
		Name: name, Value: card.with(username).format(), Path: "/", MaxAge: int(lifetime.Seconds()),
		Secure: https, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (c Card) with(username string) Card {
	id := c.ID(username)
	if id == "" {
		var b [idBytes]byte
		_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
		id = base64.RawURLEncoding.EncodeToString(b[:])
	}
	next := Card{key: c.key, entries: []entry{{username, id}}}
	for _, e := range c.entries {
		if e.username != username && len(next.entries) < maxAccounts {
			next.entries = append(next.entries, e)
		}
	}
	return next
}

func (c Card) format() string {
	signed := make([]string, len(c.entries))
	for i, e := range c.entries {
		signed[i] = e.username + ":" + e.id + ":" + e.mac(c.key)
	}
	return strings.Join(signed, "~")
}

// parse returns the entries of a cookie's value that were signed with key.
func parse(key []byte, value string) []entry {
	var entries []entry
	for part := range strings.SplitSeq(value, "~") {
		if len(entries) == maxAccounts {
			break
		}
		fields := strings.Split(part, ":")
		if len(fields) != 3 || !chat.ValidUsername(fields[0]) || len(fields[1]) != base64.RawURLEncoding.EncodedLen(idBytes) {
			continue
		}
		e := entry{fields[0], fields[1]}
		if hmac.Equal([]byte(e.mac(key)), []byte(fields[2])) {
			entries = append(entries, e)
		}
	}
	return entries
}

// mac needs no lengths: neither a username nor an id has a colon.
func (e entry) mac(key []byte) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(e.username + ":" + e.id))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

func (d *Devices) currentKey(ctx context.Context) ([]byte, error) {
	d.mu.Lock()
	key, fresh := d.key, time.Since(d.read) < keyKept
	d.mu.Unlock()
	if fresh {
		return key, nil
	}
	if err := d.pool.QueryRow(ctx, `SELECT value FROM secrets WHERE name = 'device'`).Scan(&key); err != nil {
		return nil, fmt.Errorf("read the key of devices: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.key, d.read = key, time.Now()
	return key, nil
}
