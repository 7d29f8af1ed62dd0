package search

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// maxSummary is how many messages a block has at most that is summed. Blocks are
// as large as that when very much has the same time.
const maxSummary = 16 * blockSize

// A block is summed when nothing waits to be indexed, so that nearly all of it is
// there. What is indexed later, such as an edit, the database adds by itself: see
// the migration.
const sumBlock = `
	WITH block AS (
		SELECT no FROM search_blocks
		WHERE summed IS NOT TRUE -- of which there is an index
			AND summed IS NULL AND no < (SELECT max(no) FROM search_blocks)
		ORDER BY no DESC LIMIT 1
	), said AS MATERIALIZED (
		SELECT indexed.terms FROM block, LATERAL (
			SELECT terms FROM search_messages WHERE terms @> ARRAY[-2 * block.no - 1] LIMIT $1 + 1
		) AS indexed
	), size AS (
		SELECT count(*) <= $1 AS fits FROM said
	), summary AS (
		INSERT INTO search_summaries (block, terms)
		SELECT block.no, array_agg(DISTINCT term) FROM block, size, said, unnest(said.terms) AS term
		WHERE size.fits GROUP BY block.no
	)
	UPDATE search_blocks b SET summed = size.fits FROM block, size WHERE b.no = block.no`

// summarize sums the newest block that was not summed yet, but not the last,
// which grows. made is false if there is none. The caller has the indexer's lock.
func summarize(ctx context.Context, tx pgx.Tx) (made bool, err error) {
	if _, err := tx.Exec(ctx, `SET LOCAL enable_seqscan = off`); err != nil {
		return false, fmt.Errorf("sum a block: %w", err)
	}
	tag, err := tx.Exec(ctx, sumBlock, maxSummary)
	if err != nil {
		return false, fmt.Errorf("sum a block: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}
