// Package demo fills a new Parley with people, rooms and what they have said in
// the last days: for trying it out, for pictures, for tests and measurements.
//
//	messages demo [-messages 4000] [-password …] [-force]
//
// What is old is written by SQL, as the service would have written it then: a
// room's positions are dense, and what was changed has a later one. The rooms,
// who is in them, and what was said just now come about by the parts of the
// service that do such things, and are told by Redis.
//
// Who says what is always the same, but for the day of the week.
package demo

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/messages/internal/account"
	"parley/messages/internal/change"
	"parley/messages/internal/membership"
	"parley/messages/internal/message"
	"parley/messages/internal/publish"
	"parley/messages/internal/room"
	"parley/messages/internal/search"
)

// ErrNotEmpty is returned for a database in which something was said.
var ErrNotEmpty = errors.New("there are messages already: -force adds to them")

const (
	connections     = 4
	defaultMessages = 4000
	maxMessages     = 10_000_000
	// rebuildFrom is how many messages are indexed for the search at once, where
	// the role may; of fewer the service takes care.
	rebuildFrom = 50_000
)

// Config is what the command line needs of the configuration.
type Config struct {
	DatabaseURL, RedisURL string
}

// demo is what a run works with.
type demo struct {
	pool      *pgxpool.Pool
	commits   *backing.Tuned
	redis     redis.UniversalClient
	publisher *publish.Publisher
	keeper    *account.Keeper
	rooms     *room.Store
	members   *membership.Store
	committer *change.Committer
	amender   *message.Amender
	out       io.Writer
}

// Run does what args say, and prints to out how to sign in.
func Run(ctx context.Context, cfg Config, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("messages demo", flag.ContinueOnError)
	flags.SetOutput(out)
	messages := flags.Int("messages", defaultMessages, "how many `messages` there are to be")
	password := flags.String("password", account.NewPassword(), "the `password` of everybody, instead of one that is made up")
	force := flags.Bool("force", false, "add to a database in which there are messages")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("read arguments: %w", err)
	}
	if flags.NArg() > 0 || *messages < 1 || *messages > maxMessages {
		return fmt.Errorf("want at most %d messages, and no other arguments", maxMessages)
	}
	d, err := open(ctx, cfg, out)
	if err != nil {
		return err
	}
	defer d.close()
	if err := d.mayFill(ctx, *force); err != nil {
		return err
	}
	return d.fill(ctx, cfg.DatabaseURL, *messages, *password)
}

func open(ctx context.Context, cfg Config, out io.Writer) (d *demo, err error) {
	d = &demo{out: out}
	defer func() {
		if err != nil {
			d.close()
		}
	}()
	// A million messages take longer than a request may.
	if d.pool, err = backing.Postgres(ctx, cfg.DatabaseURL, "messages demo", connections, backing.Setting{Name: "statement_timeout", Value: "0"}); err != nil {
		return nil, err
	}
	if d.commits, err = change.OpenPool(ctx, cfg.DatabaseURL, "messages demo commit"); err != nil {
		return nil, err
	}
	if d.redis, err = backing.Redis(cfg.RedisURL, "messages demo"); err != nil {
		return nil, err
	}
	if d.keeper, err = account.NewKeeper(d.pool); err != nil {
		return nil, err
	}
	log, metrics := slog.New(slog.DiscardHandler), prometheus.NewRegistry()
	d.publisher = publish.New(d.redis, log, metrics)
	changes := change.NewApplier(d.pool, d.publisher.Event)
	d.rooms, d.members = room.NewStore(d.pool, changes), membership.NewStore(d.pool, changes)
	d.committer = change.New(d.commits, d.publisher.Event, log, metrics)
	d.amender = message.NewAmender(d.pool, changes, true)
	return d, nil
}

func (d *demo) close() {
	if d.committer != nil {
		d.committer.Close()
		d.amender.Close()
		d.publisher.Close()
	}
	if d.redis != nil {
		_ = d.redis.Close() // nothing is left in it
	}
	d.commits.Close()
	if d.pool != nil {
		d.pool.Close()
	}
}

// mayFill makes sure that nobody's conversations are mixed with those of the
// demo by mistake.
func (d *demo) mayFill(ctx context.Context, force bool) error {
	var said bool
	if err := d.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM messages)`).Scan(&said); err != nil {
		return fmt.Errorf("look for messages: %w", err)
	}
	if said && !force {
		return ErrNotEmpty
	}
	return nil
}

// fill makes everything.
func (d *demo) fill(ctx context.Context, databaseURL string, messages int, password string) error {
	began := time.Now()
	made, err := d.makePeople(ctx, password)
	if err != nil {
		return err
	}
	if !made {
		password = "that " + people[0].username + " has already"
	}
	rooms, err := d.makeRooms(ctx, messages)
	if err != nil {
		return err
	}
	if err := d.write(ctx, rooms, messages, began); err != nil {
		return err
	}
	if err := d.speak(ctx, rooms, messages); err != nil {
		return err
	}
	if err := d.markRead(ctx, rooms); err != nil {
		return err
	}
	if err := d.index(ctx, databaseURL, messages); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "%d people said %d things in %d rooms, in %s. Sign in as %s, with the password\n%s\n",
		len(people), messages, len(rooms), time.Since(began).Round(time.Second/10), people[0].username, password)
	return nil
}

// index has very many messages indexed for the search at once, if the role owns
// the schema. What it isn't, the service does by and by.
func (d *demo) index(ctx context.Context, databaseURL string, messages int) error {
	var owner bool
	err := d.pool.QueryRow(ctx, `SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'search_messages'::regclass`).Scan(&owner)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("look for the owner: %w", err)
	}
	if !owner || messages < rebuildFrom {
		return nil
	}
	if _, err := d.pool.Exec(ctx, `VACUUM (ANALYZE) messages, rooms, memberships, users`); err != nil {
		return fmt.Errorf("gather statistics: %w", err)
	}
	_, err = search.Rebuild(ctx, databaseURL)
	return err
}
