// Package batch lets many callers share one piece of work: whoever comes while
// the work is under way takes part in the next.
package batch

// Gather appends to batch what waits in queue, without waiting, until batch
// has most items.
func Gather[T any](batch []T, queue <-chan T, most int) []T {
	for len(batch) < most {
		select {
		case next, ok := <-queue:
			if !ok {
				return batch
			}
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}
