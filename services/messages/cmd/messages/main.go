// Command messages serves Parley's pages, accounts, rooms, history and writes.
//
//	messages           serve, until SIGTERM or SIGINT
//	messages migrate   bring the database to the newest schema, make the services' role, and exit
//	messages routes    list what the service answers, a route a line
//	messages reindex   make the index of the search anew, as the owner of the schema
//	messages demo      fill a new database with people who talk, to try it out
//	messages admin …   make owners, invites and passwords on the server itself
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"parley/core/serve"
	"parley/messages/internal/admin"
	"parley/messages/internal/app"
	"parley/messages/internal/demo"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "messages:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if len(args) == 1 && args[0] == "routes" {
		return printRoutes(os.Stdout)
	}
	cfg, err := app.FromEnvironment()
	if err != nil {
		return err
	}
	log, err := serve.NewLogger(os.Stderr, "messages", cfg.LogFormat, cfg.LogLevel)
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0:
		return app.Run(ctx, cfg, log)
	case len(args) == 1 && args[0] == "migrate":
		if err := app.Migrate(ctx, cfg.DatabaseURL, log); err != nil {
			return err
		}
		return app.MakeAppRole(ctx, cfg)
	case len(args) == 1 && args[0] == "reindex":
		return reindex(ctx, cfg.DatabaseURL, log)
	case args[0] == "demo":
		return demo.Run(ctx, demo.Config{DatabaseURL: cfg.DatabaseURL, RedisURL: cfg.RedisURL}, args[1:], os.Stdout)
	case args[0] == "admin":
		return admin.Run(ctx, admin.Config{
			DatabaseURL: cfg.DatabaseURL, RedisURL: cfg.RedisURL, PublicURL: cfg.PublicURL,
		}, args[1:], os.Stdin, os.Stdout)
	}
	return fmt.Errorf("unknown arguments %q: want none, migrate, reindex, demo, admin, or routes", args)
}
