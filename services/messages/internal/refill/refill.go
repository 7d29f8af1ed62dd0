// Package refill holds what a restore and an import have in common: both fill
// an empty database in one transaction, while the services may be running.
//
//	Begin   locks out writers, makes sure that nobody is there yet, and takes
//	        away what the migrations have put there
//	…       rows are copied
//	Finish  has all logs go on at positions that nobody was ever given
package refill

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/messages/internal/search"
)

// ErrNotEmpty is returned for a database that has people or messages in it.
var ErrNotEmpty = errors.New("the database is not empty: make a new one, run `messages migrate` on it, and try again")

// lock keeps writers out, and lets readers see the empty database until the
// end. A role's own timeouts are no use here: it takes as long as it takes.
const lock = `
	SET LOCAL statement_timeout = 0;
	SET LOCAL idle_in_transaction_session_timeout = 0;
	LOCK TABLE users, rooms, messages, memberships, invites, audit, message_versions, secrets, renderings
		IN SHARE ROW EXCLUSIVE MODE`

// isEmpty knows what migrations put into a database, and what a service does
// that starts on one.
const isEmpty = `
	SELECT NOT EXISTS (SELECT FROM users) AND NOT EXISTS (SELECT FROM messages) AND NOT EXISTS (SELECT FROM memberships)
		AND NOT EXISTS (SELECT FROM invites) AND NOT EXISTS (SELECT FROM audit) AND NOT EXISTS (SELECT FROM message_versions)
		AND NOT EXISTS (SELECT FROM rooms WHERE name <> 'general' OR head > 0)`

// sweep also takes what an index may be left with whose messages were deleted by
// hand: it would pass over what is filled in.
const sweep = `
	DELETE FROM rooms;
	DELETE FROM renderings;
	DELETE FROM search_messages;
	DELETE FROM search_rooms`

// Begin begins to fill the database in tx, whose role must own the schema. It
// returns [ErrNotEmpty] where there is something already.
func Begin(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, lock); err != nil {
		return fmt.Errorf("keep writers out: %w", err)
	}
	var empty bool
	if err := tx.QueryRow(ctx, isEmpty).Scan(&empty); err != nil {
		return fmt.Errorf("look whether the database is empty: %w", err)
	}
	if !empty {
		return ErrNotEmpty
	}
	if _, err := tx.Exec(ctx, sweep); err != nil {
		return fmt.Errorf("clear what migrations made: %w", err)
	}
	return nil
}

// goOn raises the heads of all logs to the present time, in ten-thousandths of
// a second since 1970. A client of before, and everything that is kept by room
// and head, may have any position that the logs had until they were lost, which
// is more than what was filled in. Nobody was handed one of these: no log takes
// ten thousand changes a second for years. All clients of before are further
// behind than REPLAY_LIMIT, and are told `reset`. Positions stay below 2^48,
// which the stream service needs, until the year 2861. A clock that is behind
// the head of a log raises it all the same.
const goOn = `
	WITH now AS (SELECT floor(extract(epoch FROM clock_timestamp()) * 10000)::bigint AS position),
	rooms AS (UPDATE rooms SET head = greatest(now.position, head + 100000000) FROM now)
	UPDATE users SET head = greatest(now.position, head + 100000000) FROM now`

const countOn = `
	SELECT setval(pg_get_serial_sequence('audit', 'id'), max(id)) FROM audit HAVING max(id) IS NOT NULL`

// Finish ends it: every log goes on at a position that nobody has been given,
// and the index of the search is ready to take up the messages, which the
// service does in the background.
func Finish(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, goOn); err != nil {
		return fmt.Errorf("raise heads: %w", err)
	}
	if _, err := tx.Exec(ctx, countOn); err != nil {
		return fmt.Errorf("go on with the numbers of the audit: %w", err)
	}
	return search.MakeBlocks(ctx, tx)
}

// Analyze gathers statistics of the tables that were filled, without which
// Postgres reads them in slow ways for a while.
func Analyze(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, `ANALYZE users, rooms, messages, memberships, message_versions`); err != nil {
		return fmt.Errorf("gather statistics: %w", err)
	}
	return nil
}
