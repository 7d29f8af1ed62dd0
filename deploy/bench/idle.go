package bench

import (
	"context"
	"fmt"
	"time"

	"parley/deploy/bench/internal/load"
	"parley/deploy/bench/internal/proc"
	"parley/deploy/bench/internal/stat"
)

// idleCrowd is how many streams are weighed.
func (b *bench) idleCrowd() int { return full(b, 5000, 1000) }

// idle measures the memory of streams on which nothing happens.
func (b *bench) idle(ctx context.Context) error {
	floor, err := b.weigh(ctx, b.floor, "floor", "idle-floor")
	if err != nil {
		return err
	}
	parley, err := b.weigh(ctx, b.parley, "stream", "idle")
	if err != nil {
		return err
	}
	result := &result{
		row: fmt.Sprintf("KB (PSS) per idle stream, %d streams", b.idleCrowd()), format: "%.2f",
		parley: stat.Series{parley.settled}, other: stat.Series{floor.settled}, otherName: "floor",
		target: atMost(2),
		notes: []string{
			fmt.Sprintf("right after opening %.2f KB, later %.2f KB", parley.opened, parley.settled),
			fmt.Sprintf("the kernel's own, both ends of each connection: %.1f KB (floor %.1f KB)", parley.kernel, floor.kernel),
		},
	}
	if b.peer != nil && b.peer.parts != nil {
		peer, err := b.weigh(ctx, b.peer, b.peer.name, "idle-peer")
		if err != nil {
			return err
		}
		result.notes = append(result.notes, fmt.Sprintf("%s: %.2f KB", b.peer.name, peer.settled))
	}
	b.report.add(result)
	return nil
}

// gatewayIdle measures nginx's memory for streams on which nothing happens.
func (b *bench) gatewayIdle(ctx context.Context) error {
	floor, err := b.weigh(ctx, b.gatewayFloor, "nginx", "nginx-idle-floor")
	if err != nil {
		return err
	}
	parley, err := b.weigh(ctx, b.gatewayParley, "nginx", "nginx-idle")
	if err != nil {
		return err
	}
	b.report.add(&result{
		row: fmt.Sprintf("nginx's KB (PSS) per idle stream, %d streams", b.idleCrowd()), format: "%.2f",
		parley: stat.Series{parley.settled}, other: stat.Series{floor.settled}, otherName: "nginx before the floor",
		target: atMost(9),
	})
	return nil
}

// weight is memory a stream, in KB.
type weight struct{ opened, settled, kernel float64 }

const settleTime = 10 * time.Second // of silence before a part is weighed

// weigh opens streams and tells by how much a part has grown. A few streams
// that come and go before make sure that what is made once is not counted.
func (b *bench) weigh(ctx context.Context, s *subject, part, room string) (w weight, err error) {
	n := b.idleCrowd()
	settle := full(b, settleTime, 2*time.Second)
	rooms, err := b.system.makeRooms(ctx, room, 1)
	if err != nil {
		return w, err
	}
	first, err := b.openCrowd(ctx, s, 100, rooms...)
	if err != nil {
		return w, err
	}
	first.Close()
	if err := pause(ctx, settle/2); err != nil {
		return w, err
	}
	before, kernelBefore, err := scales(s, part)
	if err != nil {
		return w, err
	}
	crowd, err := b.openCrowd(ctx, s, n, rooms...)
	if err != nil {
		return w, err
	}
	defer crowd.Close()
	opened, _, err := scales(s, part)
	if err != nil {
		return w, err
	}
	if err := pause(ctx, settle); err != nil {
		return w, err
	}
	settled, kernel, err := scales(s, part)
	if err != nil {
		return w, err
	}
	each := func(bytes int64) float64 { return float64(bytes) / 1024 / float64(n) }
	w = weight{opened: each(opened - before), settled: each(settled - before), kernel: each(kernel - kernelBefore)}
	b.logf("%-8s %-7s %.2f KB opened, %.2f KB settled, kernel %.1f KB", part, s.name, w.opened, w.settled, w.kernel)
	return w, stillOpen(crowd, n)
}

func scales(s *subject, part string) (pss, kernel int64, err error) {
	if pss, err = s.pss(part); err != nil {
		return 0, 0, err
	}
	kernel, err = proc.KernelMemory()
	return pss, kernel, err
}

// stillOpen makes sure that what was weighed was there.
func stillOpen(crowd *load.Crowd, n int) error {
	if t := crowd.Tally(); t.Opened != int64(n) || t.Closed != 0 {
		return fmt.Errorf("of %d streams %d opened and %d closed", n, t.Opened, t.Closed)
	}
	return nil
}

// pause lets time pass in which something is to settle that can't be asked.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
