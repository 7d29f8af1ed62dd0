// Package bench measures Parley beside what bounds it: the floor, which is the
// least that a naive fan-out costs, and pgbench, which is what the same
// Postgres does with the same rows when nothing stands before it.
//
//	load (this process) ── streams, posts ──▶ Parley         stream, messages, Postgres, Redis
//	     two threads     ├──────────────────▶ floor          one process
//	                     ├─▶ nginx ─────────▶ Parley         the gateway of `make up`
//	                     └─▶ nginx ─────────▶ floor          the same configuration, over TCP
//
// All of it runs on one machine and shares its processors, so numbers are
// compared only where they were taken in turn: A B A B, a ratio for each pair of
// neighbours, and of the ratios the median and the range. Before that,
// everything runs warm.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/proc"
)

// Config says what to measure.
type Config struct {
	Rows      []string // names of [Rows]; none means all
	Quick     bool     // one short round each: shows that it works, not how fast
	Bin       string   // holds the programs messages and stream
	NginxConf string
	Results   string    // file of the results, pictures beside it; "" writes none
	Costs     string    // file of the costs that the row scale measures; "" reads and writes none
	Profiles  string    // folder for the services' CPU profiles; "" takes none
	Out       io.Writer // gets progress and the table
	Peer      Peer
}

// row is a measurement that can be asked for by name.
type row struct {
	name string
	run  func(*bench, context.Context) error
	own  bool // it starts what it measures itself
}

// The idle rows come first: memory is only told on servers that are new.
var rows = []row{
	{name: "idle", run: (*bench).idle},
	{name: "nginx-idle", run: (*bench).gatewayIdle},
	{name: "rooms-idle", run: (*bench).roomsIdle},
	{name: "rooms-open", run: (*bench).roomsOpen},
	{name: "rooms-list", run: (*bench).roomsList},
	{name: "paced", run: (*bench).paced},
	{name: "fanout", run: (*bench).fanout},
	{name: "posts", run: (*bench).posts},
	{name: "storm", run: (*bench).storm},
	{name: "quiet", run: (*bench).quiet},
	{name: "nginx", run: (*bench).gateway},
	{name: "redis", run: (*bench).redis},
	{name: "growth", run: (*bench).growth},
	{name: "crowd", run: (*bench).crowd, own: true},
	{name: "scale", run: (*bench).scale, own: true},
	{name: "presence", run: (*bench).presence, own: true},
	{name: "search", run: (*bench).search},
	{name: "pages", run: (*bench).pages},
	{name: "pages-grown", run: (*bench).pagesGrown},
}

// Rows returns the names of all rows.
func Rows() (names []string) {
	for _, r := range rows {
		names = append(names, r.name)
	}
	return names
}

// bench is a run.
type bench struct {
	cfg    Config
	began  time.Time
	dir    string // temporary
	system *system
	reader *load.Reader
	report *report

	populated bool // people are in the rooms of the rows about rooms

	parley, floor               *subject // reached directly
	gatewayParley, gatewayFloor *subject // through nginx
	peer                        *subject // nil if there is none
}

// Run measures and reports. The stack, the floor and their files are gone when
// it returns.
func Run(ctx context.Context, cfg Config) (err error) {
	for _, name := range cfg.Rows {
		if !slices.Contains(Rows(), name) {
			return fmt.Errorf("no row is called %q: there are %q", name, Rows())
		}
	}
	b := &bench{cfg: cfg, began: time.Now()}
	if b.dir, err = temporary(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	b.report = &report{machine: proc.Machine(b.dir), commit: commit(ctx), began: b.began, quick: cfg.Quick}
	if b.reader, err = load.NewReader(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.reader.Close()) }()
	if slices.ContainsFunc(b.asked(), func(r row) bool { return !r.own }) {
		var stop func() error
		stop, err = b.start(ctx)
		defer func() { err = errors.Join(err, stop()) }()
		if err != nil {
			return err
		}
	}
	if err := b.runRows(ctx); err != nil {
		return err
	}
	b.report.took = time.Since(b.began)
	return b.publish()
}

// asked returns the rows that are to be run.
func (b *bench) asked() []row {
	return slices.DeleteFunc(slices.Clone(rows), func(r row) bool {
		return len(b.cfg.Rows) > 0 && !slices.Contains(b.cfg.Rows, r.name)
	})
}

func (b *bench) runRows(ctx context.Context) error {
	for _, r := range b.asked() {
		b.logf("row %s", r.name)
		if err := r.run(b, ctx); err != nil {
			err = fmt.Errorf("row %s: %w", r.name, err)
			if b.system != nil {
				err = fmt.Errorf("%w\n%s", err, b.system.said())
			}
			return err
		}
	}
	return nil
}

// publish prints the table and writes the results.
func (b *bench) publish() error {
	fmt.Fprintf(b.cfg.Out, "\n%s", b.report.markdown())
	if b.cfg.Results == "" {
		return nil
	}
	if err := os.WriteFile(b.cfg.Results, []byte(b.report.markdown()), 0o644); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	if svg := b.report.picture(); svg != "" {
		path := filepath.Join(filepath.Dir(b.cfg.Results), growthPicture)
		if err := os.WriteFile(path, []byte(svg), 0o644); err != nil {
			return fmt.Errorf("write picture: %w", err)
		}
	}
	return nil
}

func (b *bench) logf(format string, args ...any) {
	fmt.Fprintf(b.cfg.Out, "%7.1fs  %s\n", time.Since(b.began).Seconds(), fmt.Sprintf(format, args...))
}

// full returns one of two values: for a run that counts, or a quick one.
func full[T any](b *bench, value, quick T) T {
	if b.cfg.Quick {
		return quick
	}
	return value
}

// temporary makes the folder of a run. Postgres's account must get into it.
func temporary() (string, error) {
	dir, err := os.MkdirTemp("", "parley-bench-")
	if err != nil {
		return "", fmt.Errorf("make folder: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", fmt.Errorf("open folder: %w", err)
	}
	return dir, nil
}
