package session

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestNewTokensDiffer(t *testing.T) {
	t.Parallel()
	one, two := NewToken(), NewToken()
	if one == two || len(one) != 43 {
		t.Errorf("%q and %q", one, two)
	}
	if _, ok := one.Key(); !ok {
		t.Errorf("%q is malformed", one)
	}
}

func FuzzToken(f *testing.F) {
	for _, seed := range []string{
		"", "abc", strings.Repeat("A", 43), strings.Repeat("A", 42) + "B", strings.Repeat("A", 42) + "=", strings.Repeat("+", 43),
		strings.Repeat("A", 44), strings.Repeat("A", 21) + "\n" + strings.Repeat("A", 21), string(NewToken()),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		key, ok := Token(value).Key()
		raw, err := base64.RawURLEncoding.DecodeString(value)
		if !ok {
			if key != (Key{}) {
				t.Errorf("%q is malformed and has a key", value)
			}
			return
		}
		if err != nil || len(raw) != 32 || key != sha256.Sum256(raw) || base64.RawURLEncoding.EncodeToString(raw) != value {
			t.Errorf("%q was taken for a token", value)
		}
	})
}

// FuzzCookie reads whole Cookie headers, which may be anything.
func FuzzCookie(f *testing.F) {
	token := string(NewToken())
	for _, seed := range []string{
		"", "a=b", CookieName + "=" + token, CookieName + `="` + token + `"`, "a=b; " + CookieName + "=" + token + "; " + CookieName + "=x",
		CookieName + "=x; " + CookieName + "=" + token, CookieName, ";;;=", HostCookieName + "=" + token, HostCookieName + "=x; " + CookieName + "=" + token, CookieName + "=" + token + "\x00", strings.Repeat("a=b; ", 500),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Cookie", header)
		key, ok := FromRequest(r)
		if !ok {
			return
		}
		for _, name := range []string{CookieName, HostCookieName} {
			cookie, err := r.Cookie(name)
			if err != nil {
				continue
			}
			if again, ok := Token(cookie.Value).Key(); ok && again == key && strings.Contains(header, cookie.Value) {
				return
			}
		}
		t.Errorf("%q has the session %x without a cookie of it", header, key)
	})
}

func TestFromRequest(t *testing.T) {
	t.Parallel()
	token := NewToken()
	want, _ := token.Key()
	for name, row := range map[string]struct {
		cookie string
		ok     bool
	}{
		"none":      {"", false},
		"other":     {"session=" + string(token), false},
		"malformed": {CookieName + "=x", false},
		"good":      {"a=b; " + CookieName + "=" + string(token), true},
		"https":     {HostCookieName + "=" + string(token), true},
		"both":      {CookieName + "=" + string(NewToken()) + "; " + HostCookieName + "=" + string(token), true},
		"one is no": {HostCookieName + "=x; " + CookieName + "=" + string(token), true},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Cookie", row.cookie)
		if key, ok := FromRequest(r); ok != row.ok || ok && key != want {
			t.Errorf("%s: %x, %v", name, key, ok)
		}
	}
}
