package history

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"parley/core/access"
	"parley/core/chat"
)

// Place is where a message stands among those of all rooms, by time. The zero
// Place stands after all of them.
type Place struct {
	At   time.Time
	Room string
	ID   chat.Position
}

// ErrPlace is returned for a text that is no place.
var ErrPlace = errors.New("no place in history")

// PlaceOf returns where m stands.
func PlaceOf(m *chat.Message) Place { return Place{m.CreatedAt, m.Room, m.ID} }

// String returns the place as [ParsePlace] takes it.
func (p Place) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d.%s", p.At.UnixMicro(), p.ID, p.Room))
}

// ParsePlace reads what [Place.String] returned. Errors: [ErrPlace].
func ParsePlace(text string) (Place, error) {
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return Place{}, ErrPlace
	}
	parts := strings.SplitN(string(plain), ".", 3)
	if len(parts) != 3 || !chat.ValidRoom(parts[2]) {
		return Place{}, ErrPlace
	}
	at, err := strconv.ParseInt(parts[0], 10, 64)
	id, idErr := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || idErr != nil || id < 1 || at < 0 || at > maxMicros {
		return Place{}, ErrPlace
	}
	return Place{time.UnixMicro(at), parts[2], id}, nil
}

const maxMicros = 253402300799_000000 // the end of the year 9999

// end is after every message.
var end = time.UnixMicro(maxMicros)

// Mentioning returns at most limit messages by others that mention username, or
// everybody in a room that username is in and was then, as username may read
// them: the newest before a place, newest first. more reports whether there are
// others.
func (s *Store) Mentioning(ctx context.Context, username string, before Place, limit int) (found []chat.Message, more bool, err error) {
	if before.At.IsZero() {
		before.At = end
	}
	found, err = s.messages(ctx, `
		SELECT said.room, `+columns+`
		FROM users p
		JOIN messages said ON said.mentions && ARRAY[$1, '@room', '@here'] COLLATE "C"
		JOIN rooms r ON r.name = said.room AND said.id > r.floor
		LEFT JOIN memberships m ON m.username = p.username AND m.room = said.room
		WHERE p.username = $1 AND `+access.Read+` AND said.username <> p.username
			AND (said.mentions @> ARRAY[$1] COLLATE "C" OR m.member AND said.id > m.joined)
			AND (said.created_at, said.room, said.id) < ($2, $3, $4)
		ORDER BY said.created_at DESC, said.room DESC, said.id DESC LIMIT $5`, username, before.At, before.Room, before.ID, limit+1)
	if err != nil {
		return nil, false, err
	}
	if len(found) > limit {
		return found[:limit], true, nil
	}
	return found, false, nil
}
