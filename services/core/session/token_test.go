package session

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
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
		CookieName + "=x; " + CookieName + "=" + token, CookieName, ";;;=", CookieName + "=" + token + "\x00", strings.Repeat("a=b; ", 500),
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
		cookie, err := r.Cookie(CookieName)
		if err != nil || !strings.Contains(header, cookie.Value) {
			t.Fatalf("%q has a session without a cookie: %v", header, err)
		}
		if again, ok := Token(cookie.Value).Key(); !ok || again != key {
			t.Errorf("%q: %x, and again %x", header, key, again)
		}
	})
}

// FuzzEnded reads what a stranger may publish as the end of sessions.
func FuzzEnded(f *testing.F) {
	key, _ := NewToken().Key()
	whole, err := json.Marshal(Ended{Keys: []Key{key, key}})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(whole), `{"keys":[]}`, `{"keys":null}`, `{}`, `null`, `{"keys":["00"]}`, `{"keys":["` + strings.Repeat("0", 64) + `"]}`, `[`, ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var ended Ended
		if json.Unmarshal(data, &ended) != nil {
			return
		}
		if len(ended.Keys) > len(data)/64 {
			t.Errorf("%q has %d keys", data, len(ended.Keys))
		}
		again, err := json.Marshal(ended)
		if err != nil {
			t.Fatal(err)
		}
		var same Ended
		if err := json.Unmarshal(again, &same); err != nil || !slices.Equal(same.Keys, ended.Keys) {
			t.Errorf("%q became %q: %v", data, again, err)
		}
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
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Cookie", row.cookie)
		if key, ok := FromRequest(r); ok != row.ok || ok && key != want {
			t.Errorf("%s: %x, %v", name, key, ok)
		}
	}
}

func TestEndedJSON(t *testing.T) {
	t.Parallel()
	a, _ := NewToken().Key()
	b, _ := NewToken().Key()
	data, err := json.Marshal(Ended{Keys: []Key{a, b}})
	if err != nil {
		t.Fatal(err)
	}
	var got Ended
	if err := json.Unmarshal(data, &got); err != nil || len(got.Keys) != 2 || got.Keys[0] != a || got.Keys[1] != b {
		t.Errorf("%s became %v, %v", data, got, err)
	}
	for _, bad := range []string{`{"keys":["00"]}`, `{"keys":["xx"]}`, `{"keys":[1]}`, `{"keys":"00"}`, `[]`, ``} {
		if err := json.Unmarshal([]byte(bad), &got); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}
