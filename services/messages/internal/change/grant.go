package change

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/access"
)

// Grant returns what username has in a room, as the transaction sees it.
// Errors: [access.ErrNotFound] if the room is none that username may read.
func (t *Tx) Grant(ctx context.Context, username, room string) (access.Grant, error) {
	key := access.Key{Username: username, Room: room}
	grants, err := access.In(t.Tx).Grants(ctx, []access.Key{key})
	if err != nil {
		return access.Grant{}, err
	}
	grant, ok := grants[key]
	if !ok {
		return access.Grant{}, access.ErrNotFound
	}
	return grant, nil
}

// Record writes an administrative act into the audit, in the transaction of
// the act. detail becomes a JSON object.
func Record(ctx context.Context, tx pgx.Tx, actor, action, subject string, detail any) error {
	data, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO audit (actor, action, subject, detail) VALUES ($1, $2, $3, $4)`, actor, action, subject, data)
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return nil
}
