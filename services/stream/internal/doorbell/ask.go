package doorbell

import (
	"context"
	"errors"
	"fmt"
	"net"

	"parley/core/backing"
)

// owner is a master that has the slots of a range.
type owner struct {
	first, last int
	addr        string
}

var errNoSlots = errors.New("no master has any slots")

// ask returns who has which slots, and all servers, as the first server tells
// that answers.
func (c *cluster) ask(ctx context.Context) (owners []owner, peers []string, err error) {
	var errs []error
	for _, addr := range c.known() {
		owners, peers, err := c.askOne(ctx, addr)
		if err == nil {
			return owners, peers, nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", addr, err))
		if ctx.Err() != nil {
			break
		}
	}
	return nil, nil, errors.Join(errs...)
}

// known returns the servers that may be asked, those first that we hear.
func (c *cluster) known() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var all []string
	seen := make(map[string]bool)
	add := func(addr string) {
		if !seen[addr] {
			seen[addr] = true
			all = append(all, addr)
		}
	}
	for addr, l := range c.lines {
		if up, _ := l.standing(); up {
			add(addr)
		}
	}
	for _, addr := range c.peers {
		add(addr)
	}
	for _, addr := range c.client.Options().Addrs {
		add(addr)
	}
	return all
}

func (c *cluster) askOne(ctx context.Context, addr string) (owners []owner, peers []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	node := backing.Node(c.client, addr)
	defer node.Close()
	ranges, err := node.ClusterSlots(ctx).Result() //nolint:staticcheck // CLUSTER SHARDS names dead masters too, and leaves the address to be chosen
	if err != nil {
		return nil, nil, err
	}
	for _, r := range ranges {
		if len(r.Nodes) == 0 || r.Start < 0 || r.End >= slotCount {
			continue
		}
		owners = append(owners, owner{r.Start, r.End, reachable(r.Nodes[0].Addr, addr)})
		for _, n := range r.Nodes {
			peers = append(peers, reachable(n.Addr, addr))
		}
	}
	if len(owners) == 0 {
		return nil, nil, errNoSlots
	}
	return owners, peers, nil
}

// reachable returns a server's address, as the server at asked told it. One that
// doesn't know its own host is to be reached where it was asked.
func reachable(addr, asked string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil || host != "" && host != "?" {
		return addr
	}
	if host, _, err = net.SplitHostPort(asked); err != nil {
		return addr
	}
	return net.JoinHostPort(host, port)
}
