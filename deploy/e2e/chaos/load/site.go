package load

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"parley/deploy/e2e/client"
)

// Site is a Parley that runs, which [Watch] watches, and people who have accounts there.
type Site struct {
	URL         string
	DatabaseURL func(context.Context) (string, error)
	Users       []*client.User
	Movers      []*client.User // who go in and out of rooms, and only listen
	ReplayLimit int64          // as the services have it
}

// Register makes accounts for so many users and movers.
func (s *Site) Register(ctx context.Context, users, movers int) (err error) {
	if s.Users, err = s.register(ctx, "chaos", users); err != nil {
		return err
	}
	s.Movers, err = s.register(ctx, "mover", movers)
	return err
}

func (s *Site) register(ctx context.Context, prefix string, n int) (users []*client.User, err error) {
	for i := range n {
		user := client.NewUser(s.URL, fmt.Sprintf("%s-%s-%d", prefix, strconv.FormatInt(time.Now().Unix(), 36), i))
		if err := user.Register(ctx); err != nil {
			return nil, err
		}
		users = append(users, user)
	}
	return users, nil
}
