package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/chat"
)

// ErrNotFound is returned for a session that never was, has expired, or was ended.
var ErrNotFound = errors.New("session not found")

const (
	maxUserAgent = 512 // stored, in characters
	maxListed    = 200 // sessions in a list
)

// Session is a signed-in browser or client.
type Session struct {
	Key        Key
	ID         string // what its owner names it by
	Username   string
	Role       chat.Role // of the account, when this was read
	UserAgent  string
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time
}

// Store keeps sessions in Postgres. Its methods return wrapped pgx errors when
// the database can't be reached; [ErrNotFound] means that it answered.
type Store struct {
	db   database
	pool *pgxpool.Pool // nil within a transaction
}

// database is a pool, or a transaction.
type database interface {
	Begin(ctx context.Context) (pgx.Tx, error)
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// NewStore returns a store on pool.
func NewStore(pool *pgxpool.Pool) *Store { return &Store{db: pool, pool: pool} }

// In returns the store within a transaction: what it does there, the others
// see after the commit.
func (s *Store) In(tx pgx.Tx) *Store { return &Store{db: tx} }

// Create stores a new session of username that lives for ttl, and returns its token.
func (s *Store) Create(ctx context.Context, username, userAgent string, ttl time.Duration) (Token, error) {
	token := NewToken()
	key, _ := token.Key()
	_, err := s.db.Exec(ctx, `
		INSERT INTO sessions (token_hash, username, user_agent, expires_at)
		VALUES ($1, $2, $3, now() + $4)`,
		key[:], username, clip(userAgent), ttl)
	if err != nil {
		return "", fmt.Errorf("store session: %w", err)
	}
	return token, nil
}

// Renew is [Store.Create] that ends all sessions of username before. It
// returns the keys of those that ended.
func (s *Store) Renew(ctx context.Context, username, userAgent string, ttl time.Duration) (Token, []Key, error) {
	token := NewToken()
	key, _ := token.Key()
	ended, err := s.end(ctx, `
		WITH ended AS (
			DELETE FROM sessions WHERE username = $2 RETURNING token_hash
		), made AS (
			INSERT INTO sessions (token_hash, username, user_agent, expires_at)
			VALUES ($1, $2, $3, now() + $4)
		)
		SELECT token_hash FROM ended`,
		key[:], username, clip(userAgent), ttl)
	if err != nil {
		return "", nil, err
	}
	return token, ended, nil
}

// live are the columns of a session, of those that are live. A banned account
// has none.
const live = `
	SELECT s.token_hash, s.id::text, s.username, u.role, s.user_agent, s.created_at, s.last_seen_at, s.expires_at
	FROM sessions s JOIN users u ON u.username = s.username AND u.banned_at IS NULL
	WHERE s.expires_at > now() `

// Find returns the live session of key, or [ErrNotFound].
func (s *Store) Find(ctx context.Context, key Key) (Session, error) {
	rows, err := s.db.Query(ctx, live+`AND s.token_hash = $1`, key[:])
	if err != nil {
		return Session{}, fmt.Errorf("find session: %w", err)
	}
	found, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return Session{}, ErrNotFound
	}
	if err != nil {
		return Session{}, fmt.Errorf("find session: %w", err)
	}
	return found, nil
}

// FindAll returns those of keys that are live sessions, in one query.
func (s *Store) FindAll(ctx context.Context, keys []Key) (map[Key]Session, error) {
	hashes := make([][]byte, len(keys))
	for i := range keys {
		hashes[i] = keys[i][:]
	}
	rows, err := s.db.Query(ctx, live+`AND s.token_hash = ANY($1)`, hashes)
	if err != nil {
		return nil, fmt.Errorf("find sessions: %w", err)
	}
	found := make(map[Key]Session, len(keys))
	all, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("find sessions: %w", err)
	}
	for _, one := range all {
		found[one.Key] = one
	}
	return found, nil
}

// List returns the live sessions of username: that of first, if it is one of
// them, and then the latest seen, 200 at most.
func (s *Store) List(ctx context.Context, username string, first Key) ([]Session, error) {
	rows, err := s.db.Query(ctx, live+`
		AND s.username = $1
		ORDER BY s.token_hash = $2 DESC, s.last_seen_at DESC, s.id
		LIMIT $3`, username, first[:], maxListed)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	list, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return list, nil
}

// Touch notes that the session was seen just now. It returns [ErrNotFound] if
// the session has ended: a session is never brought back.
func (s *Store) Touch(ctx context.Context, key Key) error {
	tag, err := s.db.Exec(ctx, `
		UPDATE sessions SET last_seen_at = now()
		WHERE token_hash = $1 AND expires_at > now()`, key[:])
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrNotFound
	}
	return nil
}

// TouchAll notes that the sessions of keys were seen just now. It passes over
// those that have ended, and those that another replica is touching.
func (s *Store) TouchAll(ctx context.Context, keys []Key) error {
	hashes := make([][]byte, len(keys))
	for i := range keys {
		hashes[i] = keys[i][:]
	}
	_, err := s.db.Exec(ctx, `
		WITH seen AS (SELECT token_hash FROM sessions WHERE token_hash = ANY($1) FOR NO KEY UPDATE SKIP LOCKED)
		UPDATE sessions SET last_seen_at = now() FROM seen
		WHERE sessions.token_hash = seen.token_hash`, hashes)
	if err != nil {
		return fmt.Errorf("touch sessions: %w", err)
	}
	return nil
}

// End ends the session of key. One that is gone already is no error.
func (s *Store) End(ctx context.Context, key Key) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM sessions WHERE token_hash = $1`, key[:]); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// EndByID ends the session of username with that id and returns its key, or
// [ErrNotFound] if username has no such session.
func (s *Store) EndByID(ctx context.Context, username, id string) (Key, error) {
	if !validID(id) {
		return Key{}, ErrNotFound
	}
	keys, err := s.end(ctx, `DELETE FROM sessions WHERE username = $1 AND id = $2::text::uuid RETURNING token_hash`, username, id)
	if err != nil {
		return Key{}, err
	}
	if len(keys) == 0 {
		return Key{}, ErrNotFound
	}
	return keys[0], nil
}

func (s *Store) end(ctx context.Context, sql string, args ...any) ([]Key, error) {
	rows, err := s.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("end sessions: %w", err)
	}
	keys, err := pgx.CollectRows(rows, scanKey)
	if err != nil {
		return nil, fmt.Errorf("end sessions: %w", err)
	}
	return keys, nil
}

func scan(row pgx.CollectableRow) (s Session, err error) {
	var hash []byte
	err = row.Scan(&hash, &s.ID, &s.Username, &s.Role, &s.UserAgent, &s.CreatedAt, &s.LastSeenAt, &s.ExpiresAt)
	copy(s.Key[:], hash)
	return s, err
}

// validID reports whether id is a UUID as Postgres writes it. Of other ways to
// write one there is no need, and text with a NUL is none at all.
func validID(id string) bool {
	if len(id) != len("00000000-0000-0000-0000-000000000000") {
		return false
	}
	for i := range len(id) {
		c := id[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
				return false
			}
		}
	}
	return true
}

// clip makes any header value storable: valid UTF-8, no NUL, bounded.
func clip(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "")
	if utf8.RuneCountInString(s) > maxUserAgent {
		s = string([]rune(s)[:maxUserAgent])
	}
	return s
}
