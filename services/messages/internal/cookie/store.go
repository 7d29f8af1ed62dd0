// Package cookie keeps gin-contrib's sessions where both services know them:
// a random token in the browser's cookie, a row in Postgres. It is a store for
// [github.com/gin-contrib/sessions] on [parley/core/session].
//
// A session says who is signed in, nothing more. Values:
//
//	Username   whose session it is
//	loaded     the stored session that came with the request, if any
//	issued     the key of the session that saving has made
//
// Saving a session without loaded signs in: it makes a new token and ends the
// session that the request came with. Saving with it keeps that session, if it
// has not been ended meanwhile.
package cookie

import (
	"errors"
	"net/http"
	"time"

	ginsessions "github.com/gin-contrib/sessions"
	"github.com/gorilla/sessions"

	"parley/core/session"
)

// Username is the key under which a session holds the name of who is signed in.
const Username = "username"

const (
	loaded = "session"
	issued = "issued"
)

// ErrNobody is returned for saving a session that says nobody is signed in.
var ErrNobody = errors.New("a session needs a username")

// touchAfter is how stale the time may be at which a session was last seen.
const touchAfter = time.Minute

// Store implements the store of gin-contrib/sessions.
type Store struct {
	Sessions *session.Store
	Finder   *session.Finder
	Seen     *Seen                    // gets those that were seen
	Recent   *Recent                  // gets those that were found
	Ended    func(...session.Key)     // gets those that were ended
	HTTPS    func(*http.Request) bool // whether a request came by https
	TTL      time.Duration            // how long a session lives
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
	fresh.Options = s.cookieOptions(r)
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
// It returns [session.ErrNotFound] for keeping one that was ended.
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
	token, err := s.signIn(r, username)
	if err != nil {
		return err
	}
	saved.Values[issued], _ = token.Key()
	s.setCookie(w, r, token)
	return nil
}

func (s *Store) signIn(r *http.Request, username string) (session.Token, error) {
	old, had := session.FromRequest(r)
	if !had {
		return s.Sessions.Create(r.Context(), username, r.UserAgent(), s.TTL)
	}
	token, err := s.Sessions.Rotate(r.Context(), old, username, r.UserAgent(), s.TTL)
	if err == nil {
		s.tellEnded(old)
	}
	return token, err
}

func (s *Store) signOut(r *http.Request, w http.ResponseWriter) error {
	if key, ok := session.FromRequest(r); ok {
		if err := s.Sessions.End(r.Context(), key); err != nil {
			return err
		}
		s.tellEnded(key)
	}
	options := s.cookieOptions(r)
	options.MaxAge = -1
	http.SetCookie(w, sessions.NewCookie(session.CookieName, "", options))
	return nil
}

func (s *Store) tellEnded(keys ...session.Key) {
	s.Recent.forget(keys)
	s.Ended(keys...)
}

func (s *Store) setCookie(w http.ResponseWriter, r *http.Request, token session.Token) {
	http.SetCookie(w, sessions.NewCookie(session.CookieName, string(token), s.cookieOptions(r)))
}

func (s *Store) cookieOptions(r *http.Request) *sessions.Options {
	return &sessions.Options{
		Path:     "/",
		MaxAge:   int(s.TTL.Seconds()),
		Secure:   s.HTTPS(r),
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	}
}
