package chaos

import (
	"context"
	"errors"
	"time"

	"parley/deploy/e2e/chaos/proxy"
)

// weatherFaults are those between the services and Redis: all of a room's
// messages pass the proxy on their way to stream.
func weatherFaults() []Fault {
	on := []string{"redis"}
	const by = 400 * time.Millisecond
	faults := []Fault{
		{Name: "redis silent, connections stay", Needs: Weather, On: on, Hint: true, Strike: func(ctx context.Context, b *Blow) error {
			b.Proxy.Stall()
			defer b.Proxy.Flow()
			return b.last(ctx)
		}},
		{Name: "redis connections cut", Needs: Weather, On: on, Hint: true, Strike: func(ctx context.Context, b *Blow) error {
			for range 3 {
				b.Proxy.Cut()
				if err := b.Run.AwaitPosts(ctx, 5); err != nil {
					return err
				}
			}
			return nil
		}},
	}
	for _, row := range []struct {
		name    string
		weather proxy.Weather
		befell  func(proxy.Counts) int64
	}{
		{"publishes dropped, all", proxy.Weather{Drop: 1}, func(c proxy.Counts) int64 { return c.Dropped }},
		{"publishes dropped, some", proxy.Weather{Drop: 0.3}, func(c proxy.Counts) int64 { return c.Dropped }},
		{"publishes repeated", proxy.Weather{Repeat: 0.5, By: by}, func(c proxy.Counts) int64 { return c.Repeated }},
		{"publishes delayed and reordered", proxy.Weather{Late: 0.5, By: by}, func(c proxy.Counts) int64 { return c.Late }},
		{"publishes long delayed", proxy.Weather{Late: 0.3, By: 4 * time.Second}, func(c proxy.Counts) int64 { return c.Late }},
		{"publishes in all weathers", proxy.Weather{Drop: 0.1, Repeat: 0.2, Late: 0.2, By: by}, func(c proxy.Counts) int64 { return min(c.Dropped, c.Repeated, c.Late) }},
	} {
		faults = append(faults, Fault{Name: row.name, Needs: Weather, On: on, Hint: true, Strike: func(ctx context.Context, b *Blow) error {
			before := row.befell(b.Proxy.Counts())
			b.Proxy.Set(row.weather)
			defer b.Proxy.Set(proxy.Weather{})
			return errors.Join(b.last(ctx), b.await(ctx, "the weather befell somebody", func(context.Context) error {
				if row.befell(b.Proxy.Counts()) == before {
					return errors.New("nobody yet")
				}
				return nil
			}))
		}})
	}
	return faults
}
