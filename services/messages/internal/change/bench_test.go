package change

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// BenchmarkStore reports how many messages a second one committer stores for
// so many people, each of whom waits for the answer, in one room.
func BenchmarkStore(b *testing.B) {
	body := strings.Repeat("word ", 20)
	for _, callers := range []int{1, 32, 512} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			pool := database(b)
			authors := make([]string, callers)
			for i := range authors {
				authors[i] = fmt.Sprint("author", i)
			}
			addPeople(b, pool, authors...)
			c, _ := start(b, pool)
			var next atomic.Int64
			var running sync.WaitGroup
			b.ResetTimer()
			for _, author := range authors {
				running.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						if _, err := c.Post(b.Context(), Post{Room: "general", Username: author, Body: body, ClientID: fmt.Sprint(n)}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			running.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}
