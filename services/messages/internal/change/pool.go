package change

import (
	"context"
	"strconv"
	"time"

	"parley/core/backing"
)

// lockTimeout bounds how long a batch waits for the locks of its logs. It is
// far above what another replica's transaction takes.
const lockTimeout = time.Second

// OpenPool returns the committer's pool. Its statements are always the same
// and always of few rows, so they are planned once, for the indexes: a plan
// made from the statistics of an empty table would read all of it, and go on
// doing so as it grows.
func OpenPool(ctx context.Context, databaseURL, service string, options ...backing.Option) (*backing.Tuned, error) {
	return backing.OpenTuned(ctx, databaseURL, service, PoolSize, append(options,
		backing.Setting{Name: "lock_timeout", Value: strconv.FormatInt(lockTimeout.Milliseconds(), 10)},
		backing.Setting{Name: "plan_cache_mode", Value: "force_generic_plan"},
		backing.Setting{Name: "enable_seqscan", Value: "off"},
		backing.Setting{Name: "jit", Value: "off"},
	)...)
}
