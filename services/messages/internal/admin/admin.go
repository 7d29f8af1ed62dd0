// Package admin is the command line of whoever has the server: it does what
// nobody can do from outside, because nobody is signed in who might.
//
//	messages admin create-owner NAME [-password-stdin]
//	messages admin reset-password NAME [-password-stdin]
//	messages admin invite [-role member] [-uses 1] [-expires 168h]
//	messages admin ban NAME
//	messages admin unban NAME
//
// It works on the database alone. That sessions have ended it tells by Redis,
// if that is there; if not, their streams end by themselves within 30 s.
package admin

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"parley/core/backing"
	"parley/core/chat"
	"parley/core/session"
	"parley/core/wire"
	"parley/messages/internal/account"
	"parley/messages/internal/audit"
	"parley/messages/internal/invite"
	"parley/messages/internal/person"
	"parley/messages/internal/publish"
)

const usage = `usage:
  messages admin create-owner NAME [-password-stdin]
  messages admin reset-password NAME [-password-stdin]
  messages admin invite [-role member] [-uses 1] [-expires 168h]
  messages admin ban NAME
  messages admin unban NAME
A password is read from standard input, or made up and printed`

// errUsage is returned for a command line that can't be understood.
var errUsage = errors.New(usage)

const connections = 2

// Config is what the command line needs of the configuration.
type Config struct {
	DatabaseURL, RedisURL string
	PublicURL             string // for the links of invites
}

// command is one that was given, and what it works with.
type command struct {
	pool      *pgxpool.Pool
	people    *person.Store
	publisher *publish.Publisher
	publicURL string
	in        io.Reader
	out       io.Writer
}

// Run does what args say. It reads a password from in, and prints to out.
func Run(ctx context.Context, cfg Config, args []string, in io.Reader, out io.Writer) error {
	if len(args) == 0 {
		return errUsage
	}
	pool, err := backing.Postgres(ctx, cfg.DatabaseURL, "messages admin", connections)
	if err != nil {
		return err
	}
	defer pool.Close()
	redis, err := backing.Redis(cfg.RedisURL, "messages admin")
	if err != nil {
		return err
	}
	defer redis.Close()
	c := &command{pool: pool, in: in, out: out, publicURL: strings.TrimRight(cfg.PublicURL, "/")}
	c.publisher = publish.New(redis, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	defer c.publisher.Close()
	c.people = person.NewStore(pool, nil, func(p *wire.Person) { c.publisher.Person(p) }, c.tellEnded)
	return c.run(ctx, args[0], args[1:])
}

func (c *command) tellEnded(keys []session.Key) { c.publisher.SessionsEnded(keys...) }

func (c *command) run(ctx context.Context, verb string, args []string) error {
	switch verb {
	case "create-owner":
		return c.withPassword(ctx, args, c.createOwner)
	case "reset-password":
		return c.withPassword(ctx, args, c.resetPassword)
	case "invite":
		return c.invite(ctx, args)
	case "ban":
		return c.judge(ctx, args, c.people.Ban, "is banned, and signed out everywhere")
	case "unban":
		return c.judge(ctx, args, c.people.Unban, "may sign in again")
	}
	return errUsage
}

// withPassword reads NAME, and a password where -password-stdin says so.
func (c *command) withPassword(ctx context.Context, args []string, do func(ctx context.Context, name, password string) error) error {
	flags := newFlags()
	fromInput := flags.Bool("password-stdin", false, "")
	name, err := parseName(flags, args)
	if err != nil {
		return err
	}
	password := account.NewPassword()
	if *fromInput {
		if password, err = readPassword(c.in); err != nil {
			return err
		}
	}
	if err := do(ctx, name, password); err != nil {
		return explain(name, err)
	}
	if !*fromInput {
		fmt.Fprintf(c.out, "password: %s\n", password)
	}
	return nil
}

func (c *command) createOwner(ctx context.Context, name, password string) error {
	keeper, err := account.NewKeeper(c.pool)
	if err == nil {
		err = keeper.CreateOwner(ctx, name, password)
	}
	if err == nil {
		fmt.Fprintf(c.out, "%s is an owner\n", name)
	}
	return err
}

func (c *command) resetPassword(ctx context.Context, name, password string) error {
	keeper, err := account.NewKeeper(c.pool)
	if err != nil {
		return err
	}
	ended, err := keeper.ResetPassword(ctx, name, password)
	if err != nil {
		return err
	}
	c.tellEnded(ended)
	fmt.Fprintf(c.out, "%s has a new password, and is signed out everywhere\n", name)
	return nil
}

func (c *command) judge(ctx context.Context, args []string, do func(ctx context.Context, by session.Session, name string) error, said string) error {
	name, err := parseName(newFlags(), args)
	if err != nil {
		return err
	}
	if err := do(ctx, session.Session{Username: audit.CommandLine}, name); err != nil {
		return explain(name, err)
	}
	fmt.Fprintf(c.out, "%s %s\n", name, said)
	return nil
}

func (c *command) invite(ctx context.Context, args []string) error {
	flags := newFlags()
	role := flags.String("role", string(chat.Member), "")
	uses := flags.Int("uses", 1, "")
	expires := flags.Duration("expires", invite.DefaultLifetime, "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return errors.Join(err, errUsage)
	}
	if *uses < 1 {
		return invite.ErrUsesInvalid
	}
	if *expires <= 0 {
		return invite.ErrExpiresInvalid
	}
	made, err := invite.NewStore(c.pool).Create(ctx, invite.Draft{
		By: audit.CommandLine, Role: chat.Role(*role), Uses: *uses, Lifetime: *expires,
	})
	if errors.Is(err, invite.ErrForbidden) {
		return errors.New("an owner is made by create-owner, not by an invite")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s/join/%s\n", c.publicURL, made.Code)
	return nil
}

func newFlags() *flag.FlagSet {
	flags := flag.NewFlagSet("admin", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// parseName reads NAME and the flags around it.
func parseName(flags *flag.FlagSet, args []string) (string, error) {
	if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
		return "", errors.Join(err, errUsage)
	}
	name, ok := chat.FoldUsername(flags.Arg(0))
	if !ok {
		return "", fmt.Errorf("%q can't be a username", flags.Arg(0))
	}
	if err := flags.Parse(flags.Args()[1:]); err != nil || flags.NArg() > 0 {
		return "", errors.Join(err, errUsage)
	}
	return name, nil
}

// readPassword reads the first line.
func readPassword(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, 2*account.MaxPassword)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// explain says in words what was wrong.
func explain(name string, err error) error {
	switch {
	case errors.Is(err, account.ErrNotFound), errors.Is(err, person.ErrNotFound):
		return fmt.Errorf("there is no account %s", name)
	case errors.Is(err, account.ErrUsernameTaken):
		return fmt.Errorf("there is an account %s already; to get into it, use reset-password", name)
	case errors.Is(err, account.ErrPasswordTooShort):
		return fmt.Errorf("a password has at least %d bytes", account.MinPassword)
	case errors.Is(err, account.ErrPasswordTooLong):
		return fmt.Errorf("a password has at most %d bytes", account.MaxPassword)
	case errors.Is(err, account.ErrPasswordCommon):
		return errors.New("this password is among the first that anybody would try; choose another")
	case errors.Is(err, person.ErrLastOwner):
		return fmt.Errorf("%s is the last owner; make another first: create-owner", name)
	}
	return err
}
