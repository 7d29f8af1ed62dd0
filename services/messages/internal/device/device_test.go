package device

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestCard(t *testing.T) {
	t.Parallel()
	for _, https := range []bool{false, true} {
		d := New(testkit.Database(t), func(*http.Request) bool { return https })
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/login", nil)
		card, err := d.Read(r)
		if err != nil || card.ID("ada") != "" {
			t.Fatalf("a stranger: %+v, %v", card, err)
		}
		w := httptest.NewRecorder()
		d.Remember(w, r, card.with("bob"), "ada")
		cookie := w.Result().Cookies()[0]
		if strings.HasPrefix(cookie.Name, "__Host-") != https || cookie.Secure != https || !cookie.HttpOnly ||
			cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.MaxAge != 365*24*3600 {
			t.Errorf("cookie %v", cookie)
		}
		r.AddCookie(cookie)
		known, err := d.Read(r)
		if err != nil || known.ID("ada") == "" || known.ID("bob") == "" || known.ID("ada") == known.ID("bob") || known.ID("carl") != "" {
			t.Errorf("known: %+v, %v", known, err)
		}
		if again := known.with("ada"); again.ID("ada") != known.ID("ada") {
			t.Error("a device that is known gets another id")
		}
	}
}

func TestForged(t *testing.T) {
	t.Parallel()
	key := make([]byte, 32)
	mine := Card{key: key}.with("ada")
	value := mine.format()
	for name, forged := range map[string]string{
		"another's name": strings.Replace(value, "ada:", "bob:", 1),
		"another id":     strings.Replace(value, mine.ID("ada"), strings.Repeat("A", 22), 1),
		"another key":    Card{key: []byte("x")}.with("ada").format(),
		"cut":            value[:len(value)-1],
		"no mac":         "ada:" + mine.ID("ada") + ":",
		"empty":          "",
	} {
		if got := parse(key, forged); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestCardIsBounded(t *testing.T) {
	t.Parallel()
	card := Card{key: []byte("k")}
	for i := range 20 {
		card = card.with(fmt.Sprint("user", i))
	}
	if len(card.entries) != maxAccounts || card.ID("user19") == "" || len(card.format()) > 1000 {
		t.Errorf("%d accounts", len(card.entries))
	}
	if got := parse(card.key, strings.Repeat(card.format()+"~", 50)); len(got) > maxAccounts {
		t.Errorf("%d accounts read", len(got))
	}
}

func FuzzParse(f *testing.F) {
	key := []byte("key")
	f.Add(Card{key: key}.with("ada").with("bob").format())
	f.Add("")
	f.Add("ada:x:y~~::")
	f.Fuzz(func(t *testing.T, value string) {
		entries := parse(key, value)
		if again := parse(key, Card{key, entries}.format()); len(entries) > 0 && !slices.Equal(again, entries) {
			t.Errorf("%q: %v, and again %v", value, entries, again)
		}
	})
}
