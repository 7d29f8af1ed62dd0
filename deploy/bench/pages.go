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

// pages measures how many rooms' pages and histories are read a second, by one
// session and by many in turn, directly and compressed through the gateway.
func (b *bench) pages(ctx context.Context) error {
	if err := b.pageRoom(ctx); err != nil {
		return err
	}
	for _, one := range []struct {
		what, path   string
		s            *subject
		least        float64
		through      string
		acceptedForm string
	}{
		{"room page", "/chat/page-0", b.parley, 10_000, "", ""},
		{"room page", "/chat/page-0", b.gatewayParley, 6_000, " compressed through nginx", "Accept-Encoding: gzip\r\n"},
		{"history", "/chat/page-0/messages", b.parley, 15_000, "", ""},
	} {
		for _, sessions := range []int{1, pageSessions} {
			result := &result{
				row:    fmt.Sprintf("%ss/s%s, %d connections, %d sessions", one.what, one.through, pageConnections, sessions),
				format: "%.0f", target: atLeast(one.least), latency: &stat.Histogram{}, latencyOf: "the request to its whole answer",
			}
			templates := b.pageRequests(one.s, one.path, one.acceptedForm, sessions)
			for turn := range full(b, 4, 2) { // the first is to get warm
				got, err := b.readPages(ctx, templates, pageConnections)
				if err != nil {
					return err
				}
				if turn > 0 {
					result.parley = append(result.parley, float64(got.OK)/got.Took.Seconds())
				}
			}
			crowded, err := b.readPages(ctx, templates, pageCrowd)
			if err != nil {
				return err
			}
			result.latency = &crowded.Latency
			result.notes = []string{fmt.Sprintf("latencies are those of %d connections", pageCrowd)}
			b.logf("pages    %s%s, %d sessions: %.0f/s, p99 of %d %s", one.what, one.through, sessions, result.parley.Median(), pageCrowd, short(crowded.Latency.Quantile(0.99)))
			b.report.add(result)
		}
	}
	return nil
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
		{"gather statistics", `VACUUM (ANALYZE) users, sessions, rooms, messages, memberships`, nil},
	} {
		if _, err := b.system.pool.Exec(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

func (b *bench) pageRequests(s *subject, path, header string, sessions int) (templates []*load.Template) {
	for user := range sessions {
		template := load.NewTemplate(s.posts, fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/html\r\nCookie: %s\r\n%s\r\n",
			path, s.posts, b.system.cookies[user], header))
		templates = append(templates, &template)
	}
	return templates
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
