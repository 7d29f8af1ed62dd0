package chaos

import (
	"context"
	"errors"

	"parley/deploy/e2e/system"
)

// cableFaults are those of the network between parts: packets vanish, and
// nobody is told.
func cableFaults() []Fault {
	var faults []Fault
	for _, part := range []string{"stream-N", "messages-N", "redis", "postgres"} {
		faults = append(faults, Fault{Name: "network cut at " + part, On: []string{part}, Needs: Cables, Holds: true, Strike: func(ctx context.Context, b *Blow) error {
			network, ok := b.Parley.(system.Network)
			if !ok {
				return errors.New("this system has no cables")
			}
			name := b.part(part)
			return errors.Join(network.Cut(ctx, name), b.last(ctx), network.Mend(context.WithoutCancel(ctx), name))
		}})
	}
	return faults
}
