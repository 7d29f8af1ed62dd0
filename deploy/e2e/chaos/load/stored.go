package load

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/wire"
	"parley/deploy/e2e/history"
)

// connect opens a connection to see what is stored.
func (s *Site) connect(ctx context.Context) (*pgx.Conn, error) {
	url, err := s.DatabaseURL(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("connect to judge: %w", err)
	}
	return conn, nil
}

// logs returns the names of the run's logs: its rooms and its people.
func (r *Run) logs() (rooms, people []string) {
	for _, user := range slices.Concat(r.site.Users, r.site.Movers) {
		people = append(people, user.Name)
	}
	return r.Rooms, people
}

// heads reads the heads of the run's logs.
func (r *Run) heads(ctx context.Context) (map[string]history.Log, error) {
	conn, err := r.site.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	return r.readHeads(ctx, conn)
}

func (r *Run) readHeads(ctx context.Context, conn *pgx.Conn) (map[string]history.Log, error) {
	rooms, people := r.logs()
	rows, err := conn.Query(ctx, `
		SELECT name::text, head, kind <> 'open' FROM rooms WHERE name = ANY($1)
		UNION ALL
		SELECT '@' || username, head, false FROM users WHERE username = ANY($2)`, rooms, people)
	if err != nil {
		return nil, fmt.Errorf("read heads: %w", err)
	}
	logs := make(map[string]history.Log)
	var name string
	var head chat.Position
	var private bool
	_, err = pgx.ForEachRow(rows, []any{&name, &head, &private}, func() error {
		logs[name] = history.Log{Since: r.since[name], Head: head, Private: private, Times: make(map[chat.Position]time.Duration)}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read heads: %w", err)
	}
	return logs, nil
}

// stored reads the run's logs from Postgres: what each holds, and what it held.
func (r *Run) stored(ctx context.Context) (map[string]history.Log, error) {
	conn, err := r.site.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	logs, err := r.readHeads(ctx, conn)
	if err != nil {
		return nil, err
	}
	places, err := readPlaces(ctx, conn)
	if err != nil {
		return nil, err
	}
	if err := r.readRows(ctx, conn, logs, places); err != nil {
		return nil, err
	}
	return logs, r.readChanges(ctx, conn, logs, places)
}

func readPlaces(ctx context.Context, conn *pgx.Conn) (map[string]place, error) {
	rows, err := conn.Query(ctx, `SELECT name::text, kind, people FROM rooms`)
	if err != nil {
		return nil, fmt.Errorf("read rooms: %w", err)
	}
	places := make(map[string]place)
	var name string
	var one place
	_, err = pgx.ForEachRow(rows, []any{&name, &one.kind, &one.people}, func() error {
		places[name] = one
		one.people = nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read rooms: %w", err)
	}
	return places, nil
}

// readRows reads the last version of everything.
func (r *Run) readRows(ctx context.Context, conn *pgx.Conn, logs map[string]history.Log, places map[string]place) error {
	rooms, people := r.logs()
	rows, err := conn.Query(ctx, `
		SELECT * FROM (
			SELECT 'messages' AS relation, room::text AS log, revision, to_jsonb(m)::text FROM messages m WHERE room = ANY($1)
			UNION ALL
			SELECT 'rooms', name::text, revision, to_jsonb(r)::text FROM rooms r WHERE name = ANY($1) AND revision > 0
			UNION ALL
			SELECT 'memberships', '@' || username, revision, to_jsonb(m)::text FROM memberships m WHERE username = ANY($2)
			UNION ALL
			SELECT 'users', '@' || username, revision, (to_jsonb(u) - 'password_hash')::text FROM users u WHERE username = ANY($2) AND revision > 0
		) AS everything ORDER BY log, revision`, rooms, people)
	if err != nil {
		return fmt.Errorf("read what is stored: %w", err)
	}
	var relation, name, text string
	var revision chat.Position
	_, err = pgx.ForEachRow(rows, []any{&relation, &name, &revision, &text}, func() error {
		row, err := parseVersion(relation, name, text, places)
		if err != nil {
			return err
		}
		log := logs[name]
		log.Rows = append(log.Rows, row)
		logs[name] = log
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what is stored: %w", err)
	}
	return nil
}

// readChanges reads the versions that have been superseded, and when each
// version was made.
func (r *Run) readChanges(ctx context.Context, conn *pgx.Conn, logs map[string]history.Log, places map[string]place) error {
	rooms, people := r.logs()
	names := slices.Clone(rooms)
	for _, person := range people {
		names = append(names, string(wire.PersonTopic(person)))
	}
	last := make(map[string]map[chat.Position]bool, len(logs))
	for name, log := range logs {
		last[name] = make(map[chat.Position]bool, len(log.Rows))
		for _, row := range log.Rows {
			last[name][row.Revision] = true
		}
	}
	rows, err := conn.Query(ctx, `
		SELECT at, relation, log, version::text FROM chaos_changes WHERE log = ANY($1) ORDER BY at`, names)
	if err != nil {
		return fmt.Errorf("read what was stored: %w", err)
	}
	var at time.Time
	var relation, name, text string
	_, err = pgx.ForEachRow(rows, []any{&at, &relation, &name, &text}, func() error {
		row, err := parseVersion(relation, name, text, places)
		if err != nil {
			return err
		}
		log := logs[name]
		log.Times[row.Revision] = r.recorder.When(at)
		if !last[name][row.Revision] {
			log.Past = append(log.Past, row)
		}
		logs[name] = log
		return nil
	})
	if err != nil {
		return fmt.Errorf("read what was stored: %w", err)
	}
	return nil
}

// kept reads the bodies that were replaced.
func (r *Run) kept(ctx context.Context) ([]history.Body, error) {
	conn, err := r.site.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT room, id, revision, body FROM message_versions WHERE room = ANY($1)`, r.Rooms)
	if err != nil {
		return nil, fmt.Errorf("read what was replaced: %w", err)
	}
	kept, err := pgx.CollectRows(rows, pgx.RowToStructByPos[history.Body])
	if err != nil {
		return nil, fmt.Errorf("read what was replaced: %w", err)
	}
	return append([]history.Body{}, kept...), nil
}
