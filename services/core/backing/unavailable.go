package backing

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"
)

// Code returns the SQLSTATE with which Postgres refused a statement, or "" if
// err is not such a refusal.
func Code(err error) string {
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return ""
}

// passing are the SQLSTATEs, or their beginnings, that will go away by
// themselves (PostgreSQL documentation, appendix A).
var passing = []string{
	"08",    // connection exception
	"0A000", // feature not supported: a prepared statement whose result a migration has changed
	"25006", // read-only transaction: a standby, in the middle of a failover
	"40",    // transaction rollback: serialization failure, deadlock
	"42P01", // undefined table, and
	"42703", // undefined column: the migration is still to come
	"53",    // insufficient resources: too many connections, disk full
	"55000", // not in prerequisite state: a standby that was taken for the primary
	"55P03", // lock not available
	"57",    // operator intervention: shutdown, starting up, statement timeout
	"58",    // system error: I/O
	"XX",    // internal error
}

// Unavailable reports whether err says that Postgres couldn't be reached or
// couldn't do its work just now: asking again later can help.
func Unavailable(err error) bool {
	if code := Code(err); code != "" {
		for _, prefix := range passing {
			if strings.HasPrefix(code, prefix) {
				return true
			}
		}
		return false
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, errSettings) ||
		errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, pgconn.ErrConnClosed) || errors.Is(err, puddle.ErrClosedPool) ||
		pgconn.Timeout(err) || pgconn.SafeToRetry(err)
}
