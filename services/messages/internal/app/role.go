package app

import (
	"context"
	"strings"

	"parley/migrations"
)

// MakeAppRole makes the role that the services sign in as, if the
// configuration has a password for it. The schema must be there.
func MakeAppRole(ctx context.Context, cfg Config) error {
	password := strings.TrimRight(cfg.AppPassword, "\r\n")
	if password == "" {
		return nil
	}
	return migrations.MakeAppRole(ctx, cfg.DatabaseURL, password)
}
