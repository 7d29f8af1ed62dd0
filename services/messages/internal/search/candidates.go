package search

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
	"parley/core/chat"
	"parley/core/history"
)

// candidate is a message that the index takes for a hit.
type candidate struct {
	place   history.Place
	message chat.Message
	gone    bool // deleted since it was indexed
}

// ask is what candidates are asked for by.
type ask struct {
	username string
	// A set of terms for each alternative, as arrays of Postgres: all that a block
	// must have, and the few by which a message is found in it. To look for each
	// takes its time, and all of them find hardly less.
	inBlock, inMessage []string
	rooms              []term // nil: of any room
	step               step
	before             history.Place
	since              time.Time
	limit              int
	mark               mark
}

// The planner is told no more than to go by index, step by step (see
// [OpenPool]), so the statement says in which order: first which blocks may have
// the terms, the newest first; then, block by block until there are enough, the
// index yields what the block has, which is put in order; then the newest of
// these are asked for access, one by one.
var (
	selectAnywhere = selectCandidates("")
	selectInRooms  = selectCandidates(`AND terms && $11::int4[]`)
)

func selectCandidates(condition string) string {
	return `
	SELECT hit.room, hit.id, hit.at, ` + history.Columns + `
	FROM (
		SELECT found.room, found.id, found.at
		FROM users p, (
			SELECT summed.no, wanted.in_message AS terms
			FROM unnest($2::text[], $10::text[]) AS texts (in_block, in_message), LATERAL (
				SELECT texts.in_block::int4[], texts.in_message::int4[] OFFSET 0 -- read once
			) AS wanted (in_block, in_message), LATERAL (
				SELECT no FROM search_blocks WHERE summed IS NOT TRUE AND no BETWEEN $3 AND $4
				UNION SELECT block FROM search_summaries WHERE terms @> wanted.in_block AND block BETWEEN $3 AND $4
			) AS summed
			ORDER BY summed.no DESC
		) AS block, LATERAL (
			SELECT indexed.room, indexed.id, indexed.at
			FROM (
				SELECT room, id, at FROM search_messages
				WHERE terms @> ARRAY[-2 * block.no - 1] AND terms @> block.terms ` + condition + `
					AND (at, room, id) < ($5, $6, $7) AND at >= $8
				ORDER BY at DESC, room DESC, id DESC
			) AS indexed
			JOIN rooms r ON r.name = indexed.room
			LEFT JOIN memberships m ON m.username = p.username AND m.room = indexed.room
			WHERE ` + access.Read + ` AND indexed.id > r.floor
			ORDER BY indexed.at DESC, indexed.room DESC, indexed.id DESC
			LIMIT $9
		) AS found
		WHERE p.username = $1
		ORDER BY block.no DESC, found.at DESC, found.room DESC, found.id DESC
		LIMIT $9
	) AS hit
	LEFT JOIN messages said ON said.room = hit.room AND said.id = hit.id AND said.deleted_at IS NULL
	ORDER BY hit.at DESC, hit.room DESC, hit.id DESC`
}

// candidates returns the newest candidates, newest first. One of several
// alternatives may come several times.
func (s *Store) candidates(ctx context.Context, a ask) (found []candidate, err error) {
	sql, args := selectAnywhere, []any{a.username, a.inBlock, a.step.oldest, a.step.newest, a.before.At, a.before.Room, a.before.ID, a.since, a.limit, a.inMessage}
	if a.rooms != nil {
		sql, args = selectInRooms, append(args, a.rooms)
	}
	err = s.look(ctx, a.mark, sql, args, func(rows pgx.Rows) error {
		found = nil
		var one candidate
		var said history.Reader
		_, err := pgx.ForEachRow(rows, append([]any{&one.place.Room, &one.place.ID, &one.place.At}, said.Targets()...), func() error {
			message, ok := said.Message(one.place.Room)
			found = append(found, candidate{one.place, message, !ok})
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search index: %w", err)
	}
	return found, nil
}

// arrays writes sets of terms as Postgres reads them: it has no arrays of arrays
// of different lengths.
func arrays(sets [][]term) (all []string) {
	for _, set := range sets {
		all = append(all, array(set))
	}
	return all
}

func array(terms []term) string {
	b := append(make([]byte, 0, 12*len(terms)+2), '{')
	for i, t := range terms {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(t), 10)
	}
	return string(append(b, '}'))
}

// older reports whether a stands before b in time.
func older(a, b history.Place) bool { return compare(a, b) < 0 }

// compare compares places as the statement orders them.
func compare(a, b history.Place) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	if c := strings.Compare(a.Room, b.Room); c != 0 {
		return c
	}
	return int(min(max(a.ID-b.ID, -1), 1))
}

// newestFirst puts hits in order.
func newestFirst(hits []candidate) {
	slices.SortFunc(hits, func(a, b candidate) int { return compare(b.place, a.place) })
}
