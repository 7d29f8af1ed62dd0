package change

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core/chat"
	"parley/core/session"
	"parley/core/trace"
	"parley/core/wire"
)

// change is one that is stored together with others.
type change interface {
	log() wire.Topic      // whose head it raises
	session() session.Key // has to be live
}

// portion is the changes of one kind in a batch.
type portion interface {
	// queue adds to a transaction the statements that store the portion.
	queue(tx *pgx.Batch)
	// collect reads what those statements return.
	collect(results pgx.BatchResults) error
	// settle answers and publishes what has been committed. It returns the
	// jobs that were left out because of others, to be tried once more.
	settle(c *Committer) (again []*job)
}

// Receipt says that a change is stored.
type Receipt struct {
	ID       chat.Position // of a message
	Repeated bool          // it was stored before
}

// job is a change that waits to be stored.
type job struct {
	change
	at    wire.Topic      // the change's log
	ctx   context.Context // of the author's request: who has left is not waited for
	span  *trace.Span     // from the change's arrival to its answer
	since time.Time
	done  chan outcome // buffered: the committer never waits for an author
}

type outcome struct {
	receipt Receipt
	err     error
}

func newJob(ctx context.Context, c change) *job {
	return &job{change: c, at: c.log(), ctx: ctx, span: trace.Start(ctx, "commit"), since: time.Now(), done: make(chan outcome, 1)}
}

// spans returns those of jobs that are recorded.
func spans(jobs []*job) (all []*trace.Span) {
	for _, j := range jobs {
		if j.span != nil {
			all = append(all, j.span)
		}
	}
	return all
}

func (j *job) answer(receipt Receipt) { j.done <- outcome{receipt: receipt} }

func (j *job) fail(err error) { j.done <- outcome{err: err} }

func fail(jobs []*job, err error) {
	for _, j := range jobs {
		j.fail(err)
	}
}

// portions sorts jobs by kind. The kinds come in the order in which their
// statements lock: those of rooms' logs, then those of people's.
func portions(jobs []*job) (all []portion) {
	var posts, reads []*job
	for _, j := range jobs {
		switch j.change.(type) {
		case *Post:
			posts = append(posts, j)
		case *Read:
			reads = append(reads, j)
		}
	}
	if len(posts) > 0 {
		all = append(all, newPosts(posts))
	}
	if len(reads) > 0 {
		all = append(all, newReads(reads))
	}
	return all
}
