package doorbell

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/core/backing"
	"parley/core/session"
	"parley/core/wire"
)

const (
	askEvery    = 5 * time.Second        // who has which slots, while all is well
	askAgain    = 250 * time.Millisecond // while it is not
	askPause    = 100 * time.Millisecond // at least, between two
	askPatience = 500 * time.Millisecond // with one server
)

// cluster is a line to each master of a Cluster.
type cluster struct {
	client  *redis.ClusterClient
	log     *slog.Logger
	metrics *Metrics
	doubted chan struct{}

	mu     sync.RWMutex
	slots  [slotCount]*line // whose each is
	lines  map[string]*open // by the master's address
	nobody *line            // never up: the line of slots that no master has
	told   map[int]string   // masters' addresses that redirections told of, by slot
	peers  []string         // all servers' addresses, at last
}

// open is a line that runs.
type open struct {
	*line
	end context.CancelFunc
}

func newCluster(client *redis.ClusterClient, log *slog.Logger, metrics *Metrics) *cluster {
	c := &cluster{
		client: client, log: log, metrics: metrics,
		doubted: make(chan struct{}, 1),
		lines:   make(map[string]*open),
		told:    make(map[int]string),
	}
	c.nobody = newLine(nil, log, metrics)
	for slot := range c.slots {
		c.slots[slot] = c.nobody
	}
	c.join(sessionsEnded)
	return c
}

func (c *cluster) join(topic wire.Topic) <-chan struct{} {
	c.mu.RLock() // no topic moves meanwhile
	defer c.mu.RUnlock()
	return c.whose(topic).join(topic)
}

func (c *cluster) leave(topic wire.Topic) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.whose(topic).leave(topic)
}

func (c *cluster) whose(topic wire.Topic) *line { return c.slots[slotOf(channelOf(topic))] }

// run keeps lines to the masters that there are, until ctx ends.
func (c *cluster) run(ctx context.Context, h Handlers) {
	var running sync.WaitGroup
	defer running.Wait()
	h = oneAtATime(h)
	start := func(addr string) *open {
		ctx, end := context.WithCancel(ctx)
		client := backing.Node(c.client, addr)
		l := &open{end: end}
		l.line = newLine(client, c.log.With("server", addr), c.metrics)
		l.cluster, l.addr, l.probe = c, addr, func() string { return c.probe(l.line) }
		running.Go(func() {
			l.run(ctx, h)
			_ = client.Close() // nothing is left in it
		})
		return l
	}
	for {
		c.look(ctx, start)
		wait := askEvery
		if !c.count() {
			wait = askAgain
		}
		if !c.pause(ctx, wait) {
			return
		}
	}
}

// pause waits until there is a doubt or the time is over, and a moment at least,
// in which doubts gather. It returns false when ctx ends.
func (c *cluster) pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
	case <-c.doubted:
	case <-ctx.Done():
		return false
	}
	select {
	case <-time.After(askPause):
		return true
	case <-ctx.Done():
		return false
	}
}

// look asks who has which slots, and has each topic on its line.
func (c *cluster) look(ctx context.Context, start func(addr string) *open) {
	owners, peers, err := c.ask(ctx)
	if err != nil {
		if ctx.Err() == nil {
			c.log.Warn("no server of the Redis Cluster tells who has which slots", "error", err)
		}
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.peers = peers
	var next [slotCount]*line
	for slot := range next {
		next[slot] = c.nobody
	}
	assign := func(slot int, addr string) {
		l := c.lines[addr]
		if l == nil {
			l = start(addr)
			c.lines[addr] = l
		}
		next[slot] = l.line
	}
	for _, o := range owners {
		for slot := o.first; slot <= o.last; slot++ {
			assign(slot, o.addr)
		}
	}
	for slot, addr := range c.told { // a redirection is surer than what any server tells of others
		assign(slot, addr)
	}
	clear(c.told)
	c.settle(next)
}

// settle has each topic on the line of its slot, and ends the lines that have
// none. c.mu is held.
func (c *cluster) settle(next [slotCount]*line) {
	changed := make(map[*line]bool)
	used := make(map[*line]bool)
	for slot, l := range next {
		used[l] = true
		if was := c.slots[slot]; was != l {
			changed[was] = true
		}
	}
	c.slots = next
	for l := range changed {
		l.give(c.whose)
	}
	for addr, l := range c.lines {
		if !used[l.line] {
			l.end()
			delete(c.lines, addr)
		}
	}
}

// moved notes where a slot is, by what the server of a line said. It returns
// false if that is the same server.
func (c *cluster) moved(from *line, slot int, addr string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	addr = reachable(addr, from.addr)
	if addr == from.addr {
		return false
	}
	if c.slots[slot] == from {
		c.told[slot] = addr
		c.doubtIt()
	}
	return true
}

func (c *cluster) doubtIt() {
	select {
	case c.doubted <- struct{}{}:
	default:
	}
}

// count returns whether all lines stand that should.
func (c *cluster) count() (all bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	_, orphans := c.nobody.standing()
	all = !orphans
	for _, l := range c.lines {
		up, _ := l.standing()
		all = all && up
	}
	if all {
		c.metrics.Up.Set(1)
	} else {
		c.metrics.Up.Set(0)
	}
	return all
}

// probe returns a new channel of our own in a slot of a line, "" if it has none.
func (c *cluster) probe(of *line) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if !slices.Contains(c.slots[:], of) {
		return ""
	}
	for {
		if channel := probePrefix + rand.Text(); c.slots[slotOf(channel)] == of {
			return channel
		}
	}
}

// oneAtATime has handlers called by one line after the other.
func oneAtATime(h Handlers) Handlers {
	var mu sync.Mutex
	return Handlers{
		Message: func(topic wire.Topic, payload []byte) {
			mu.Lock()
			defer mu.Unlock()
			h.Message(topic, payload)
		},
		Ended: func(keys []session.Key) {
			mu.Lock()
			defer mu.Unlock()
			h.Ended(keys)
		},
		Renewed: h.Renewed,
	}
}
