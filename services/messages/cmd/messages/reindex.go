package main

import (
	"context"
	"errors"
	"log/slog"

	"parley/messages/internal/search"
)

// reindex makes the index of the search anew.
func reindex(ctx context.Context, databaseURL string, args []string, log *slog.Logger) error {
	if len(args) > 0 {
		return errors.New("usage: messages reindex")
	}
	n, err := search.Rebuild(ctx, databaseURL)
	if err != nil {
		return err
	}
	log.Info("the index of the search is made anew", "messages", n)
	return nil
}
