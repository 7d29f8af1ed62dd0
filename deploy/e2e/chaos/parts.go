package chaos

import (
	"context"
	"errors"
	"syscall"

	"parley/deploy/e2e/system"
)

type verb func(system.System, context.Context, string) error

// partFaults are those of the services' replicas, of Redis as a whole and of
// Postgres as a whole: gone in whatever way, for a while.
func partFaults() []Fault {
	return []Fault{
		awayFor("messages killed", system.System.Kill, system.System.Start, "messages-N"),
		awayFor("messages frozen", system.System.Pause, system.System.Resume, "messages-N"),
		awayFor("messages stopped", system.System.Stop, system.System.Start, "messages-N"),
		awayFor("messages killed, all of them", system.System.Kill, system.System.Start, "messages-1", "messages-2"),
		awayFor("stream killed", system.System.Kill, system.System.Start, "stream-N"),
		held(awayFor("stream frozen", system.System.Pause, system.System.Resume, "stream-N")),
		awayFor("stream stopped", system.System.Stop, system.System.Start, "stream-N"),
		awayFor("stream killed, all of them", system.System.Kill, system.System.Start, "stream-1", "stream-2"),
		awayFor("redis killed, back empty", system.System.Kill, system.System.Start, "redis"),
		awayFor("redis frozen", system.System.Pause, system.System.Resume, "redis"),
		awayFor("postgres stopped", system.System.Stop, system.System.Start, "postgres"),
		awayFor("postgres killed", system.System.Kill, system.System.Start, "postgres"),
		held(awayFor("postgres frozen", system.System.Pause, system.System.Resume, "postgres")),
		{Name: "redis restarted", On: []string{"redis"}, Hint: true, Strike: func(ctx context.Context, b *Blow) error {
			return errors.Join(b.Parley.Kill(ctx, "redis"), b.Parley.Start(ctx, "redis"))
		}},
		{Name: "postgres stopped at once", On: []string{"postgres"}, Strike: postgresQuits},
	}
}

// held marks a fault that freezes what passes on events.
func held(f Fault) Fault {
	f.Holds = true
	return f
}

// awayFor is a fault that takes parts away, one after the other, and brings
// them back.
func awayFor(name string, away, back verb, parts ...string) Fault {
	return Fault{Name: name, On: parts, Hint: parts[0] == "redis", Strike: func(ctx context.Context, b *Blow) error {
		var errs []error
		for _, part := range parts {
			errs = append(errs, away(b.Parley, ctx, b.part(part)))
		}
		errs = append(errs, b.last(ctx))
		for _, part := range parts {
			errs = append(errs, back(b.Parley, context.WithoutCancel(ctx), b.part(part)))
		}
		return errors.Join(errs...)
	}}
}

// postgresQuits stops the server in mode "immediate": no checkpoint, and it
// recovers when it comes back, which it does by itself.
func postgresQuits(ctx context.Context, b *Blow) error {
	const started = `SELECT pg_postmaster_start_time()::text`
	before, err := b.ask(ctx, started)
	if err != nil {
		return err
	}
	if err := b.Parley.Signal(ctx, "postgres", syscall.SIGQUIT); err != nil {
		return err
	}
	return b.await(ctx, "postgres is another", func(ctx context.Context) error {
		now, err := b.ask(ctx, started)
		if err == nil && now == before {
			err = errors.New("it is the same still")
		}
		return err
	})
}
