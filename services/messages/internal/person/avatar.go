package person

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/core/session"
	"parley/core/wire"
	"parley/messages/internal/change"
	"parley/messages/internal/portrait"
)

// SetAvatar gives the one who asks a picture. The same again changes nothing.
// Errors: [session.ErrNotFound], [ErrNotFound].
func (s *Store) SetAvatar(ctx context.Context, by session.Session, picture portrait.Portrait) error {
	return s.alter(ctx, by, func(ctx context.Context, tx *change.Tx, p *wire.Person) error {
		p.Avatar = picture.Digest
		_, err := tx.Exec(ctx, `
			INSERT INTO avatars (username, digest, image) VALUES ($1, $2, $3)
			ON CONFLICT (username) DO UPDATE SET digest = excluded.digest, image = excluded.image
			WHERE avatars.digest <> excluded.digest`, p.Username, picture.Digest, picture.Image)
		if err != nil {
			return fmt.Errorf("store picture: %w", err)
		}
		return nil
	})
}

// RemoveAvatar takes the picture of the one who asks away. Again it changes
// nothing. Errors: [session.ErrNotFound], [ErrNotFound].
func (s *Store) RemoveAvatar(ctx context.Context, by session.Session) error {
	return s.alter(ctx, by, func(ctx context.Context, tx *change.Tx, p *wire.Person) error {
		p.Avatar = ""
		if _, err := tx.Exec(ctx, `DELETE FROM avatars WHERE username = $1`, p.Username); err != nil {
			return fmt.Errorf("remove picture: %w", err)
		}
		return nil
	})
}

// Avatar returns the picture of somebody whom asker sees, if it is the one that
// digest names. Errors: [ErrNotFound].
func (s *Store) Avatar(ctx context.Context, asker, username, digest string) (image []byte, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT a.image FROM users me, users p JOIN avatars a ON a.username = p.username
		WHERE me.username = $1 AND p.username = $2 AND a.digest = $3 AND `+visible, asker, username, digest).Scan(&image)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	return image, nil
}
