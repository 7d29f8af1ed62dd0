package replica

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Seen is a replica as it was heard of last. One that is gone was not heard of
// for a while, and didn't say that it would stop: all that is known of it then
// is its id and service.
type Seen struct {
	Report
	At   time.Time `json:"seen_at"` // by the replica's own clock
	Gone bool      `json:"gone,omitempty"`
}

// List returns the replicas that were heard of within the last hour, at most 500
// of them, by service and id. Errors are Redis's.
func List(ctx context.Context, client redis.UniversalClient) ([]Seen, error) {
	members, err := client.ZRevRangeWithScores(ctx, known, 0, maxListed-1).Result()
	if err != nil || len(members) == 0 {
		return nil, wrapped(err)
	}
	keys := make([]string, len(members))
	for i, m := range members {
		keys[i] = reportOf + fmt.Sprint(m.Member)
	}
	texts, err := client.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, wrapped(err)
	}
	all := make([]Seen, len(members))
	for i, m := range members {
		seen := Seen{At: time.Unix(int64(m.Score), 0).UTC()}
		text, told := texts[i].(string)
		if !told || json.Unmarshal([]byte(text), &seen.Report) != nil {
			seen.Gone = true
			seen.Service, seen.ID, _ = strings.Cut(fmt.Sprint(m.Member), "/")
		}
		all[i] = seen
	}
	slices.SortFunc(all, func(a, b Seen) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

func wrapped(err error) error {
	if err != nil {
		return fmt.Errorf("list replicas: %w", err)
	}
	return nil
}
