// Package signin is where gin-contrib's sessions end: it signs people in and
// out, and says who a request comes from. Nothing else knows that library.
//
//	request ─▶ Identify ─▶ Identity: live      asked of Postgres
//	       └─▶ Recall   ─▶ Identity: recalled  was live a short while ago; who acts on it makes sure
//	answer ◀── SignIn, SignOut, Issue: the cookie
//
// A session is a random token in the browser's cookie, and a row in Postgres:
// see [parley/core/session]. It says who is signed in, nothing more. Values:
//
//	Username   whose session it is
//	admission  what is to hold in the transaction that makes it, if anything
//	loaded     the stored session that came with the request, if any
//
// Saving a session without loaded signs in: it makes a new token and ends the
// session that the request came with. Saving with it keeps that session, if it
// has not been ended meanwhile.
package signin

import (
	"context"
	"errors"
	"net/http"
	"time"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gorilla/sessions"
	"github.com/jackc/pgx/v5"

	"parley/core/session"
)

// Username is the key under which a session holds the name of who is signed in.
const Username = "username"

const (
	admission = "admission"
	loaded    = "session"
)

// ErrNobody is returned for saving a session that says nobody is signed in.
var ErrNobody = errors.New("a session needs a username")

// touchAfter is how stale the time may be at which a session was last seen.
const touchAfter = time.Minute

// Admit returns an error if the account may not sign in after all. It runs in
// the transaction that makes the session, under the lock on the account.
type Admit func(context.Context, pgx.Tx) error

// Store implements the store of gin-contrib/sessions.
type Store struct {
	Sessions *session.Store
	Finder   *session.Finder
	Seen     *Seen                    // gets those that were seen
	Recent   *Recent                  // gets those that were found
	Ended    func(...session.Key)     // gets those that were ended
	HTTPS    func(*http.Request) bool // whether a request came by https
	TTL      time.Duration            // how long a session lives
	Most     int                      // sessions of an account; the oldest end. 0 is no limit
}

var _ ginsessions.Store = (*Store)(nil)

// Options implements the interface; the store's cookies have options of their own.
func (s *Store) Options(ginsessions.Options) {}

// Get returns the request's session, read once per request. An error is
// Postgres's: whether somebody is signed in is not known then.
func (s *Store) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New reads the session of the request's cookie. It is new, and nobody's, if
// there is no cookie, or none of a live session.
func (s *Store) New(r *http.Request, name string) (*sessions.Session, error) {
	fresh := sessions.NewSession(s, name)
	fresh.IsNew = true
	fresh.Options = &sessions.Options{}
	key, ok := session.FromRequest(r)
	if !ok {
		return fresh, nil
	}
	found, err := s.Finder.Find(r.Context(), key)
	if errors.Is(err, session.ErrNotFound) {
		s.Recent.forget([]session.Key{key}) // another replica may have ended it
		return fresh, nil
	}
	if err != nil {
		return fresh, err
	}
	s.Recent.note(found)
	if time.Since(found.LastSeenAt) > touchAfter {
		s.Seen.note(key)
	}
	fresh.IsNew = false
	fresh.ID = found.ID
	fresh.Values[Username] = found.Username
	fresh.Values[loaded] = found
	return fresh, nil
}

// Save signs in, out (a MaxAge below 0), or keeps a session; see the package.
// It returns [session.ErrNotFound] for keeping one that was ended, or for
// signing in to an account that there isn't.
func (s *Store) Save(r *http.Request, w http.ResponseWriter, saved *sessions.Session) error {
	username, _ := saved.Values[Username].(string)
	current, kept := saved.Values[loaded].(session.Session)
	switch {
	case saved.Options.MaxAge < 0:
		return s.signOut(r, w)
	case username == "":
		return ErrNobody
	case kept && current.Username == username:
		return s.Sessions.Touch(r.Context(), current.Key)
	}
	admit, _ := saved.Values[admission].(Admit)
	return s.signIn(r, w, username, admit)
}

func (s *Store) signIn(r *http.Request, w http.ResponseWriter, username string, admit Admit) error {
	opening := session.Opening{Username: username, UserAgent: r.UserAgent(), TTL: s.TTL, Most: s.Most}
	if old, had := session.FromRequest(r); had {
		opening.Old = &old
	}
	token, ended, err := s.Sessions.Open(r.Context(), opening, admit)
	if err != nil {
		return err
	}
	s.tellEnded(ended)
	s.setCookie(w, r, token)
	return nil
}

func (s *Store) signOut(r *http.Request, w http.ResponseWriter) error {
	if key, ok := session.FromRequest(r); ok {
		if err := s.Sessions.End(r.Context(), key); err != nil {
			return err
		}
		s.tellEnded([]session.Key{key})
	}
	s.clearCookies(w, r)
	return nil
}

func (s *Store) tellEnded(keys []session.Key) {
	if len(keys) > 0 {
		s.Recent.forget(keys)
		s.Ended(keys...)
	}
}
