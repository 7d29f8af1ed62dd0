package load

import (
	"context"
	"errors"
	"time"

	"parley/deploy/e2e/history"
)

// grace is how long after somebody is out of a room something of it may still
// come: the design's 2 s, and something for a machine that does much else.
const grace = 2*time.Second + 2*time.Second

// Settle stops posting, lets those finish who have asked and got no answer, and
// gives every listener time to reach the heads. The system must be whole again.
// What is not reached within patience is for Judge to tell.
func (r *Run) Settle(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r.stopPosts()
	stop := context.AfterFunc(ctx, r.stopTries)
	r.posters.Wait()
	stop()
	r.stopTries()
	logs, err := r.heads(context.WithoutCancel(ctx))
	if err == nil {
		err = r.awaitAll(ctx, "every listener is at the heads", func(l *listener) error { return l.reached(logs) })
		if errors.Is(err, context.DeadlineExceeded) {
			err = nil // Check says what is missing
		}
	}
	r.stopAll()
	r.listeners.Wait()
	return err
}

// Abandon ends a run that is not to be judged.
func (r *Run) Abandon() {
	r.stopPosts()
	r.stopTries()
	r.stopAll()
	r.posters.Wait()
	r.listeners.Wait()
}

// Verdict ends a run, and returns what came of it and what should not have come.
// Who has not reached the heads within patience has missed something.
func (r *Run) Verdict(ctx context.Context, patience time.Duration) (history.Summary, []history.Violation, error) {
	if err := r.Settle(ctx, patience); err != nil {
		return history.Summary{}, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	h, err := r.Judge(ctx)
	if err != nil {
		return history.Summary{}, nil, err
	}
	violations := history.Check(h)
	summary := h.Summarize()
	summary.Violations = len(violations)
	return summary, violations, nil
}

// pages reads the rooms as a page does that is loaded anew.
func (r *Run) pages(ctx context.Context) (map[string][]string, error) {
	all := make(map[string][]string)
	for _, room := range r.Rooms {
		whole, err := r.site.Users[0].Whole(ctx, room)
		if err != nil {
			return nil, err
		}
		for _, text := range whole.Messages {
			all[room] = append(all[room], string(text))
		}
	}
	return all, nil
}

// Judge reads what is stored and returns the history, after Settle.
func (r *Run) Judge(ctx context.Context) (*history.History, error) {
	logs, err := r.stored(ctx)
	if err != nil {
		return nil, err
	}
	h := r.recorder.History(logs, r.site.ReplayLimit, grace)
	if h.Kept, err = r.kept(ctx); err != nil {
		return nil, err
	}
	h.Pages, err = r.pages(ctx)
	return h, err
}
