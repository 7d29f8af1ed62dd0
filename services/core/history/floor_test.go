package history

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/core/chat"
	"parley/core/wire"
)

// everything is what all reads return, as text.
func (s *Store) everything(ctx context.Context) (string, error) {
	var all []string
	var failed error
	note := func(what string, value any, err error) {
		if err != nil && failed == nil {
			failed = fmt.Errorf("%s: %w", what, err)
		}
		all = append(all, fmt.Sprintf("%s: %+v", what, value))
	}
	events := func(what string, page Page, err error) {
		note(what, fmt.Sprint(page.From, page.Upto, page.Head, " ", positions(page.Events)), err)
	}
	stretch := func(what string, found Stretch, err error) { note(what, found, err) }
	for at := chat.Position(0); at <= 10; at++ {
		for _, limit := range []int{1, 2, 100} {
			page, err := s.After(ctx, "launch", at, limit)
			events(fmt.Sprint("after ", at, limit), page, err)
			for _, cut := range []Cut{{Before: at}, {After: at}, {Around: at}, {Oldest: true}, {Since: time.Now().Add(-time.Duration(at)*time.Hour - time.Minute)}} {
				found, err := s.Stretch(ctx, "ada", "launch", cut, limit)
				cut.Since = time.Time{}
				stretch(fmt.Sprint("stretch ", cut, limit), found, err)
			}
		}
	}
	for _, limit := range []int{1, 3, 100} {
		pages, err := s.Latest(ctx, []wire.Topic{"launch"}, limit, 1000)
		events(fmt.Sprint("latest ", limit), pages["launch"], err)
		tails, err := s.Tails(ctx, []string{"launch"}, []chat.Position{0}, limit)
		note(fmt.Sprint("tails ", limit), tails, err)
	}
	some, err := s.Some(ctx, "launch", []chat.Position{1, 2, 3, 5, 7, 9})
	note("some", some, err)
	pinned, err := s.Pinned(ctx, "ada", "launch")
	note("pinned", pinned, err)
	pins, err := s.Pins(ctx, "launch")
	note("pins", pins, err)
	mentions, more, err := s.Mentioning(ctx, "bob", Place{}, 100)
	note("mentions", fmt.Sprint(mentions, more), err)
	return strings.Join(all, "\n"), failed
}

// What has expired is not there, whether its rows are deleted already or not.
func TestWhatHasExpiredIsNotThere(t *testing.T) {
	t.Parallel()
	s := start(t)
	exec := func(sql string) {
		t.Helper()
		if _, err := s.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`UPDATE messages SET mentions = '{bob}', pinned_at = now() - interval '1 hour' * id, pinned_by = 'ada',
		created_at = now() - interval '1 hour' * (10 - id) WHERE room = 'launch'`)
	read := func() string {
		t.Helper()
		all, err := s.everything(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := read()
	for _, floor := range []int{1, 4, 9} {
		exec(fmt.Sprintf(`UPDATE rooms SET floor = %d WHERE name = 'launch'`, floor))
		expired := read()
		if expired == before {
			t.Errorf("a floor of %d changes nothing", floor)
		}
		before = expired
		exec(fmt.Sprintf(`DELETE FROM messages WHERE room = 'launch' AND id <= %d`, floor))
		if deleted := read(); deleted != expired {
			a, b := strings.Split(expired, "\n"), strings.Split(deleted, "\n")
			for i := range a {
				if a[i] != b[i] {
					t.Errorf("floor %d:\n%s\nand once it is deleted\n%s", floor, a[i], b[i])
				}
			}
		}
	}
}
