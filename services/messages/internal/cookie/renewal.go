package cookie

import (
	"context"
	"net/http"

	"github.com/gorilla/sessions"
	"github.com/jackc/pgx/v5"

	"parley/core/session"
)

// Renewal is a session that takes the place of all of a user's.
type Renewal struct {
	token session.Token
	ended []session.Key
}

// Renew ends all sessions of username and makes a new one for the client of r,
// within tx. After the commit, and only then, the client gets it by [Store.Issue].
func (s *Store) Renew(ctx context.Context, tx pgx.Tx, r *http.Request, username string) (Renewal, error) {
	token, ended, err := s.Sessions.In(tx).Renew(ctx, username, r.UserAgent(), s.TTL)
	return Renewal{token, ended}, err
}

// Issue sets the cookie of the new session, and tells that the others have ended.
func (s *Store) Issue(w http.ResponseWriter, r *http.Request, renewal Renewal) {
	s.tellEnded(renewal.ended...)
	s.setCookie(w, r, renewal.token)
}

// Withdraw takes back the session that saving has made. Nobody has its token
// yet: it is in the answer that w has not sent.
func (s *Store) Withdraw(ctx context.Context, w http.ResponseWriter, saved *sessions.Session) error {
	w.Header().Del("Set-Cookie")
	key, made := saved.Values[issued].(session.Key)
	if !made {
		return nil
	}
	return s.Sessions.End(ctx, key)
}

// Current returns the stored session that came with the request, if any.
func Current(s *sessions.Session) (session.Session, bool) {
	current, ok := s.Values[loaded].(session.Session)
	return current, ok
}

// EndByID ends the session of username with that id. Errors:
// [session.ErrNotFound].
func (s *Store) EndByID(ctx context.Context, username, id string) error {
	key, err := s.Sessions.EndByID(ctx, username, id)
	if err == nil {
		s.tellEnded(key)
	}
	return err
}
