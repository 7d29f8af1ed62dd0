package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/stat"
)

const (
	pageConnections = 16
	pageCrowd       = 64   // connections whose latencies are told
	pageSessions    = 1000 // in turn
)

// read is a way to read pages that is measured.
type read struct {
	what, path, header string
	s                  *subject
	least              float64 // a second
}

// reads are those that have a target, of a room.
func (b *bench) reads(room string) []read {
	return []read{
		{"room pages/s", "/chat/" + room, "", b.parley, 10_000},
		{"room pages/s compressed through nginx", "/chat/" + room, "Accept-Encoding: gzip\r\n", b.gatewayParley, 6_000},
		{"histories/s", "/chat/" + room + "/messages", "", b.parley, 15_000},
	}
}

// pages measures how many rooms' pages and histories are read a second, by one
// session and by many in turn, directly and compressed through the gateway.
func (b *bench) pages(ctx context.Context) error {
	if err := b.pageRoom(ctx); err != nil {
		return err
	}
	for _, one := range b.reads("page-0") {
		for _, sessions := range []int{1, pageSessions} {
			templates := b.pageRequests(one, sessions)
			cpu, err := b.parley.cpu()
			if err != nil {
				return err
			}
			rates, all, err := b.readInTurns(ctx, templates)
			if err != nil {
				return err
			}
			cost, err := b.parley.costSince(cpu, all)
			if err != nil {
				return err
			}
			crowded, err := b.readPages(ctx, templates, pageCrowd)
			if err != nil {
				return err
			}
			b.logf("pages    %s, %d sessions: %.0f, p99 of %d %s", one.what, sessions, rates.Median(), pageCrowd, short(crowded.Latency.Quantile(0.99)))
			b.report.add(&result{
				row: fmt.Sprintf("%s, %d connections, %d sessions", one.what, pageConnections, sessions), format: "%.0f",
				parley: rates, target: atLeast(one.least), latency: &crowded.Latency, latencyOf: "the request to its whole answer",
				notes: []string{
					fmt.Sprintf("latencies are those of %d connections", pageCrowd),
					"CPU per request:" + b.costsOf([]map[string]float64{cost}),
				},
			})
		}
	}
	return nil
}

// readInTurns returns how many pages are read a second, several times, after
// one that is to get warm, and how many were read in all.
func (b *bench) readInTurns(ctx context.Context, templates []*load.Template) (rates stat.Series, all int64, err error) {
	for turn := range full(b, 4, 2) {
		got, err := b.readPages(ctx, templates, pageConnections)
		if err != nil {
			return nil, 0, err
		}
		all += got.OK
		if turn > 0 {
			rates = append(rates, float64(got.OK)/got.Took.Seconds())
		}
	}
	return rates, all, nil
}

// pageRoom makes a room with history, in which those are who read it.
func (b *bench) pageRoom(ctx context.Context) error {
	rooms, err := b.system.makeRooms(ctx, "page", 1)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		what, sql string
		args      []any
	}{
		{"write history", `
			INSERT INTO messages (room, id, revision, username, body, client_id)
			SELECT $1, id, id, $2, $3, '~' || id FROM generate_series(1, 200) AS id`, []any{rooms[0], username(0), load.Body(bodySize)}},
		{"set the head", `UPDATE rooms SET head = 200 WHERE name = $1`, []any{rooms[0]}},
		{"let people in", `
			INSERT INTO memberships (username, room, revision, joined, read)
			SELECT username, $1, head + 1, 0, 200 FROM users WHERE username = ANY($2)`, []any{rooms[0], crew{0, pageSessions, nil}.usernames()}},
		{"set heads of people", `UPDATE users SET head = head + 1 WHERE username = ANY($1)`, []any{crew{0, pageSessions, nil}.usernames()}},
	} {
		if _, err := b.system.pool.Exec(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return b.system.settle(ctx)
}

// pageRequests are those of the first so many users.
func (b *bench) pageRequests(one read, sessions int) (templates []*load.Template) {
	for user := range sessions {
		templates = append(templates, b.pageRequest(one, user))
	}
	return templates
}

func (b *bench) pageRequest(one read, user int) *load.Template {
	template := load.NewTemplate(one.s.posts, fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/html\r\nCookie: %s\r\n%s\r\n",
		one.path, one.s.posts, b.system.cookies[user], one.header))
	return &template
}

func (b *bench) readPages(ctx context.Context, templates []*load.Template, connections int) (*load.Posted, error) {
	got, err := load.Publish(ctx, load.Plan{Posts: templates, Connections: connections, For: full(b, 4*time.Second, time.Second)})
	if err == nil && (got.Failed() > 0 || got.OK == 0) {
		err = errors.New("pages were not answered")
	}
	if err != nil {
		return nil, fmt.Errorf("read pages: %w: %d of %d answered, %v, %d broken", err, got.OK, got.Sent, got.Statuses, got.Broken)
	}
	return got, nil
}
