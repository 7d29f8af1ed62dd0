// Command messages serves Parley's pages, accounts, rooms, history and writes.
//
//	messages           serve, until SIGTERM or SIGINT
//	messages migrate   bring the database to the newest schema, or to that of -to N, make the services' role, and exit
//	messages routes    list what the service answers, a route a line
//	messages reindex   make the index of the search anew, as the owner of the schema
//	messages demo      fill a new database with people who talk, to try it out
//	messages backup    write all there is into one file: [-to FILE] [-recipient age1…]
//	messages restore   fill an empty database from one: [-from FILE] [-identity FILE]
//	messages renew     have clients load anew, after the database was set back in time
//	messages export    write all there is as JSON Lines: [-to FILE]
//	messages import    fill an empty database from them: [-from FILE]
//	messages import-slack, import-mattermost FILE   take in what another chat has exported
//	messages admin …   make owners, invites and passwords on the server itself
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"parley/core/serve"
	"parley/messages/internal/admin"
	"parley/messages/internal/app"
	"parley/messages/internal/archive"
	"parley/messages/internal/backup"
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
	if len(args) == 0 {
		return app.Run(ctx, cfg, log)
	}
	return command(ctx, cfg, args[0], args[1:], log)
}

// command does what is done once.
func command(ctx context.Context, cfg app.Config, verb string, args []string, log *slog.Logger) error {
	switch verb {
	case "migrate":
		return migrate(ctx, cfg, args, log)
	case "reindex":
		return reindex(ctx, cfg.DatabaseURL, args, log)
	case "demo":
		return demo.Run(ctx, demo.Config{DatabaseURL: cfg.DatabaseURL, RedisURL: cfg.RedisURL}, args, os.Stdout)
	case "backup":
		return backup.RunBackup(ctx, cfg.DatabaseURL, args, os.Stdout, os.Stderr)
	case "restore":
		return backup.RunRestore(ctx, cfg.DatabaseURL, args, os.Stdin, os.Stderr)
	case "renew":
		return renew(ctx, cfg.DatabaseURL, args, log)
	case "export":
		return archive.RunExport(ctx, cfg.DatabaseURL, args, os.Stdout, os.Stderr)
	case "import":
		return archive.RunImport(ctx, cfg.DatabaseURL, args, os.Stdin, os.Stderr)
	case "import-slack":
		return importSlack(ctx, cfg.DatabaseURL, args, os.Stdout)
	case "import-mattermost":
		return importMattermost(ctx, cfg.DatabaseURL, args, os.Stdout)
	case "admin":
		return admin.Run(ctx, admin.Config{
			DatabaseURL: cfg.DatabaseURL, RedisURL: cfg.RedisURL, PublicURL: cfg.PublicURL,
		}, args, os.Stdin, os.Stdout)
	}
	return fmt.Errorf("unknown command %q: want none, or one of those that the README lists", verb)
}
