package signin

import (
	"context"
	"net/http"

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
	s.tellEnded(renewal.ended)
	s.setCookie(w, r, renewal.token)
}

// EndByID ends the session of username with that id. Errors:
// [session.ErrNotFound].
func (s *Store) EndByID(ctx context.Context, username, id string) error {
	key, err := s.Sessions.EndByID(ctx, username, id)
	if err == nil {
		s.tellEnded([]session.Key{key})
	}
	return err
}

// Tell says that sessions have ended that somebody else ended.
func (s *Store) Tell(ended []session.Key) { s.tellEnded(ended) }
