package system

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// link is a container's place on a network. Its names there must be given anew
// when it comes back, or nobody finds it.
type link struct {
	Aliases []string
}

// Cut implements [Network].
func (c *compose) Cut(ctx context.Context, part string) error {
	id, err := c.id(ctx, part)
	if err != nil {
		return err
	}
	out, err := c.docker(ctx, "inspect", "--format", "{{json .NetworkSettings.Networks}}", id)
	if err != nil {
		return err
	}
	links := make(map[string]link)
	if err := json.Unmarshal([]byte(out), &links); err != nil {
		return fmt.Errorf("read networks of %s: %w", part, err)
	}
	if c.cut == nil {
		c.cut = make(map[string]map[string]link)
	}
	c.cut[part] = links
	for network := range links {
		if _, err := c.docker(ctx, "network", "disconnect", network, id); err != nil {
			return err
		}
	}
	return nil
}

// Mend implements [Network].
func (c *compose) Mend(ctx context.Context, part string) error {
	id, err := c.id(ctx, part)
	if err != nil {
		return err
	}
	var errs []error
	for network, l := range c.cut[part] {
		args := []string{"network", "connect"}
		for _, alias := range l.Aliases {
			args = append(args, "--alias", alias)
		}
		_, err := c.docker(ctx, append(args, network, id)...)
		errs = append(errs, err)
	}
	delete(c.cut, part)
	return errors.Join(errs...)
}
