// Package bulk asks Postgres about thousands of things at once, every second.
//
// Asked the usual way, pgx would make garbage of each thing, and each of its
// connections would keep the last question. For streams on which nothing
// happens that would be more memory than their own. So a question is put into
// one value, in memory that its owner uses again.
package bulk

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// binary is Postgres's format of all values, in both directions.
var binary = []int16{1}

// Ask runs sql, and calls row for each row of its answer. All values are in
// Postgres's binary form: that of text is its bytes. Values are good until row
// returns.
func Ask(ctx context.Context, pool *pgxpool.Pool, sql string, params [][]byte, row func(values [][]byte)) error {
	return pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error {
		answer := c.Conn().PgConn().ExecParams(ctx, sql, params, nil, binary, binary)
		for answer.NextRow() {
			row(answer.Values())
		}
		_, err := answer.Close()
		return err
	})
}
