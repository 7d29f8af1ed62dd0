package search

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/core/backing"
	"parley/core/history"
	"parley/core/serve"
)

const (
	// poolSize is how many searches are under way at once. Others wait.
	poolSize = 8
	// patience is how long a search may take in all, before it answers with what
	// it has found; statementTimeout is for one statement of it.
	patience         = 2 * time.Second
	statementTimeout = "3000" // ms
	// maxCandidates is how many messages a search looks at before it answers with
	// what it has found.
	maxCandidates = 20_000
)

// OpenPool returns the pool of searches. Their statements are always the same,
// and know best themselves in which order to do things.
func OpenPool(ctx context.Context, databaseURL, service string, options ...backing.Option) (*backing.Tuned, error) {
	for _, s := range settings {
		options = append(options, s)
	}
	return backing.OpenTuned(ctx, databaseURL, service, poolSize, options...)
}

// settings are those of every statement of a search.
var settings = []backing.Setting{
	{Name: "statement_timeout", Value: statementTimeout},
	{Name: "plan_cache_mode", Value: "force_generic_plan"},
	{Name: "enable_seqscan", Value: "off"},
	{Name: "enable_hashjoin", Value: "off"},
	{Name: "enable_mergejoin", Value: "off"},
	{Name: "enable_material", Value: "off"},
	{Name: "enable_memoize", Value: "off"},
	{Name: "jit", Value: "off"},
	{Name: "max_parallel_workers_per_gather", Value: "0"},
	{Name: "work_mem", Value: "16MB"},
}

// Store searches.
type Store struct {
	index    *backing.Tuned // see [OpenPool]
	main     *pgxpool.Pool
	replicas *backing.Replicas // nil: there are none
	gate     *gate
	most     int // candidates that a search looks at before it leaves off

	calendar calendar

	mu    sync.Mutex
	clean string // a snapshot in which everything was indexed; "" for none
}

// NewStore returns a store on a pool of [OpenPool] and another. Where there are
// replicas, they are looked through.
func NewStore(index *backing.Tuned, main *pgxpool.Pool, replicas *backing.Replicas) *Store {
	return &Store{index: index, main: main, replicas: replicas, gate: newGate(), most: maxCandidates}
}

// Searches tells how many searches are under way, and wait for a place.
func (s *Store) Searches() serve.Places { return s.gate.searches() }

// opening is what a search asks first.
type opening struct {
	allowed  bool   // there is such a person, who isn't banned
	rooms    []term // that a guest may read; nil for any
	blocks   blocks
	current  bool // the blocks are: the index was not made anew
	snapshot string
	mark     mark // behind all of this
}

// maxRooms is to how many of a guest's rooms the index is asked to keep. Who is
// in more, or may read open rooms, is asked for access to each message anyway.
const maxRooms = 64

// open asks who searches, and which blocks there are. It is one round trip.
//
// The rooms only spare the looking at what will not be shown: every statement
// that reads messages asks for access itself.
func (s *Store) open(ctx context.Context, username string) (o opening, err error) {
	known := s.calendar.blocks()
	batch := &pgx.Batch{}
	batch.Queue(`
		SELECT p.role = 'guest', ARRAY(SELECT room FROM memberships WHERE username = p.username AND member AND p.role = 'guest' LIMIT $2), `+backing.Moment+`
		FROM users p WHERE p.username = $1 AND p.banned_at IS NULL`, username, maxRooms+1)
	batch.Queue(selectBlocks, known.next())
	results := s.index.SendBatch(ctx, batch)
	defer func() { err = errors.Join(err, results.Close()) }()
	var guest bool
	var rooms []string
	switch err := results.QueryRow().Scan(&guest, &rooms, &o.snapshot); {
	case errors.Is(err, pgx.ErrNoRows):
		return opening{}, nil
	case err != nil:
		return opening{}, fmt.Errorf("open search: %w", err)
	}
	rows, err := results.Query()
	if err != nil {
		return opening{}, fmt.Errorf("open search: %w", err)
	}
	o.allowed = true
	if guest && len(rooms) <= maxRooms {
		o.rooms = roomTerms(rooms)
	}
	o.blocks, o.mark, o.current, err = s.calendar.take(rows, known)
	return o, err
}

func roomTerms(rooms []string) []term {
	terms := make([]term, 0, len(rooms))
	for _, room := range rooms {
		terms = append(terms, termOf(kindRoom, room))
	}
	return terms
}

// maxSets bounds the sets of terms that the index is asked for at a time.
const maxSets = 16

// narrow returns the sets of terms to ask the index for, and the rooms to keep
// to. Of few rooms each is part of sets of its own: blocks are passed over in
// which the one room isn't.
func (o *opening) narrow(wanted [][]term) (sets []string, rooms []term) {
	if o.rooms == nil || len(wanted)*len(o.rooms) > maxSets {
		return arrays(wanted), o.rooms
	}
	for _, terms := range wanted {
		for _, room := range o.rooms {
			sets = append(sets, array(append([]term{room}, terms...)))
		}
	}
	return sets, nil
}

// unindexed returns the messages that were committed and not indexed when it was
// called, as username may read them. Nothing has been committed since it found
// none as long as the snapshot is the same. Afterwards o has all blocks in which
// others are.
func (s *Store) unindexed(ctx context.Context, username string, o *opening) (found []candidate, err error) {
	s.mu.Lock()
	clean := s.clean == o.snapshot
	s.mu.Unlock()
	if clean && o.current {
		return nil, nil
	}
	late, snapshot, err := s.findTail(ctx)
	if err != nil {
		return nil, err
	}
	if len(late.rooms) == 0 {
		s.mu.Lock()
		s.clean = snapshot
		s.mu.Unlock()
	} else if found, err = s.readTail(ctx, username, late); err != nil {
		return nil, err
	}
	o.blocks, o.mark, err = s.calendar.refresh(ctx, s.index)
	return found, err
}

// end is after every message.
var end = history.Place{At: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}
