package main

import (
	"context"
	"errors"
	"log/slog"

	"parley/messages/internal/refill"
)

// renew has all logs go on at new positions.
func renew(ctx context.Context, databaseURL string, args []string, log *slog.Logger) error {
	if len(args) > 0 {
		return errors.New("usage: messages renew")
	}
	ended, err := refill.Renew(ctx, databaseURL)
	if err == nil {
		log.Info("all logs go on at positions that nobody has seen", "sessions_ended", ended)
	}
	return err
}
