package backup

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// order lists the tables that are kept, and the columns of their order. A table
// comes after those that it refers to.
var order = []struct{ name, by string }{
	{"users", "username"},
	{avatars, "username"},
	{"rooms", "name"},
	{"memberships", "username, room"},
	{"messages", "room, id"},
	{"message_versions", "room, id, revision"},
	{"renderings", "renderer"},
	{"invites", "code"},
	{"audit", "id"},
	{"secrets", "name"},
}

// left lists those that are not: sessions end with a deployment, the index of
// the search is made anew, no client goes on from a position of before a restore, and the schema has its version from the migrations.
var left = []string{"sessions", "room_profiles", "search_messages", "search_rooms", "search_blocks", "search_summaries", "schema_migrations"}

// avatars is not in all schemas of which there are backups.
const avatars = "avatars"

// table is one that is kept.
type table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
}

func (t table) name() string { return pgx.Identifier{t.Name}.Sanitize() }

func (t table) columns() string {
	quoted := make([]string, len(t.Columns))
	for i, column := range t.Columns {
		quoted[i] = pgx.Identifier{column}.Sanitize()
	}
	return strings.Join(quoted, ", ")
}

func (t table) order() string {
	for _, o := range order {
		if o.name == t.Name {
			return o.by
		}
	}
	return "1"
}

// kept returns the tables of the database that are kept, with their columns, in
// the order in which they can be filled. A table that this package doesn't know
// is an error: a backup that leaves something out by accident is none.
func kept(ctx context.Context, tx pgx.Tx) ([]table, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
			AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
		GROUP BY c.relname`)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[table])
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	var tables []table
	for _, o := range order {
		i := slices.IndexFunc(found, func(t table) bool { return t.Name == o.name })
		if i < 0 && o.name == avatars {
			continue
		}
		if i < 0 {
			return nil, fmt.Errorf("there is no table %s: run `messages migrate` first", o.name)
		}
		tables = append(tables, found[i])
	}
	for _, t := range found {
		known := slices.Contains(left, t.Name) || slices.ContainsFunc(tables, func(k table) bool { return k.Name == t.Name })
		if !known {
			return nil, fmt.Errorf("the table %s is not known here: a backup would lack it", t.Name)
		}
	}
	return tables, nil
}

// schema returns the version of the schema.
func schema(ctx context.Context, tx pgx.Tx) (version uint, err error) {
	var dirty bool
	if err := tx.QueryRow(ctx, `SELECT version, dirty FROM schema_migrations`).Scan(&version, &dirty); err != nil {
		return 0, fmt.Errorf("read version of the schema: %w", err)
	}
	if dirty {
		return 0, fmt.Errorf("a migration to version %d has failed half-way: mend it first", version)
	}
	return version, nil
}
