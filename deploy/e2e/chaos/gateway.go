package chaos

import (
	"context"
	"errors"
	"syscall"
)

// gatewayFaults are those of nginx. It is up again when it reaches a replica of
// messages, so those stay whole meanwhile.
func gatewayFaults() []Fault {
	restart := []string{"nginx", "messages-1", "messages-2"}
	return []Fault{
		{Name: "gateway reloaded", On: []string{"nginx"}, Strike: func(ctx context.Context, b *Blow) error {
			for range 3 {
				if err := b.Parley.Signal(ctx, "nginx", syscall.SIGHUP); err != nil {
					return err
				}
				if err := b.Run.AwaitPosts(ctx, 10); err != nil {
					return err
				}
			}
			return nil
		}},
		{Name: "gateway restarted", On: restart, Strike: func(ctx context.Context, b *Blow) error {
			return errors.Join(b.Parley.Stop(ctx, "nginx"), b.last(ctx), b.Parley.Start(context.WithoutCancel(ctx), "nginx"))
		}},
		{Name: "gateway killed", On: restart, Strike: func(ctx context.Context, b *Blow) error {
			return errors.Join(b.Parley.Kill(ctx, "nginx"), b.last(ctx), b.Parley.Start(context.WithoutCancel(ctx), "nginx"))
		}},
		{Name: "gateway frozen", On: restart, Holds: true, Strike: func(ctx context.Context, b *Blow) error {
			return errors.Join(b.Parley.Pause(ctx, "nginx"), b.last(ctx), b.Parley.Resume(context.WithoutCancel(ctx), "nginx"))
		}},
	}
}
