package bulk

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"parley/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestAsk(t *testing.T) {
	t.Parallel()
	pool := testkit.Database(t)
	const sql = `SELECT word, length(word)::int2 FROM unnest($1::text::text[]) AS word WHERE length(word) > 1`
	for range 2 {
		var got []string
		err := Ask(t.Context(), pool, sql, [][]byte{[]byte("{a,bc,déf}")}, func(values [][]byte) {
			got = append(got, string(values[0])+string('0'+rune(values[1][1])))
		})
		if err != nil || strings.Join(got, " ") != "bc2 déf3" {
			t.Errorf("%q, %v", got, err)
		}
	}
}

// An error, Postgres's or that of a context, leaves the connection usable or
// closed, never stuck.
func TestAskFails(t *testing.T) {
	t.Parallel()
	pool := testkit.Database(t)
	none := func([][]byte) { t.Error("there is a row") }
	var refused *pgconn.PgError
	if err := Ask(t.Context(), pool, `SELECT $1::text::int8[]`, [][]byte{[]byte("{x}")}, none); !errors.As(err, &refused) {
		t.Errorf("what is no number: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Ask(ctx, pool, `SELECT 1`, nil, none); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of its context: %v", err)
	}
	rows := 0
	if err := Ask(t.Context(), pool, `SELECT 1`, nil, func([][]byte) { rows++ }); err != nil || rows != 1 {
		t.Errorf("%d rows, %v", rows, err)
	}
}
