package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/stat"
)

// pgbench inserts rows like ours into a table like ours, one a transaction, with
// nothing before Postgres: no HTTP, no session, no counter of the room, no
// publish, no foreign key.
type pgbench struct {
	program, script, dir string
	host, port, password string
	runs                 int
}

// inserted is what one run came to.
type inserted struct {
	rate    float64
	latency stat.Histogram // of a sample
}

// sampled is the share of transactions of which pgbench notes the latency: noting
// all of them would slow it down.
const sampled = 0.1

func (b *bench) newPgbench(ctx context.Context) (*pgbench, error) {
	_, err := b.system.pool.Exec(ctx, fmt.Sprintf(`
		CREATE TABLE bench_messages (LIKE messages INCLUDING ALL);
		CREATE SEQUENCE bench_position START %d CACHE 100`, afterThose))
	if err != nil {
		return nil, fmt.Errorf("make a table like messages: %w", err)
	}
	p := &pgbench{dir: filepath.Join(b.dir, "pgbench")}
	if p.program, err = pgbenchProgram(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return nil, fmt.Errorf("make folder of pgbench: %w", err)
	}
	p.script = filepath.Join(p.dir, "insert.sql")
	script := fmt.Sprintf(`\set n random(0, %d)
\set u random(0, %d)
INSERT INTO bench_messages (room, id, revision, username, body, client_id, created_at)
SELECT 'spread-' || :n, position, position, 'bench-' || :u, '%s', '~' || position, clock_timestamp()
FROM (SELECT nextval('bench_position') AS position) next;
`, postRooms-1, postConnections-1, load.Body(bodySize))
	if err := os.WriteFile(p.script, []byte(script), 0o644); err != nil {
		return nil, fmt.Errorf("write script of pgbench: %w", err)
	}
	address, err := url.Parse(b.system.stack.DatabaseURL())
	if err != nil {
		return nil, fmt.Errorf("read address of the database: %w", err)
	}
	p.host, p.port = address.Hostname(), address.Port()
	p.password, _ = address.User.Password()
	return p, nil
}

// pgbenchProgram finds pgbench, which Debian wraps in a slow script in PATH and
// keeps beside the server.
func pgbenchProgram() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if err == nil && len(found) > 0 {
		slices.Sort(found)
		return found[len(found)-1], nil
	}
	path, err := exec.LookPath("pgbench")
	if err != nil {
		return "", fmt.Errorf("pgbench is not installed (Debian: apt-get install postgresql): %w", err)
	}
	return path, nil
}

var rateLine = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)

func (p *pgbench) run(ctx context.Context, during time.Duration) (*inserted, error) {
	p.runs++
	prefix := filepath.Join(p.dir, "run-"+strconv.Itoa(p.runs))
	cmd := exec.CommandContext(ctx, p.program, "-h", p.host, "-p", p.port, "-U", "postgres", "-n",
		"-c", strconv.Itoa(postConnections), "-j", "2", "-M", "prepared", "-T", strconv.Itoa(max(int(during.Seconds()), 1)),
		"-f", p.script, "-l", "--sampling-rate", strconv.FormatFloat(sampled, 'g', -1, 64), "--log-prefix", prefix, "postgres")
	cmd.Env = append(os.Environ(), "PGPASSWORD="+p.password)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("pgbench: %w\n%s", err, out)
	}
	match := rateLine.FindSubmatch(out)
	if match == nil {
		return nil, fmt.Errorf("pgbench told no rate:\n%s", out)
	}
	result := &inserted{}
	if result.rate, err = strconv.ParseFloat(string(match[1]), 64); err != nil {
		return nil, fmt.Errorf("read rate of pgbench: %w", err)
	}
	logs, err := filepath.Glob(prefix + ".*")
	if err != nil || len(logs) == 0 {
		return nil, errors.Join(errors.New("pgbench left no log"), err)
	}
	for _, log := range logs {
		if err := result.read(log); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// read adds the latencies of a log, whose third field is one in µs.
func (i *inserted) read(log string) error {
	text, err := os.ReadFile(log)
	if err != nil {
		return fmt.Errorf("read log of pgbench: %w", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 3 {
			continue
		}
		us, err := strconv.ParseInt(fields[2], 10, 64)
		if err != nil {
			return fmt.Errorf("read log of pgbench: %w", err)
		}
		i.latency.Record(time.Duration(us) * time.Microsecond)
	}
	return lines.Err()
}
