// Package session knows who a request comes from. A session is a random token
// in a cookie and a row in Postgres under the token's SHA-256: a copy of the
// table signs nobody in. Both services use it; it needs neither gin nor Redis.
package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
)

// The names of the cookie that carries the token. The second is for https: a
// browser takes a cookie of that prefix from this very host alone, over https
// (RFC 6265bis, section 4.1.3.2).
const (
	CookieName     = "parley_session"
	HostCookieName = "__Host-" + CookieName
)

const tokenBytes = 32

// Token is the secret in the cookie: 32 random bytes in base64url.
type Token string

// Key is the SHA-256 of a token: what the database and the services know of it.
type Key [sha256.Size]byte

// NewToken returns a fresh random token.
func NewToken() Token {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return Token(base64.RawURLEncoding.EncodeToString(b[:]))
}

// Key returns the token's key; ok is false if the token is malformed, which
// spares the database the question.
func (t Token) Key() (key Key, ok bool) {
	var b [tokenBytes]byte
	if len(t) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return Key{}, false
	}
	// The decoder passes over line breaks: what has any comes out short.
	if n, err := base64.RawURLEncoding.Strict().Decode(b[:], []byte(t)); err != nil || n != tokenBytes {
		return Key{}, false
	}
	return sha256.Sum256(b[:]), true
}

// FromRequest returns the key of the request's session cookie; ok is false if
// there is none that could be one. The cookie for https goes first.
func FromRequest(r *http.Request) (key Key, ok bool) {
	for _, name := range []string{HostCookieName, CookieName} {
		cookie, err := r.Cookie(name)
		if err != nil {
			continue
		}
		if key, ok := Token(cookie.Value).Key(); ok {
			return key, true
		}
	}
	return Key{}, false
}
