package search

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/backing"
)

// replicaPatience is how long a replica may look, before the primary is asked.
const replicaPatience = patience

// mark is a place in the write-ahead log of the primary (LSN) behind all that was
// committed when a search knew what it looks for, and where: which messages are
// not indexed, and which blocks there are. A search goes through all rooms, so no
// one position tells whether a replica has what it asks for.
type mark string

// look runs a statement that looks through the index, on a replica that has
// replayed all up to a mark, or on the primary. take may be called twice.
func (s *Store) look(ctx context.Context, least mark, sql string, args []any, take func(pgx.Rows) error) error {
	answered := s.replicas.Read(ctx, replicaPatience, func(ctx context.Context, replica *pgxpool.Pool) error {
		return lookAt(ctx, replica, least, sql, args, take)
	})
	if answered {
		return nil
	}
	rows, err := s.index.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	return take(rows)
}

// local is what the sessions of a replica don't have.
var local = backing.Local(settings...)

// lookAt looks through the index of a replica. How far it has come is asked by a
// statement before: the snapshot of the one that looks is not older (READ
// COMMITTED). All is one round trip.
func lookAt(ctx context.Context, replica *pgxpool.Pool, least mark, sql string, args []any, take func(pgx.Rows) error) (err error) {
	batch := &pgx.Batch{}
	batch.Queue(`SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn`, string(least))
	batch.Queue(local)
	batch.Queue(sql, args...)
	results := replica.SendBatch(ctx, batch)
	defer func() { err = errors.Join(err, results.Close()) }()
	var reached bool
	if err := results.QueryRow().Scan(&reached); err != nil {
		return err
	}
	if !reached {
		return backing.ErrBehind
	}
	if _, err := results.Exec(); err != nil {
		return err
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	return take(rows)
}
