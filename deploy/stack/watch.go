package stack

import (
	"context"
	"time"

	"parley/testkit"
)

const (
	firstPause   = 100 * time.Millisecond
	longestPause = 5 * time.Second
	steadyTime   = 10 * time.Second // who lived this long starts again with the first pause
)

// watch waits for process to end and, if the part is still wanted, starts it
// again, after pauses that double. It ends when the part is up, which has a
// watch of its own then, or unwanted.
func (p *Part) watch(process *testkit.Process, pause time.Duration) {
	since := time.Now()
	<-process.Done()
	p.ended(process)
	if time.Since(since) >= steadyTime {
		pause = firstPause
	}
	p.mu.Lock()
	wanted := p.wanted
	p.mu.Unlock()
	if wanted.Err() != nil {
		return
	}
	p.stack.log.printf(p.name, "ended by itself (%s); starting it again", describe(process.Err()))
	for {
		select {
		case <-wanted.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, longestPause)
		err := p.revive(wanted, pause)
		if err == nil || wanted.Err() != nil {
			return
		}
		p.stack.log.printf(p.name, "%s", err)
	}
}

// revive brings the part up again unless somebody did, or it is unwanted.
func (p *Part) revive(wanted context.Context, pause time.Duration) error {
	p.operation.Lock()
	defer p.operation.Unlock()
	if wanted.Err() != nil || p.running() != nil {
		return nil
	}
	return p.bringUp(wanted, pause)
}

func describe(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}
