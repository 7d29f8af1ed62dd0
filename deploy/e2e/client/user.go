// Package client talks to Parley as a person's client does: HTTP with a session
// cookie, and event streams that resume.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"parley/core/session"
)

// answerTimeout bounds a request, streams excepted.
const answerTimeout = 20 * time.Second

// User is one person's client. Its methods may be called at the same time.
type User struct {
	base   string
	Name   string
	Cookie string // the value of the session cookie; "" when signed out
}

// NewUser returns a client of the Parley at base that is signed out.
func NewUser(base, name string) *User { return &User{base: base, Name: name} }

// At returns the same person, with the same session, at another address.
func (u *User) At(base string) *User { return &User{base: base, Name: u.Name, Cookie: u.Cookie} }

// cookieName returns the name of the session cookie, which is another by TLS.
func (u *User) cookieName() string {
	if strings.HasPrefix(u.base, "https:") {
		return session.HostCookieName
	}
	return session.CookieName
}

// Answer is what came back for a request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Code returns the code in the body of an error, or "".
func (a *Answer) Code() string {
	var body struct {
		Error struct{ Code, Message string }
	}
	if json.Unmarshal(a.Body, &body) != nil || body.Error.Message == "" {
		return ""
	}
	return body.Error.Code
}

// String returns the answer in one line.
func (a *Answer) String() string { return fmt.Sprintf("%d %.300s", a.Status, a.Body) }

// client has no cookie jar: a user's cookie is set by hand. It neither follows
// redirects nor unpacks, so that tests see what was sent.
var client = &http.Client{
	Transport: &http.Transport{
		MaxIdleConnsPerHost: 32,
		DisableCompression:  true,
		IdleConnTimeout:     10 * time.Second,
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Request returns a request of this user.
func (u *User) Request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.base+path, body)
	if err != nil {
		return nil, err
	}
	if !loopback(req.URL.Hostname()) { // a replica, by its container's address
		req.Host = "localhost"
	}
	if u.Cookie != "" {
		req.AddCookie(&http.Cookie{Name: u.cookieName(), Value: u.Cookie}) //nolint:gosec // a request says no more of a cookie
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// loopback reports whether a deployment answers to host by itself; see
// serve.Hosts.
func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err != nil || addr.IsLoopback()
}

// Send carries a request out and reads the answer whole.
func (u *User) Send(req *http.Request) (*Answer, error) {
	ctx, cancel := context.WithTimeout(req.Context(), answerTimeout)
	defer cancel()
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return &Answer{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// Get asks for path.
func (u *User) Get(ctx context.Context, path string) (*Answer, error) {
	return u.do(ctx, http.MethodGet, path, nil)
}

// PostJSON posts value as JSON.
func (u *User) PostJSON(ctx context.Context, path string, value any) (*Answer, error) {
	return u.Do(ctx, http.MethodPost, path, value)
}

// Do sends a request with value as JSON, or without a body if it is nil.
func (u *User) Do(ctx context.Context, method, path string, value any) (*Answer, error) {
	if value == nil {
		return u.do(ctx, method, path, nil)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return u.do(ctx, method, path, bytes.NewReader(text))
}

// DoRaw sends body as it is, as JSON or what claims to be; "" sends none.
func (u *User) DoRaw(ctx context.Context, method, path, body string) (*Answer, error) {
	if body == "" {
		return u.do(ctx, method, path, nil)
	}
	return u.do(ctx, method, path, bytes.NewReader([]byte(body)))
}

// PostRaw posts body as it is, as JSON or what claims to be.
func (u *User) PostRaw(ctx context.Context, path, body string) (*Answer, error) {
	return u.do(ctx, http.MethodPost, path, bytes.NewReader([]byte(body)))
}

func (u *User) do(ctx context.Context, method, path string, body io.Reader) (*Answer, error) {
	req, err := u.Request(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	return u.Send(req)
}
