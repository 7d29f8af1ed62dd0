package chaos

import (
	"context"
	"errors"
	"fmt"
)

// writerFaults are those that hit a replica of messages between its commit and
// its publish. Neither guesses at a moment: each makes the moment last.
func writerFaults() []Fault {
	return []Fault{
		{Name: "writers killed between commit and answer", On: []string{"messages-1", "messages-2", "postgres"}, Strike: killAtCommit},
		{Name: "writer killed between answer and publish", On: []string{"messages-N", "redis"}, Strike: killBeforePublish},
		{Name: "writer killed between a change and its publish", On: []string{"messages-N", "redis"}, Strike: killAfterChange},
	}
}

// killAtCommit has Postgres wait for a standby that doesn't exist before it
// tells of a commit: its record is on disk then, and the writer doesn't know. Whoever
// waits so is killed, and the wait ended. It makes no difference to the world
// whether the writer dies just before or just after it hears of the commit:
// what is stored was neither published nor answered.
func killAtCommit(ctx context.Context, b *Blow) (err error) {
	defer func() {
		ctx := context.WithoutCancel(ctx)
		err = errors.Join(err, b.setting(ctx, "synchronous_standby_names", ""))
		for _, part := range []string{"messages-1", "messages-2"} {
			err = errors.Join(err, b.Parley.Start(ctx, part))
		}
	}()
	if err := b.setting(ctx, "synchronous_standby_names", "nobody"); err != nil {
		return err
	}
	if err := b.await(ctx, "a writer waits for its commit", func(ctx context.Context) error {
		n, err := b.ask(ctx, `SELECT count(*)::text FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name LIKE 'messages%'`)
		if err == nil && n == "0" {
			err = errors.New("none does")
		}
		return err
	}); err != nil {
		return err
	}
	return errors.Join(b.Parley.Kill(ctx, "messages-1"), b.Parley.Kill(ctx, "messages-2"))
}

// killBeforePublish has Redis hang, so that what is answered can't be published,
// and kills the writer with its queue.
func killBeforePublish(ctx context.Context, b *Blow) (err error) {
	const answers = 10
	part := b.part("messages-N")
	if err := b.Parley.Pause(ctx, "redis"); err != nil {
		return err
	}
	defer func() {
		ctx := context.WithoutCancel(ctx)
		err = errors.Join(err, b.Parley.Resume(ctx, "redis"), b.Parley.Start(ctx, part))
	}()
	if err := b.Run.AwaitPosts(ctx, answers); err != nil {
		return err
	}
	if err := b.await(ctx, "a publish waits", func(ctx context.Context) error {
		n, err := Metrics(ctx, b.Parley, part)
		if err == nil && n["parley_publish_queue_length"] == 0 {
			err = errors.New("none does")
		}
		return err
	}); err != nil {
		return fmt.Errorf("%s: %w", part, err)
	}
	return b.Parley.Kill(ctx, part)
}

// killAfterChange is the same for messages that are changed.
func killAfterChange(ctx context.Context, b *Blow) (err error) {
	const changes = 8
	part := b.part("messages-N")
	if err := b.Parley.Pause(ctx, "redis"); err != nil {
		return err
	}
	defer func() {
		ctx := context.WithoutCancel(ctx)
		err = errors.Join(err, b.Parley.Resume(ctx, "redis"), b.Parley.Start(ctx, part))
	}()
	return errors.Join(b.Run.AwaitChanges(ctx, changes), b.Parley.Kill(ctx, part))
}
