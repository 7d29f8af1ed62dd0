package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/session"
	"parley/deploy/stack"
)

// users is how many accounts there are, each with a session of its own: as many
// as the largest crowd of most rows has streams.
const users = 10_000

// shape is how large a system is.
type shape struct {
	streams int // replicas of the stream service
	users   int
	env     []string // settings of the services
}

// single has one replica of each service: the numbers are those of one process.
var single = shape{streams: 1, users: users}

// system is Parley as `make up` runs it. The environment of this process reaches
// the services, so that a setting can be tried.
type system struct {
	stack   *stack.Stack
	pool    *pgxpool.Pool
	log     string // file
	cookies []string
}

func startSystem(ctx context.Context, cfg Config, dir string, size shape) (*system, error) {
	s := &system{log: filepath.Join(dir, "stack.log")}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, fmt.Errorf("make log: %w", err)
	}
	s.stack, err = stack.Start(ctx, stack.Config{
		Dir: filepath.Join(dir, "stack"), Bin: cfg.Bin, NginxConf: cfg.NginxConf,
		Messages: 1, Streams: size.streams, Env: append(cfg.environment(), size.env...), Log: log,
		// As installed, said aloud: what is measured is durable.
		Postgres: []string{"fsync=on", "synchronous_commit=on", "full_page_writes=on"},
	})
	if err != nil {
		return nil, fmt.Errorf("start Parley: %w\n%s", err, s.said())
	}
	if s.pool, err = pgxpool.New(ctx, s.stack.DatabaseURL()); err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), s.stack.Stop())
	}
	if err := s.signUp(ctx, size.users); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// environment has limits off: one address has all the users.
func (c Config) environment() []string {
	env := append(os.Environ(), "SIGNUP=open", "LIMITS=off")
	if c.Profiles != "" {
		env = append(env, "PPROF=on")
	}
	return env
}

func (s *system) stop() error {
	s.pool.Close()
	return s.stack.Stop()
}

// signUp makes accounts and sessions as register and login would have, but by
// SQL: ten thousand passwords would be hashed for minutes. The services can't tell.
func (s *system) signUp(ctx context.Context, users int) error {
	accounts, sessions := make([][]any, users), make([][]any, users)
	expires := time.Now().Add(24 * time.Hour)
	for i := range users {
		token := session.NewToken()
		key, _ := token.Key() // of a token of its own making
		s.cookies = append(s.cookies, session.CookieName+"="+string(token))
		accounts[i] = []any{username(i), "x"}
		sessions[i] = []any{key[:], username(i), expires}
	}
	if _, err := s.pool.CopyFrom(ctx, pgx.Identifier{"users"}, []string{"username", "password_hash"}, pgx.CopyFromRows(accounts)); err != nil {
		return fmt.Errorf("make accounts: %w", err)
	}
	if _, err := s.pool.CopyFrom(ctx, pgx.Identifier{"sessions"}, []string{"token_hash", "username", "expires_at"}, pgx.CopyFromRows(sessions)); err != nil {
		return fmt.Errorf("make sessions: %w", err)
	}
	// Not the tables that are empty: to have seen them so would mislead the planner.
	if _, err := s.pool.Exec(ctx, `ANALYZE users, sessions`); err != nil {
		return fmt.Errorf("gather statistics: %w", err)
	}
	return nil
}

func username(i int) string { return fmt.Sprintf("bench-%05d", i) }

// makeRooms makes n rooms and returns their names.
func (s *system) makeRooms(ctx context.Context, prefix string, n int) ([]string, error) {
	names := make([]string, n)
	for i := range names {
		names[i] = prefix + "-" + strconv.Itoa(i)
	}
	if _, err := s.pool.Exec(ctx, `INSERT INTO rooms (name) SELECT unnest($1::text[])`, names); err != nil {
		return nil, fmt.Errorf("make rooms: %w", err)
	}
	return names, nil
}

// stored returns how many messages the rooms hold, by their heads.
func (s *system) stored(ctx context.Context, rooms []string) (n int64, err error) {
	err = s.pool.QueryRow(ctx, `SELECT coalesce(sum(head), 0)::bigint FROM rooms WHERE name = ANY($1)`, rooms).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("read heads: %w", err)
	}
	return n, nil
}

// unindexed returns how many changes can't be searched yet.
func (s *system) unindexed(ctx context.Context) (n int64, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT coalesce(sum(r.head - coalesce(i.position, 0)), 0)::bigint
		FROM rooms r LEFT JOIN search_rooms i ON i.room = r.name`).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("read what is not indexed: %w", err)
	}
	return n, nil
}

// indexerLock is the advisory lock under which the messages service indexes.
const indexerLock = 0x7061726c6579

// leaveUnindexed leaves all that waits out of the search.
func (s *system) leaveUnindexed(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, indexerLock); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO search_rooms (room, position) SELECT name, head FROM rooms WHERE head > 0
			ON CONFLICT (room) DO UPDATE SET position = excluded.position`)
		return err
	})
	if err != nil {
		return fmt.Errorf("leave messages out of the search: %w", err)
	}
	return nil
}

// transactions returns in how many transactions messages were stored up to now.
func (s *system) transactions(ctx context.Context) (float64, error) {
	process, err := s.process("messages-1")
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+process.MetricsAddr+"/metrics", nil)
	if err != nil {
		return 0, fmt.Errorf("read metrics of messages: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("read metrics of messages: %w", err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		if value, found := strings.CutPrefix(lines.Text(), "parley_commit_messages_count "); found {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, errors.Join(errors.New("messages doesn't tell its transactions"), lines.Err())
}

// addr returns where a part listens for TCP.
func (s *system) addr(part string) (netip.AddrPort, error) {
	addr, err := netip.ParseAddrPort(s.stack.Part(part).Addr())
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%s can't be measured beside the floor, which speaks TCP: %w", part, err)
	}
	return addr, nil
}

// process returns the process of a part.
func (s *system) process(part string) (stack.ProcessStatus, error) {
	for _, process := range s.stack.Status().Processes {
		if process.Name == part {
			return process, nil
		}
	}
	return stack.ProcessStatus{}, fmt.Errorf("%s is down", part)
}

// said returns the last lines of what the parts have said, for an error message.
func (s *system) said() string {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return ""
	}
	const most = 4 << 10
	if len(text) > most {
		text = text[len(text)-most:]
		text = text[bytes.IndexByte(text, '\n')+1:]
	}
	return string(text)
}

// settle has Postgres do at once what is to be done after much was written, and
// waits for what it does by itself, so that what is measured then pays for none of it.
func (s *system) settle(ctx context.Context) error {
	for _, sql := range []string{`VACUUM (ANALYZE) users, sessions, rooms, messages, memberships`, `CHECKPOINT`} {
		if _, err := s.pool.Exec(ctx, sql); err != nil {
			return fmt.Errorf("settle: %w", err)
		}
	}
	for workers := 1; workers > 0; {
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
		err := s.pool.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'`).Scan(&workers)
		if err != nil {
			return fmt.Errorf("settle: %w", err)
		}
	}
	return nil
}
