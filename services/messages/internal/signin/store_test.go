package signin

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"parley/core/session"
	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type bundle struct {
	store    *Store
	sessions *session.Store
	ended    []session.Key
}

func setUp(t *testing.T) *bundle {
	t.Helper()
	pool := testkit.Database(t)
	if _, err := pool.Exec(t.Context(), `INSERT INTO users (username, password_hash) VALUES ('ada', 'x'), ('bob', 'x')`); err != nil {
		t.Fatal(err)
	}
	b := &bundle{sessions: session.NewStore(pool)}
	finder := session.NewFinder(b.sessions)
	go finder.Run(t.Context())
	b.store = &Store{
		Sessions: b.sessions, Finder: finder, Seen: NewSeen(b.sessions, nil), Recent: NewRecent(), TTL: time.Hour,
		Ended: func(keys ...session.Key) { b.ended = append(b.ended, keys...) },
		HTTPS: func(*http.Request) bool { return false },
	}
	return b
}

func request(t *testing.T, token session.Token) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if token != "" {
		r.AddCookie(&http.Cookie{Name: session.CookieName, Value: string(token)})
	}
	return r
}

func TestSavingARevokedSessionFails(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	token, err := b.sessions.Create(t.Context(), "ada", "", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, token)
	s, err := b.store.Get(r, session.CookieName)
	if err != nil || s.IsNew || s.Values[Username] != "ada" {
		t.Fatalf("get: %+v, %v", s, err)
	}
	if err := s.Save(r, httptest.NewRecorder()); err != nil {
		t.Errorf("saving a live one: %v", err)
	}
	key, _ := token.Key()
	if err := b.sessions.End(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := s.Save(r, w); !errors.Is(err, session.ErrNotFound) || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("saving a revoked one: %v, cookie %q", err, w.Header().Get("Set-Cookie"))
	}
	if _, err := b.sessions.Find(t.Context(), key); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("it came back: %v", err)
	}
}

func TestChangingTheUserRotates(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	token, err := b.sessions.Create(t.Context(), "ada", "", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, token)
	s, err := b.store.Get(r, session.CookieName)
	if err != nil {
		t.Fatal(err)
	}
	s.Values[Username] = "bob"
	w := httptest.NewRecorder()
	if err := s.Save(r, w); err != nil {
		t.Fatal(err)
	}
	old, _ := token.Key()
	if len(b.ended) != 1 || b.ended[0] != old {
		t.Errorf("ended %v, want %v", b.ended, old)
	}
	if _, err := b.sessions.Find(t.Context(), old); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("the old session: %v, want it ended", err)
	}
	fresh, _ := http.ParseSetCookie(w.Header().Get("Set-Cookie"))
	key, _ := session.Token(fresh.Value).Key()
	if found, err := b.sessions.Find(t.Context(), key); err != nil || found.Username != "bob" {
		t.Errorf("the new session: %+v, %v", found, err)
	}
}

func TestNobodyHasNoSession(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	r := request(t, session.NewToken())
	s, err := b.store.Get(r, session.CookieName)
	if err != nil || !s.IsNew || len(s.Values) != 0 {
		t.Fatalf("get: %+v, %v", s, err)
	}
	if err := s.Save(r, httptest.NewRecorder()); !errors.Is(err, ErrNobody) {
		t.Errorf("save: %v, want %v", err, ErrNobody)
	}
}

func TestNotKnowingIsNotNobody(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := request(t, session.NewToken()).WithContext(ctx)
	if _, err := b.store.Get(r, session.CookieName); err == nil {
		t.Error("a failed look-up says nobody is signed in")
	}
}

func TestCookieUnderHTTPS(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.store.HTTPS = func(*http.Request) bool { return true }
	token, err := b.sessions.Create(t.Context(), "ada", "", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	b.store.setCookie(w, request(t, token), token)
	set := w.Result().Cookies()
	if len(set) != 2 || set[0].Name != session.CookieName || set[0].MaxAge >= 0 ||
		set[1].Name != session.HostCookieName || !set[1].Secure || set[1].Path != "/" || set[1].Domain != "" {
		t.Errorf("cookies %v; want the plain one gone, and a __Host- one", set)
	}
	w = httptest.NewRecorder()
	b.store.clearCookies(w, request(t, token))
	if set = w.Result().Cookies(); len(set) != 2 || set[0].MaxAge >= 0 || set[1].MaxAge >= 0 {
		t.Errorf("cookies %v; want both gone", set)
	}
}
