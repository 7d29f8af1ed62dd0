package bench

import (
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"parley/deploy/bench/internal/chart"
)

// growthPicture is the file of the growth curves, beside the results.
const growthPicture = "growth.svg"

// report gathers what was measured.
type report struct {
	machine []string
	commit  string
	began   time.Time
	took    time.Duration
	quick   bool
	results []*result
	growth  []*growthTable
}

func (r *report) add(one *result) { r.results = append(r.results, one) }

// markdown returns the whole report.
func (r *report) markdown() string {
	var b strings.Builder
	b.WriteString("# Measured\n\n")
	fmt.Fprintf(&b, "By `make bench` on %s, at commit %s, in %s.\n", r.began.UTC().Format("2 January 2006"), r.commit, r.took.Round(time.Second))
	if r.quick {
		b.WriteString("\n**A quick run: it shows that everything works, not how fast it is.**\n")
	}
	b.WriteString("\n")
	for _, line := range r.machine {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	b.WriteString("\n" + method)
	r.writeResults(&b)
	r.writeNotes(&b)
	r.writeGrowth(&b)
	return b.String()
}

// method says what the numbers mean to somebody who has only this page.
const method = "Everything — Parley with Postgres, Redis and nginx, the floor, the load — shares this one machine. " +
	"The **floor** is a naive fan-out: one thread, epoll, one `write(2)` a delivery, nothing stored, nobody asked who they are " +
	"(`deploy/bench/internal/floor`: Go on raw descriptors). It pushes the same bytes and is posted to with the same requests. " +
	"**pgbench** is `-c 32 -j 2 -M prepared` with one such row a transaction, into a table with the same indexes, in the same Postgres.\n\n" +
	"Numbers are medians, with the range in brackets. Ratios are of neighbours in runs that took turns (A B A B), after one to get warm. " +
	"A message's body has 150 bytes. Latencies begin with the POST, so that Parley's include the commit; the floor commits nothing. Every stream and every author has a session of its own; every stream's ids are checked for gaps, repeats and order.\n"

func (r *report) writeResults(b *strings.Builder) {
	if len(r.results) == 0 {
		return
	}
	b.WriteString("\n")
	table(b, []string{"", "Parley", "beside it", "ratio", "target", "delivery p50 / p99 / p99.9", "beside it"})
	for _, one := range r.results {
		line(b, one.cells())
	}
}

func (r *report) writeNotes(b *strings.Builder) {
	if len(r.results) == 0 {
		return
	}
	b.WriteString("\n## Notes\n")
	for _, one := range r.results {
		notes := one.notes
		if one.latencyOf != "" {
			notes = append([]string{"latencies are those from " + one.latencyOf}, notes...)
		}
		if len(notes) == 0 {
			continue
		}
		fmt.Fprintf(b, "\n%s:\n\n", one.row)
		for _, note := range notes {
			fmt.Fprintf(b, "- %s\n", note)
		}
	}
}

func (r *report) writeGrowth(b *strings.Builder) {
	if len(r.growth) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## Growth\n\n![How costs and latencies grow](%s)\n", growthPicture)
	for _, one := range r.growth {
		fmt.Fprintf(b, "\n%s:\n\n", one.title)
		table(b, append([]string{one.x}, one.columns...))
		for _, row := range one.rows {
			line(b, append([]string{number("%.0f", row.x)}, row.cells...))
		}
	}
}

func table(b *strings.Builder, columns []string) {
	line(b, columns)
	b.WriteString(strings.Repeat("|---", len(columns)) + "|\n")
}

func line(b *strings.Builder, cells []string) {
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// picture returns the growth curves as SVG, "" if there are none.
func (r *report) picture() string {
	var panels []chart.Panel
	for _, one := range r.growth {
		panels = append(panels, one.panels...)
	}
	if len(panels) == 0 {
		return ""
	}
	return chart.SVG(panels)
}

// commit returns the commit that is checked out, and whether files have changed
// since.
func commit(ctx context.Context) string {
	head, err := exec.CommandContext(ctx, "git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	name := strings.TrimSpace(string(head))
	changed, err := exec.CommandContext(ctx, "git", "status", "--porcelain", "--untracked-files=no",
		"--", ":/", ":!/deploy/bench/RESULTS.md", ":!/deploy/bench/growth.svg").Output() // what the last run left is no change
	if err == nil && len(changed) > 0 {
		name += " with " + strconv.Itoa(strings.Count(string(changed), "\n")) + " changed files"
	}
	return name
}

// ownCPU returns the processor time of this process.
func ownCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0 // Linux never says no
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
