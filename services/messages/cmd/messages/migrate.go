package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"

	"parley/messages/internal/app"
	"parley/migrations"
)

// migrate brings the database to a schema, and makes the services' role.
func migrate(ctx context.Context, cfg app.Config, args []string, log *slog.Logger) error {
	flags := flag.NewFlagSet("migrate", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	to := flags.Uint("to", migrations.Newest(), "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return errors.Join(err, errors.New("usage: messages migrate [-to N]"))
	}
	if err := app.Migrate(ctx, cfg.DatabaseURL, *to, log); err != nil {
		return err
	}
	return app.MakeAppRole(ctx, cfg)
}
