package search

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// prepareRebuild empties the index. Without its GIN index it is filled many
// times as fast.
const prepareRebuild = `
	SET LOCAL maintenance_work_mem = '256MB';
	TRUNCATE search_messages, search_rooms;
	ALTER TABLE search_messages DISABLE TRIGGER USER; -- nothing is summed
	DROP INDEX IF EXISTS search_messages_terms, search_summaries_terms;
	DELETE FROM search_summaries;
` + makeBlocks + `;
	INSERT INTO search_rooms (room, position, floor) SELECT name, head, floor FROM rooms WHERE head > 0`

// makeBlocks makes blocks for the messages that there are, instead of those of
// before.
const makeBlocks = `
	WITH old AS (DELETE FROM search_blocks RETURNING no)
	INSERT INTO search_blocks (no, starts)
	SELECT (SELECT coalesce(max(no), 0) FROM old) + row_number() OVER (ORDER BY starts), starts
	FROM (
		SELECT timestamptz '0001-01-01 00:00:00+00' AS starts
		UNION
		SELECT created_at FROM (SELECT created_at, row_number() OVER (ORDER BY created_at) AS n FROM messages) AS said
		WHERE n % 1024 = 0
	) AS bounds`

const (
	indexMessages = `
		ALTER TABLE search_messages ENABLE TRIGGER USER;
		CREATE INDEX search_messages_terms ON search_messages USING gin (terms) WITH (fastupdate = off)`
	indexSummaries = `CREATE INDEX search_summaries_terms ON search_summaries USING gin (terms) WITH (fastupdate = off)`
)

// Rebuild makes the index anew, all at once: after messages were put into the
// database by the million, or if it should be wrong. The URL's role must own
// the schema. Searches fail meanwhile; posts don't.
func Rebuild(ctx context.Context, databaseURL string) (n int64, err error) {
	reader, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return 0, fmt.Errorf("connect to read messages: %w", err)
	}
	defer func() { err = errors.Join(err, reader.Close(ctx)) }()
	writer, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return 0, fmt.Errorf("connect to write index: %w", err)
	}
	defer func() { err = errors.Join(err, writer.Close(ctx)) }()
	err = pgx.BeginFunc(ctx, writer, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, indexerLock); err != nil {
			return fmt.Errorf("take the indexer's lock: %w", err)
		}
		if _, err := tx.Exec(ctx, prepareRebuild); err != nil {
			return fmt.Errorf("empty index: %w", err)
		}
		blocks, _, err := new(calendar).refresh(ctx, tx)
		if err != nil {
			return err
		}
		if n, err = copyAll(ctx, reader, tx, blocks); err != nil {
			return err
		}
		return finishRebuild(ctx, tx)
	})
	if err != nil {
		return 0, err
	}
	_, err = writer.Exec(ctx, `VACUUM (ANALYZE) search_messages, search_rooms, search_blocks, search_summaries`)
	if err != nil {
		return n, fmt.Errorf("gather statistics: %w", err)
	}
	return n, nil
}

// finishRebuild makes the indexes of what was copied, and sums its blocks.
func finishRebuild(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, indexMessages); err != nil {
		return fmt.Errorf("make GIN index: %w", err)
	}
	for more := true; more; {
		var err error
		if more, err = summarize(ctx, tx); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, indexSummaries); err != nil {
		return fmt.Errorf("make GIN index of summaries: %w", err)
	}
	return nil
}

// dropSummaries works on a schema without summaries, too: that of a backup which
// is older.
const dropSummaries = `
	DO $$ BEGIN
		IF to_regclass('search_summaries') IS NOT NULL THEN
			DELETE FROM search_summaries;
		END IF;
	END $$;`

// MakeBlocks readies the index for messages that were put into the database all
// at once, in a transaction of who did. If something is indexed already it does
// nothing.
func MakeBlocks(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, indexerLock); err != nil {
		return fmt.Errorf("take the indexer's lock: %w", err)
	}
	var empty bool
	err := tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM search_messages)`).Scan(&empty)
	if err == nil && empty {
		_, err = tx.Exec(ctx, dropSummaries+makeBlocks)
	}
	if err != nil {
		return fmt.Errorf("make blocks: %w", err)
	}
	return nil
}

// copyAll indexes all messages. What was committed after the positions of the
// rooms were noted is indexed once more later.
func copyAll(ctx context.Context, reader *pgx.Conn, writer pgx.Tx, blocks blocks) (int64, error) {
	rows, err := reader.Query(ctx, `
		SELECT m.room, r.kind, m.id, m.username, m.body, m.created_at
		FROM messages m JOIN rooms r ON r.name = m.room
		WHERE m.deleted_at IS NULL AND m.id > r.floor ORDER BY m.created_at`)
	if err != nil {
		return 0, fmt.Errorf("read messages: %w", err)
	}
	defer rows.Close()
	n, err := writer.CopyFrom(ctx, pgx.Identifier{"search_messages"}, []string{"room", "id", "at", "terms"}, pgx.CopyFromFunc(func() ([]any, error) {
		if !rows.Next() {
			return nil, rows.Err()
		}
		var m indexed
		if err := rows.Scan(&m.room, &m.kind, &m.id, &m.username, &m.body, &m.at); err != nil {
			return nil, err
		}
		return []any{m.room, m.id, m.at, m.terms(blocks)}, nil
	}))
	if err != nil {
		return 0, fmt.Errorf("copy into index: %w", err)
	}
	return n, nil
}
